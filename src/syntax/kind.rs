//! The shapes of the normalised tree, shared by all languages.

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// A whole file: statements.
    Module,
    /// A list of statements.
    Block,
    /// An expression that stands as a statement.
    ExprStmt,
    /// `const x = 1`, `let y = 2;`: the keyword is the symbol, the assignment the child.
    VarDecl,
    /// `target = value`, with the operator of `+=` and its like as the symbol.
    Assign,
    /// A function in every form; its flags tell which.
    Func,
    /// A parameter: name, type, default.
    Param,
    /// A class, struct, trait, interface or implementation; the keyword is the symbol.
    Class,
    /// A field in the body of a class.
    Field,
    /// `return`, also the value of an arrow function or of a Rust body.
    Return,
    /// `if`, with its branches as blocks.
    If,
    /// `while` and `loop`.
    While,
    /// `for` with a head of three parts.
    For,
    /// `for x in xs`, `for (const x of xs)`.
    ForIn,
    /// `with` of one item; several items are nested.
    With,
    /// `try` and its clauses.
    Try,
    /// `except` or `catch`.
    Handler,
    /// `switch` and `match`.
    Match,
    /// One arm of a match or case of a switch.
    Arm,
    /// `raise` and `throw`.
    Throw,
    /// An import of one module as a whole; its binding is the child.
    Import,
    /// An import of names from a module.
    ImportFrom,
    /// One name of such an import, with the name it is bound to.
    ImportName,
    /// `export` around a declaration.
    Export,
    /// A variable in an expression.
    Name,
    /// A word that is no variable: the name of a definition, a field or a keyword argument.
    Ident,
    /// `object.field`.
    Attr,
    /// `object[index]`.
    Index,
    /// A call: callee, then arguments.
    Call,
    /// `new X(…)`.
    New,
    /// A keyword argument.
    KwArg,
    /// `*x`, `**x`, `...x`; the operator is the symbol.
    Spread,
    /// A string, its value as the symbol where it has no interpolation.
    Str,
    /// A piece of literal text in a string.
    StrPart,
    /// An interpolated expression in a string.
    Interp,
    /// A whole number, its value as the symbol.
    Int,
    /// A number with a fraction.
    Float,
    /// `true` and `false`.
    Bool,
    /// `None`, `null`.
    Null,
    /// A regular expression literal; its pattern is the symbol.
    Regex,
    /// A binary operation; the operator is the symbol.
    BinOp,
    /// A unary operation; the operator is the symbol.
    UnOp,
    /// `a if c else b`, `c ? a : b`.
    Cond,
    /// `await`.
    Await,
    /// `yield`.
    Yield,
    /// A list or an array.
    List,
    /// A tuple.
    Tuple,
    /// A set.
    Set,
    /// A dictionary or an object.
    Dict,
    /// A pair of a dictionary or object.
    Pair,
    /// A comprehension.
    Comprehension,
    /// `for x in xs if c` in a comprehension.
    CompFor,
    /// A decorator, attribute or annotation.
    Decorator,
    /// A call of a macro, its arguments as expressions where they parse as such.
    Macro,
    /// A cast or type assertion.
    Cast,
    /// A type that is no plain name.
    Type,
    /// An element of JSX.
    Element,
    /// An attribute of such an element.
    ElementAttr,
    /// Text between elements.
    ElementText,
    /// A place that borrows: `&x`, `&mut x`.
    Ref,
    /// `x?` in Rust.
    Question,
    /// Whatever has no shape of its own: the grammar's kind is the symbol.
    Raw,
    /// A word or an operator within such a node.
    Token,

    // Only in patterns.
    /// `$X`: the name is the symbol.
    MetaVar,
    /// `$...X`: the name with its dots is the symbol, since `$X` is another one.
    MetaEllipsis,
    /// `...`.
    Ellipsis,
    /// `<... e ...>`.
    Deep,
    /// `($X: T)`.
    TypedMetaVar,
}

impl Kind {
    /// The number of kinds, for tables.
    pub const COUNT: usize = Kind::TypedMetaVar as usize + 1;

    /// Whether nodes of this kind are expressions.
    pub fn is_expression(self) -> bool {
        matches!(
            self,
            Kind::Name
                | Kind::Attr
                | Kind::Index
                | Kind::Call
                | Kind::New
                | Kind::Str
                | Kind::Int
                | Kind::Float
                | Kind::Bool
                | Kind::Null
                | Kind::Regex
                | Kind::BinOp
                | Kind::UnOp
                | Kind::Cond
                | Kind::Await
                | Kind::Yield
                | Kind::List
                | Kind::Tuple
                | Kind::Set
                | Kind::Dict
                | Kind::Comprehension
                | Kind::Macro
                | Kind::Cast
                | Kind::Element
                | Kind::Ref
                | Kind::Question
                | Kind::Spread
                | Kind::Assign
                | Kind::MetaVar
                | Kind::TypedMetaVar
                | Kind::Deep
                | Kind::Ellipsis
        )
    }

    /// Whether nodes of this kind are statements, definitions included.
    pub fn is_statement(self) -> bool {
        matches!(
            self,
            Kind::Block
                | Kind::ExprStmt
                | Kind::VarDecl
                | Kind::Class
                | Kind::Return
                | Kind::If
                | Kind::While
                | Kind::For
                | Kind::ForIn
                | Kind::With
                | Kind::Try
                | Kind::Match
                | Kind::Throw
                | Kind::Import
                | Kind::ImportFrom
                | Kind::Export
        )
    }
}

/// The part that a node plays in its parent. Children of one role stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Role {
    /// One of a plain list of children.
    Item,
    /// A decorator or attribute.
    Decorator,
    /// The name of a definition, an argument or a binding.
    Name,
    /// A type parameter.
    TypeParam,
    /// A parameter.
    Param,
    /// A base class.
    Base,
    /// A type annotation.
    Type,
    /// The function of a call.
    Callee,
    /// An argument.
    Arg,
    /// What a field or index is taken of.
    Object,
    /// The field.
    Field,
    /// The index.
    Index,
    /// A key.
    Key,
    /// What is assigned to.
    Target,
    /// A value.
    Value,
    /// The left operand.
    Left,
    /// The right operand.
    Right,
    /// A condition.
    Cond,
    /// What is iterated over.
    Iter,
    /// The first part of a loop's head.
    Init,
    /// The last part of a loop's head.
    Update,
    /// A body.
    Body,
    /// The other branch.
    Else,
    /// An exception or arm handler.
    Handler,
    /// What runs in any case.
    Finally,
    /// A default value.
    Default,
    /// The module of an import.
    Module,
}

/// Facts about a node that are neither its kind nor its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Flags(pub u16);

impl Flags {
    /// Nothing special.
    pub const NONE: Flags = Flags(0);
    /// An `async` function.
    pub const ASYNC: Flags = Flags(1);
    /// A generator function.
    pub const GENERATOR: Flags = Flags(1 << 1);
    /// An arrow function, lambda or closure.
    pub const LAMBDA: Flags = Flags(1 << 2);
    /// A function that stands in an expression.
    pub const EXPRESSION: Flags = Flags(1 << 3);
    /// A function in a class or object.
    pub const METHOD: Flags = Flags(1 << 4);
    /// A string that can interpolate: an f-string or a template.
    pub const TEMPLATE: Flags = Flags(1 << 5);
    /// A node that the source does not spell, such as the block of a lone statement.
    pub const IMPLICIT: Flags = Flags(1 << 6);
    /// A default import or export.
    pub const DEFAULT: Flags = Flags(1 << 7);
    /// A getter or setter.
    pub const ACCESSOR: Flags = Flags(1 << 8);
    /// A static member.
    pub const STATIC: Flags = Flags(1 << 9);
    /// A name given by position only in the source, such as `{a}` for `{a: a}`.
    pub const SHORTHAND: Flags = Flags(1 << 10);
    /// `a?.b`.
    pub const OPTIONAL: Flags = Flags(1 << 12);
    /// A string of bytes.
    pub const BYTES: Flags = Flags(1 << 11);

    /// Several strings side by side, which are one.
    pub const JOINED: Flags = Flags(1 << 13);

    /// An expression whose range holds the parentheses around it.
    pub const WRAPPED: Flags = Flags(1 << 14);

    /// Whether every flag of `other` is set.
    pub fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets of flags.
    #[must_use]
    pub fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// These flags where `set`, otherwise none.
    #[must_use]
    pub fn when(self, set: bool) -> Flags {
        if set { self } else { Flags::NONE }
    }
}
