fn main() {
    let path = std::env::args().nth(1).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let language = aiscan::lang::Language::of_path(std::path::Path::new(&path));
    let source = aiscan::source::Source::new(path, language, bytes);
    let t = std::time::Instant::now();
    aiscan::syntax::parse_only(&source);
    let parse = t.elapsed();
    let t = std::time::Instant::now();
    let tree = aiscan::syntax::File::parse(&source).unwrap();
    eprintln!("parse {parse:?} all {:?} nodes {} {:?}", t.elapsed(), tree.tree().nodes.len(), tree.tree().health);
    if std::env::args().nth(2).is_some() { print!("{}", tree.tree().print(source.text())); }
}
