//! Which file an import means, by the paths of the files alone.
//!
//! Python: absolute names from each folder around that is no package, and from `src/` in it;
//! relative names from the file. Scripts: relative paths, with extensions and index files, and what
//! `@/` and `~/` stand for by habit; names of packages are not followed. Rust: `crate::`, `self::`, `super::`,
//! modules of the file, and other crates whose folder has their name.

use std::collections::HashMap;

use super::FileNumber;
use crate::lang::{Family, Language};

/// The code files of a scan by their paths.
#[derive(Debug, Default)]
pub struct Modules {
    paths: Vec<Box<str>>,
    by_path: HashMap<Box<str>, FileNumber>,
    /// The roots of Rust crates by the names of their folders.
    crates: HashMap<Box<str>, FileNumber>,
}

/// Names are followed no deeper than this.
const MAX_SEGMENTS: usize = 32;

const SCRIPTS: &[&str] = &["ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "cts"];

impl Modules {
    /// An index over paths relative to the root, with `/`; their places are the files' numbers.
    pub fn new(paths: impl Iterator<Item = String>) -> Modules {
        let mut modules = Modules::default();
        for (number, path) in (0..).zip(paths) {
            let path: Box<str> = path.into();
            if let Some(folder) = path.strip_suffix("/src/lib.rs") {
                let name = folder
                    .rsplit('/')
                    .next()
                    .unwrap_or(folder)
                    .replace('-', "_");
                modules.crates.entry(name.into()).or_insert(number);
            }
            modules.by_path.insert(path.clone(), number);
            modules.paths.push(path);
        }
        modules
    }

    /// The path of a file.
    pub fn path(&self, file: FileNumber) -> &str {
        self.paths.get(file as usize).map_or("", |path| path)
    }

    /// The number of files.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The file of a path.
    pub fn number(&self, path: &str) -> Option<FileNumber> {
        self.by_path.get(path).copied()
    }

    /// The files that a module and names in it may mean, the likeliest first, each with how many of
    /// the names it takes up.
    pub fn locate(
        &self,
        from: FileNumber,
        language: Language,
        module: &str,
        names: &[String],
    ) -> Vec<(FileNumber, usize)> {
        match language.family() {
            Some(Family::Python) => self.locate_python(from, module, names),
            Some(Family::Rust) => self.locate_rust(from, names),
            Some(Family::Script) => self
                .locate_script(from, module)
                .map(|file| (file, 0))
                .into_iter()
                .collect(),
            None => Vec::new(),
        }
    }

    fn locate_python(
        &self,
        from: FileNumber,
        module: &str,
        names: &[String],
    ) -> Vec<(FileNumber, usize)> {
        let here = folder_of(self.path(from));
        let dots = module.chars().take_while(|c| *c == '.').count();
        let segments: Vec<&str> = module[dots..]
            .split('.')
            .map(str::trim)
            .filter(|segment| !segment.is_empty())
            .take(MAX_SEGMENTS)
            .collect();
        if dots > 0 {
            let Some(base) = upwards(here).nth(dots - 1) else {
                return Vec::new();
            };
            return self.python_from(base, &segments, names);
        }
        if segments.is_empty() {
            return Vec::new();
        }
        // What lies in a package is not found by its own name.
        let outside = |base: &&str| self.number(&join(base, "__init__.py")).is_none();
        let roots = upwards(here).filter(outside);
        let mut roots = roots.flat_map(|base| [base.to_owned(), join(base, "src")]);
        let found = roots.find_map(|root| {
            let found = self.python_from(&root, &segments, names);
            (!found.is_empty()).then_some(found)
        });
        found.unwrap_or_default()
    }

    /// A module below a folder: the submodule that the names lead to, and the module itself.
    fn python_from(
        &self,
        base: &str,
        segments: &[&str],
        names: &[String],
    ) -> Vec<(FileNumber, usize)> {
        let mut found = Vec::new();
        let mut path = segments
            .iter()
            .fold(base.to_owned(), |path, segment| join(&path, segment));
        for taken in 0..=names.len().min(MAX_SEGMENTS) {
            if taken > 0 {
                path = join(&path, &names[taken - 1]);
            }
            let file = [format!("{path}.py"), join(&path, "__init__.py")]
                .iter()
                .find_map(|path| self.number(path));
            found.extend(file.map(|file| (file, taken)));
        }
        found.reverse();
        found
    }

    fn locate_script(&self, from: FileNumber, module: &str) -> Option<FileNumber> {
        let here = folder_of(self.path(from));
        if let Some(rest) = module.strip_prefix(['@', '~'])
            && let Some(rest) = rest.strip_prefix('/')
        {
            let mut roots = upwards(here).flat_map(|base| [join(base, "src"), base.to_owned()]);
            return roots.find_map(|root| self.script_from(&root, rest));
        }
        if module.starts_with('.') {
            self.script_from(here, module)
        } else {
            None
        }
    }

    fn script_from(&self, base: &str, module: &str) -> Option<FileNumber> {
        let mut path = base.to_owned();
        for segment in module.split('/') {
            match segment {
                "." | "" => {}
                ".." if path.is_empty() => return None,
                ".." => path = folder_of(&path).to_owned(),
                segment => path = join(&path, segment),
            }
        }
        if let Some(file) = self.number(&path) {
            return Some(file);
        }
        let with = |path: &str| {
            SCRIPTS
                .iter()
                .find_map(|extension| self.number(&format!("{path}.{extension}")))
        };
        // In TypeScript `./x.js` means the file `x.ts` that it is made from.
        let made = [
            (".js", "ts"),
            (".js", "tsx"),
            (".mjs", "mts"),
            (".cjs", "cts"),
            (".jsx", "tsx"),
        ];
        with(&path)
            .or_else(|| {
                made.iter().find_map(|(suffix, extension)| {
                    let stem = path.strip_suffix(suffix)?;
                    self.number(&format!("{stem}.{extension}"))
                })
            })
            .or_else(|| with(&join(&path, "index")))
    }

    /// The module of a Rust path stands among its names.
    fn locate_rust(&self, from: FileNumber, path: &[String]) -> Vec<(FileNumber, usize)> {
        let Some(first) = path.first() else {
            return Vec::new();
        };
        let root = |file: FileNumber| (file, folder_of(self.path(file)).to_owned());
        let mut taken = 1;
        let (file, mut folder) = match first.as_str() {
            "crate" => match self.crate_root(from) {
                Some(file) => root(file),
                None => return Vec::new(),
            },
            "self" | "super" => {
                let mut at = (from, self.children(from));
                taken = 0;
                for segment in path {
                    match segment.as_str() {
                        "self" => {}
                        "super" => match self.parent(at.0) {
                            Some(above) => at = above,
                            None => return Vec::new(),
                        },
                        _ => break,
                    }
                    taken += 1;
                }
                at
            }
            first => {
                let children = self.children(from);
                match (self.rust_child(&children, first), self.crates.get(first)) {
                    (Some(child), _) => (child, join(&children, first)),
                    (None, Some(&file)) => root(file),
                    // Something of the file itself, or of a crate from elsewhere.
                    (None, None) => return Vec::new(),
                }
            }
        };
        let mut found = vec![(file, taken)];
        if first == "crate" {
            // The binary and the library share their modules.
            let both = [join(&folder, "main.rs"), join(&folder, "lib.rs")];
            let both = both.iter().filter_map(|path| self.number(path));
            found = both.map(|file| (file, taken)).collect();
        }
        while let Some(child) = path
            .get(taken)
            .filter(|_| taken < MAX_SEGMENTS)
            .and_then(|segment| self.rust_child(&folder, segment))
        {
            folder = join(&folder, &path[taken]);
            taken += 1;
            found.push((child, taken));
        }
        found.reverse();
        found
    }

    fn rust_child(&self, folder: &str, name: &str) -> Option<FileNumber> {
        let path = join(folder, name);
        self.number(&format!("{path}.rs"))
            .or_else(|| self.number(&join(&path, "mod.rs")))
    }

    /// The folder of the modules below a Rust file.
    fn children(&self, file: FileNumber) -> String {
        let path = self.path(file);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        match name {
            "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
            _ => join(folder, name.strip_suffix(".rs").unwrap_or(name)),
        }
    }

    /// The module above a Rust file, and the folder of its modules.
    fn parent(&self, file: FileNumber) -> Option<(FileNumber, String)> {
        let path = self.path(file);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let above = match name {
            "lib.rs" | "main.rs" => return None,
            "mod.rs" => folder_of(folder),
            _ => folder,
        };
        let candidates = [
            join(above, "mod.rs"),
            format!("{above}.rs"),
            join(above, "lib.rs"),
            join(above, "main.rs"),
        ];
        let parent = candidates.iter().find_map(|path| self.number(path))?;
        Some((parent, above.to_owned()))
    }

    fn crate_root(&self, file: FileNumber) -> Option<FileNumber> {
        upwards(folder_of(self.path(file))).find_map(|folder| {
            let own = [join(folder, "lib.rs"), join(folder, "main.rs")];
            own.iter().find_map(|path| self.number(path))
        })
    }
}

/// A folder and those that it lies in.
fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |of| (!of.is_empty()).then(|| folder_of(of)))
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
