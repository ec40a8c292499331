//! JSON that acts on no terminal and no CI log.
//!
//! What would act is written as a `\u` escape, which every reader of JSON undoes: nothing is lost.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::text::{is_plain, is_unsafe};

/// Bytes that are written at once.
const BUFFER: usize = 1 << 15;

/// Writes a value with line breaks and indentation, and a line end.
pub(super) fn write_pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write(value, PrettyFormatter::new(), out)
}

/// Writes a value on one line.
pub(super) fn write_compact(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write(value, CompactFormatter, out)
}

fn write(value: &impl Serialize, formatter: impl Formatter, out: &mut dyn Write) -> io::Result<()> {
    // Values are written by the piece: a call of each through `dyn` would cost most of the time.
    let mut buffer = BufWriter::with_capacity(BUFFER, out);
    value.serialize(&mut serde_json::Serializer::with_formatter(
        &mut buffer,
        Harmless(formatter),
    ))?;
    buffer.write_all(b"\n")?;
    buffer.flush()
}

/// Lays JSON out as another formatter does, and writes in strings as `\u` escapes what acts on a
/// terminal, cannot be seen, or begins a command to a CI service.
struct Harmless<F>(F);

impl<F: Formatter> Formatter for Harmless<F> {
    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if is_plain(fragment) && memchr::memchr(b'#', fragment.as_bytes()).is_none() {
            return out.write_all(fragment.as_bytes());
        }
        let acts = |(at, c): &(usize, char)| {
            let rest = &fragment[*at..];
            is_unsafe(*c) || rest.starts_with("##[") || rest.starts_with("##vso[")
        };
        let mut written = 0;
        for (at, c) in fragment.char_indices().filter(acts) {
            out.write_all(&fragment.as_bytes()[written..at])?;
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                write!(out, "\\u{unit:04x}")?;
            }
            written = at + c.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[written..])
    }

    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_hide_nothing_from_readers_and_act_on_no_terminal() {
        let text = "a\u{9b}2J\u{202e}\u{e0041}###[x]##vso[\n\"";
        let mut out = Vec::new();
        write_pretty(&text, &mut out).unwrap();
        let written = String::from_utf8(out).unwrap();
        assert_eq!(
            written,
            "\"a\\u009b2J\\u202e\\udb40\\udc41#\\u0023#[x]\\u0023#vso[\\n\\\"\"\n"
        );
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }

    #[test]
    fn a_compact_value_stands_on_one_line() {
        let mut out = Vec::new();
        write_compact(&["a\nb", "c"], &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "[\"a\\nb\",\"c\"]\n");
    }
}
