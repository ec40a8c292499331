//! A text as tokens, nested in blocks: by the indentation of its lines, and within one line by its
//! brackets.
//!
//! Brackets nest within one line only, so that a lone or misread one spoils no more than its line;
//! one without its other half is an ordinary sign.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::token;
use crate::syntax::Symbol;

/// Tokens past this number are not kept: such a text is refused. They take 16 bytes each.
const MAX_TOKENS: usize = 8 << 20;

/// A text as tokens in blocks.
#[derive(Debug)]
pub(crate) struct Document {
    pub(super) tokens: Vec<Token>,
    /// The first is the whole text.
    pub(super) blocks: Vec<Block>,
    occurrences: RefCell<HashMap<Symbol, Rc<[u32]>>>,
}

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) line: u32,
    /// The innermost block around it.
    pub(super) block: u32,
}

/// A run of tokens that belong together; the first is in no block further in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) first: u32,
    /// The index after the last.
    pub(super) end: u32,
}

/// What a token of a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A token of this text.
    Text(Box<[u8]>),
    /// Any word.
    Word,
}

impl Token {
    /// Its bytes.
    pub(super) fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }
}

impl Wanted {
    pub(super) fn is(&self, found: &[u8]) -> bool {
        match self {
            Wanted::Text(text) => **text == *found,
            Wanted::Word => found.first().is_some_and(|&b| token::is_word(b)),
        }
    }

    fn key(&self) -> Symbol {
        match self {
            Wanted::Text(text) => Symbol::of(text),
            Wanted::Word => Symbol::NONE,
        }
    }
}

impl Document {
    /// Cuts a text into tokens. `None` where there are too many.
    pub(super) fn new(text: &[u8]) -> Option<Document> {
        let mut builder = Builder {
            tokens: Vec::new(),
            blocks: vec![Block { first: 0, end: 0 }],
            indents: vec![(0, 0)],
        };
        for (line, (offset, bytes)) in (1..).zip(token::lines(text)) {
            builder.line(line, offset, bytes);
            if builder.tokens.len() > MAX_TOKENS {
                return None;
            }
        }
        builder.close_to(0);
        builder.blocks[0].end = builder.tokens.len() as u32;
        Some(Document {
            tokens: builder.tokens,
            blocks: builder.blocks,
            occurrences: RefCell::default(),
        })
    }

    /// The tokens that a pattern's token matches, in their order.
    pub(super) fn occurrences(&self, wanted: &Wanted, text: &[u8]) -> Rc<[u32]> {
        let find = || {
            let all = (0..).zip(&self.tokens);
            all.filter(|(_, token)| wanted.is(token.of(text)))
                .map(|(index, _)| index)
                .collect()
        };
        let mut known = self.occurrences.borrow_mut();
        Rc::clone(known.entry(wanted.key()).or_insert_with(find))
    }

    /// The tokens that blocks begin with, in their order.
    pub(super) fn block_starts(&self) -> Rc<[u32]> {
        let first = |block: u32| self.blocks[block as usize].first;
        let all = (0..).zip(&self.tokens);
        all.filter(|(index, token)| first(token.block) == *index)
            .map(|(index, _)| index)
            .collect()
    }

    /// The block that begins with a token of another one.
    pub(super) fn block(&self, of: u32) -> Block {
        self.blocks[of as usize]
    }
}

struct Builder {
    tokens: Vec<Token>,
    blocks: Vec<Block>,
    /// The open blocks of lines, with the width of their indentation.
    indents: Vec<(usize, u32)>,
}

impl Builder {
    fn line(&mut self, line: u32, offset: usize, bytes: &[u8]) {
        let (mut at, width) = token::indentation(bytes);
        if at == bytes.len() {
            return;
        }
        self.close_to(width);
        if self.indents.last().is_some_and(|&(last, _)| width > last) {
            let block = self.open(self.tokens.len() as u32);
            self.indents.push((width, block));
        }
        let block = self.indents.last().map_or(0, |&(_, block)| block);
        let first = self.tokens.len();
        while at < bytes.len() {
            if matches!(bytes[at], b' ' | b'\t') {
                at += 1;
                continue;
            }
            let end = token::end(bytes, at);
            self.tokens.push(Token {
                start: (offset + at) as u32,
                end: (offset + end) as u32,
                line,
                block,
            });
            at = end;
        }
        self.nest(first, bytes, offset);
    }

    /// Ends the blocks that are indented further than a line.
    fn close_to(&mut self, width: usize) {
        while let Some(&(last, block)) = self.indents.last()
            && last > width
        {
            self.blocks[block as usize].end = self.tokens.len() as u32;
            self.indents.pop();
        }
    }

    fn open(&mut self, first: u32) -> u32 {
        self.blocks.push(Block { first, end: first });
        self.blocks.len() as u32 - 1
    }

    /// Makes blocks of what stands between the brackets of a line.
    fn nest(&mut self, first: usize, line: &[u8], offset: usize) {
        // The closing bracket of each opening one, by the distance from the line's first token.
        let mut open: Vec<(usize, u8)> = Vec::new();
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for (index, token) in self.tokens.iter().enumerate().skip(first) {
            match line[token.start as usize - offset] {
                b'(' => open.push((index, b')')),
                b'[' => open.push((index, b']')),
                b'{' => open.push((index, b'}')),
                close @ (b')' | b']' | b'}') if open.last().is_some_and(|top| top.1 == close) => {
                    let opening = open.pop().map_or(index, |(opening, _)| opening);
                    if index > opening + 1 {
                        pairs.push((opening, index));
                    }
                }
                _ => {}
            }
        }
        if pairs.is_empty() {
            return;
        }
        pairs.sort_unstable();
        let mut pairs = pairs.into_iter().peekable();
        let mut around: Vec<u32> = Vec::new();
        let line_block = self.tokens[first].block;
        for index in first..self.tokens.len() {
            while around
                .last()
                .is_some_and(|&block| self.blocks[block as usize].end as usize == index)
            {
                around.pop();
            }
            self.tokens[index].block = around.last().copied().unwrap_or(line_block);
            if pairs.peek().is_some_and(|&(opening, _)| opening == index)
                && let Some((_, closing)) = pairs.next()
            {
                let block = self.open(index as u32 + 1);
                self.blocks[block as usize].end = closing as u32;
                around.push(block);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with its blocks in `<…>`, tokens apart by spaces.
    fn show(text: &str) -> String {
        let document = Document::new(text.as_bytes()).unwrap();
        let mut out = String::new();
        for (index, token) in (0..).zip(&document.tokens) {
            for block in &document.blocks[1..] {
                if block.end == index {
                    out.push_str("> ");
                }
            }
            for block in &document.blocks[1..] {
                if block.first == index {
                    out.push('<');
                }
            }
            out.push_str(&String::from_utf8_lossy(token.of(text.as_bytes())));
            out.push(' ');
        }
        out.trim_end().to_owned()
    }

    #[test]
    fn words_signs_and_other_characters_are_tokens() {
        assert_eq!(show("a_1+=é\u{1F600}b"), "a_1 + = é \u{1F600} b");
    }

    #[test]
    fn deeper_lines_make_blocks() {
        assert_eq!(show("a\n  b\n    c\n d\ne"), "a <b <c > > <d > e");
        assert_eq!(show("\tb\n        c\na"), "<b c > a");
    }

    #[test]
    fn brackets_make_blocks_within_a_line() {
        assert_eq!(show("f(a, [b])"), "f ( <a , [ <b > ] > )");
        assert_eq!(show("f() {\na}"), "f ( ) { a }");
        assert_eq!(show("( a [ b ) c"), "( a [ b ) c");
        assert_eq!(show("( a > [ b ) ]"), "( a > [ <b ) > ]");
    }
}
