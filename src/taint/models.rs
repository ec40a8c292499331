//! What well-known functions and methods do with what they are given, for all languages at once.

use crate::syntax::Symbol;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a method does with its receiver and its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// The arguments become elements of the receiver.
    Adds,
    /// The last argument becomes an element; the receiver lists its elements in order.
    Appends,
    /// The last argument is put under the keys before it.
    Puts,
    /// Reads what was put under a key.
    Gets,
    /// Takes an element away.
    Pops,
    /// Calls its argument with each element; the result is made of what it returns.
    Maps,
    /// Calls its argument with each element; the result is the receiver or a part of it.
    Visits,
    /// Calls its argument where there is no value, or one that failed; the result is the receiver's
    /// value or what the argument returns.
    Recovers,
    /// Calls its argument with each element; the result is a number or a truth value.
    Asks,
    /// Calls its argument with each element and with what it returned before.
    Folds,
    /// Returns the receiver as it is.
    Keeps,
    /// Returns a number, a truth value or a text of a fixed form.
    Tells,
}

static METHODS: LazyLock<HashMap<Symbol, Method>> = LazyLock::new(|| {
    let lists: &[(Method, &[&str])] = &[
        (
            Method::Adds,
            &[
                "insert",
                "extend",
                "add",
                "update",
                "unshift",
                "push_str",
                "push_back",
                "push_front",
                "insert_str",
                "appendleft",
                "extendleft",
                "extend_from_slice",
                "addAll",
                "writelines",
                "write",
                "put_nowait",
            ],
        ),
        (Method::Appends, &["append", "push"]),
        (
            Method::Puts,
            &[
                "set",
                "put",
                "setdefault",
                "__setitem__",
                "setItem",
                "set_item",
            ],
        ),
        (Method::Gets, &["get", "getItem", "get_item"]),
        (Method::Pops, &["pop", "shift", "popleft"]),
        (
            Method::Maps,
            &[
                "map",
                "then",
                "flatMap",
                "flat_map",
                "and_then",
                "filter_map",
                "map_ok",
                "then_with",
                "find_map",
            ],
        ),
        (
            Method::Visits,
            &[
                "forEach",
                "for_each",
                "filter",
                "find",
                "findLast",
                "sort",
                "inspect",
                "sort_by",
                "sort_by_key",
                "retain",
                "finally",
                "tap",
                "each",
                "take_while",
                "skip_while",
            ],
        ),
        (
            Method::Recovers,
            &["catch", "map_err", "or_else", "unwrap_or_else"],
        ),
        (
            Method::Asks,
            &["findIndex", "some", "every", "any", "all", "position"],
        ),
        (
            Method::Folds,
            &[
                "reduce",
                "fold",
                "reduceRight",
                "try_fold",
                "scan",
                "map_or",
                "map_or_else",
            ],
        ),
        (
            Method::Keeps,
            &[
                "clone",
                "to_owned",
                "copy",
                "unwrap",
                "expect",
                "as_ref",
                "as_mut",
                "into",
                "borrow",
                "borrow_mut",
                "deref",
                "iter",
                "iter_mut",
                "into_iter",
                "unwrap_or_default",
                "cloned",
                "copied",
                "ok",
                "err",
                "into_inner",
                "as_deref",
                "lock",
                "read",
                "freeze",
                "toArray",
                "collect",
                "await",
                "into_boxed_str",
            ],
        ),
        (
            Method::Tells,
            &[
                "startswith",
                "endswith",
                "isdigit",
                "isalnum",
                "isnumeric",
                "isdecimal",
                "isalpha",
                "isidentifier",
                "includes",
                "startsWith",
                "endsWith",
                "hasOwnProperty",
                "has",
                "test",
                "indexOf",
                "lastIndexOf",
                "is_empty",
                "contains",
                "contains_key",
                "starts_with",
                "ends_with",
                "is_match",
                "is_some",
                "is_none",
                "is_ok",
                "is_err",
                "is_file",
                "is_dir",
                "exists",
                "charCodeAt",
                "is_relative_to",
                "eq",
                "eq_ignore_ascii_case",
                "localeCompare",
                "capacity",
                "issubset",
                "issuperset",
                "hexdigest",
                "isoformat",
                "toISOString",
                "getTime",
            ],
        ),
    ];
    let all = lists
        .iter()
        .flat_map(|(method, names)| names.iter().map(|name| (Symbol::of(name), *method)));
    all.collect()
});

/// What a method of this name does, where the file does not define it.
pub(super) fn method(name: Symbol) -> Option<Method> {
    METHODS.get(&name).copied()
}

/// Functions whose result is a number, a truth value or something of a fixed form.
static CLEAN: LazyLock<Vec<Symbol>> = LazyLock::new(|| {
    let names = [
        "int",
        "float",
        "complex",
        "isinstance",
        "issubclass",
        "hasattr",
        "callable",
        "parseInt",
        "parseFloat",
        "Number",
        "Boolean",
        "BigInt",
        "isNaN",
        "isFinite",
        "UUID",
        "Decimal",
        "IPv4Address",
        "IPv6Address",
        "ip_address",
        "isInteger",
        "parse_str",
        "bool",
        "fromisoformat",
        "strptime",
        "from_str_radix",
    ];
    names.iter().map(Symbol::of).collect()
});

/// Whether what a function of this name returns is harmless, whatever it is given.
pub(super) fn returns_clean(name: Symbol) -> bool {
    CLEAN.contains(&name)
}

/// Functions that wrap a value and change nothing about it.
static WRAPS: LazyLock<Vec<Symbol>> = LazyLock::new(|| {
    let names = [
        "Some",
        "Ok",
        "Err",
        "dict",
        "list",
        "tuple",
        "deepcopy",
        "copy",
        "reversed",
        "iter",
        "next",
        "sorted",
        "cast",
        "structuredClone",
        "freeze",
        "resolve",
        "from_iter",
    ];
    names.iter().map(Symbol::of).collect()
});

/// Whether a function of this name returns its only argument as it is.
pub(super) fn wraps(name: Symbol) -> bool {
    WRAPS.contains(&name)
}

/// Functions that call their first argument with the elements of the others.
static CALLS_FIRST: LazyLock<Vec<Symbol>> = LazyLock::new(|| {
    ["map", "filter", "reduce", "starmap"]
        .iter()
        .map(Symbol::of)
        .collect()
});

pub(super) fn calls_first(name: Symbol) -> bool {
    CALLS_FIRST.contains(&name)
}

/// Methods that give access to what stands under a key, so that it can be changed.
pub(super) fn looks_up(name: Symbol) -> bool {
    let names = ["get", "get_mut", "entry", "setdefault", "getItem"];
    names.iter().any(|of| name == Symbol::of(of))
}

/// Methods that give access to what their receiver holds, so that it can be changed.
pub(super) fn gives_access(name: Symbol) -> bool {
    let names = [
        "unwrap",
        "expect",
        "lock",
        "write",
        "borrow_mut",
        "as_mut",
        "as_deref_mut",
        "deref_mut",
        "get_mut",
        "iter_mut",
        "or_default",
        "or_insert",
        "or_insert_with",
        "last_mut",
        "first_mut",
    ];
    names.iter().any(|of| name == Symbol::of(of))
}

/// Functions whose result is made of what the function that they are given returns.
pub(super) fn maps(name: Symbol) -> bool {
    name == Symbol::of("map") || name == Symbol::of("starmap")
}

/// What makes a collection that keeps what is put into it.
static COLLECTIONS: LazyLock<Vec<Symbol>> = LazyLock::new(|| {
    let names = [
        "list",
        "dict",
        "set",
        "Set",
        "Map",
        "Array",
        "WeakMap",
        "deque",
        "defaultdict",
        "OrderedDict",
        "Counter",
        "bytearray",
        "StringIO",
        "BytesIO",
        "Vec",
        "String",
        "VecDeque",
        "HashMap",
        "HashSet",
        "BTreeMap",
        "BTreeSet",
        "IndexMap",
        "PathBuf",
        "OsString",
        "URLSearchParams",
        "FormData",
        "ConfigParser",
        "RawConfigParser",
        "SafeConfigParser",
        "fromEntries",
        "SimpleNamespace",
        "frozenset",
    ];
    names.iter().map(Symbol::of).collect()
});

/// Whether something of this name makes a collection.
pub(super) fn makes_collection(name: Symbol) -> bool {
    COLLECTIONS.contains(&name)
}

/// Whether only collections have a method of this name.
pub(super) fn is_of_collections_only(name: Symbol) -> bool {
    [
        "extend",
        "unshift",
        "push_str",
        "push_back",
        "push_front",
        "appendleft",
        "extendleft",
        "extend_from_slice",
    ]
    .iter()
    .any(|of| name == Symbol::of(of))
}
