//! A bar on standard error while a person waits for a long scan.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Ui;
use crate::report::Detail;
use crate::scan::Progress;

/// A scan that ends sooner shows no bar.
const PATIENCE: Duration = Duration::from_millis(500);
const REFRESH: Duration = Duration::from_millis(100);

/// Does `work`, and shows how far it is where somebody watches.
pub(crate) fn watch<T>(ui: &Ui, work: impl FnOnce(&Progress) -> T) -> T {
    let progress = Progress::default();
    if !ui.interactive || ui.style.detail == Detail::Quiet {
        return work(&progress);
    }
    let (done, is_done) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let is_done = is_done;
            if is_done.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} files") {
                bar.set_style(style);
            }
            while is_done.recv_timeout(REFRESH) == Err(RecvTimeoutError::Timeout) {
                bar.set_length(progress.known() as u64);
                bar.set_position(progress.done() as u64);
            }
            bar.finish_and_clear();
        });
        // Dropped on the way out, by a panic, too: the bar ends when its other end is gone.
        let _done = done;
        work(&progress)
    })
}
