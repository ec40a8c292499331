//! How far a scan is, for whoever shows it.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts that grow while a scan runs; read them from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicUsize,
    known: AtomicUsize,
}

impl Progress {
    /// Files finished.
    pub fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// Files to scan; zero until all are known.
    pub fn known(&self) -> usize {
        self.known.load(Ordering::Relaxed)
    }

    pub(super) fn set_known(&self, files: usize) {
        self.known.store(files, Ordering::Relaxed);
    }

    pub(super) fn finish_one(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}
