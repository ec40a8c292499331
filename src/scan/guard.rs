//! A panic in one file must not end the scan of the others, nor print what it was about.
//!
//! A panic's message may quote the text at hand, a secret included. So the message is dropped here
//! and never reaches standard error; only the place in aiscan's own code is kept.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work`; where it panics, the error says where in the code.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    install_hook();
    let outer = GUARDED.replace(true);
    // What a panic leaves half done is owned by `work` and dropped with it.
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.map_err(|_| {
        let place = PLACE
            .take()
            .unwrap_or_else(|| "an unknown place".to_owned());
        format!("panicked at {place}")
    })
}

fn install_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                return others(info);
            }
            let place = info.location().map(|at| shown(at.file(), at.line()));
            PLACE.set(place);
        }));
    });
}

/// The end of a code path: what lies before is the folder of whoever built aiscan.
fn shown(file: &str, line: u32) -> String {
    let parts: Vec<&str> = file.split(['/', '\\']).collect();
    let end = parts[parts.len().saturating_sub(3)..].join("/");
    format!("{end}:{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_tells_its_place_and_not_its_message() {
        let error = guarded(|| panic!("hunter2")).unwrap_err();
        assert!(
            error.starts_with("panicked at src/scan/guard.rs:"),
            "{error}"
        );
        assert!(!error.contains("hunter2"));
        assert_eq!(guarded(|| 1), Ok(1));
    }

    #[test]
    fn the_folder_of_the_build_is_not_told() {
        assert_eq!(
            shown("/home/me/reg/regex-1.0/src/a.rs", 7),
            "regex-1.0/src/a.rs:7"
        );
    }
}
