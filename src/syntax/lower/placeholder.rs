//! The names that stand for a pattern's operators while a grammar reads it.
//!
//! `$X` is no identifier in Python or Rust, and `...` fits few places of any grammar, so a pattern
//! is written with these names before it is parsed, and lowering reads them back.

/// Before a metavariable's name without its `$`.
pub(crate) const METAVAR: &str = "__aiscan_mv_";
/// Before the name of `$...X`.
pub(crate) const META_ELLIPSIS: &str = "__aiscan_mve_";
/// For `...`.
pub(crate) const ELLIPSIS: &str = "__aiscan_dots";
/// The function whose argument stands for `<... e ...>`.
pub(crate) const DEEP: &str = "__aiscan_deep";
/// The function whose arguments stand for `($X: T)`.
pub(crate) const TYPED: &str = "__aiscan_typed";

/// How the name of a tag begins that stands for `$X` in HTML; `:` stands for `_` there.
pub(crate) const TAG: &str = "aiscan-mv-";
/// Before an operator that stands for all that an instruction of a Dockerfile has to say.
pub(crate) const WHOLE: &str = "__aiscan_whole";

/// A pattern's operator, read back from a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placeholder<'t> {
    Ellipsis,
    /// With its name, without `$`.
    MetaVar(&'t str),
    /// With its name, without `$...`.
    MetaEllipsis(&'t str),
}

impl<'t> Placeholder<'t> {
    pub(crate) fn read(text: &'t [u8]) -> Option<Placeholder<'t>> {
        let text = std::str::from_utf8(text).ok()?;
        let text = text.strip_prefix(['#', '\'']).unwrap_or(text);
        if text == ELLIPSIS || text == "..." {
            return Some(Placeholder::Ellipsis);
        }
        if let Some(name) = text.strip_prefix(META_ELLIPSIS) {
            return Some(Placeholder::MetaEllipsis(name));
        }
        text.strip_prefix(METAVAR).map(Placeholder::MetaVar)
    }
}
