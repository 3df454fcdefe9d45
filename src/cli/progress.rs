//! How far a long run is: one line on stderr that comes after a second and goes when the run is over.
//!
//! In: the [`Progress`] of a run. Out: a line for a person at a terminal. Never: a byte where stderr is no terminal, with
//! `-q`, in CI, or for a run that is quick.

use std::io::{self, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::request::Progress;

/// Nobody wonders before.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two lines.
const PAUSE: Duration = Duration::from_millis(200);
/// To the start of the line, and nothing on it.
const CLEAR: &str = "\r\x1b[K";

/// Shows a line until it is dropped.
pub(super) struct ProgressLine {
    over: Option<Sender<()>>,
    shows: Option<JoinHandle<()>>,
}

impl ProgressLine {
    /// A line about this run.
    pub(super) fn start(progress: &Progress) -> Self {
        let (over, is_over) = mpsc::channel::<()>();
        let progress = progress.clone();
        let show = move || {
            let mut pause = PATIENCE;
            let mut shown = false;
            while is_over.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                shown |= write!(io::stderr(), "{CLEAR}{}", line(&progress)).is_ok();
                pause = PAUSE;
            }
            if shown {
                let _ = write!(io::stderr(), "{CLEAR}");
            }
        };
        Self {
            over: Some(over),
            // Without a thread to spare there is no line.
            shows: thread::Builder::new().spawn(show).ok(),
        }
    }

    /// No line at all.
    pub(super) fn none() -> Self {
        Self {
            over: None,
            shows: None,
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.over.take();
        if let Some(shows) = self.shows.take() {
            let _ = shows.join();
        }
    }
}

fn line(progress: &Progress) -> String {
    match (progress.found(), progress.checked()) {
        (0, _) => "stagecheck: looking for app roots".to_owned(),
        (found, checked) => format!("stagecheck: checked {checked} of {found} app roots"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_many_app_roots_are_done() {
        let progress = Progress::default();
        assert_eq!(line(&progress), "stagecheck: looking for app roots");
        progress.add_found(3);
        progress.add_checked();
        assert_eq!(line(&progress), "stagecheck: checked 1 of 3 app roots");
    }
}
