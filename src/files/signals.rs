//! Signals that would end the process while it writes.
//!
//! They wait until the writing is done, and then have their usual effect. A second one ends the process at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

#[cfg(unix)]
const SIGNALS: [i32; 3] = [SIGINT, SIGTERM, signal_hook::consts::SIGHUP];
#[cfg(not(unix))]
const SIGNALS: [i32; 2] = [SIGINT, SIGTERM];

/// How signals are taken from the first write on.
struct Handling {
    /// Whether a signal ends the process at once.
    ends_at_once: Arc<AtomicBool>,
    /// The signal that came while it did not.
    waiting: Arc<AtomicUsize>,
    /// One write at a time.
    writing: Mutex<()>,
}

/// Writes something. A signal that comes meanwhile ends the process when `write` has returned.
pub(super) fn held<T>(write: impl FnOnce() -> T) -> T {
    let (written, signal) = held_back(write);
    if let Some(signal) = signal {
        // Nothing is left to do when the system refuses.
        let _ = low_level::emulate_default_handler(signal);
    }
    written
}

/// What `write` returns, and the signal that came meanwhile.
fn held_back<T>(write: impl FnOnce() -> T) -> (T, Option<i32>) {
    let handling = handling();
    let one = handling.writing.lock();
    let one = one.unwrap_or_else(PoisonError::into_inner);
    handling.waiting.store(0, Ordering::SeqCst);
    handling.ends_at_once.store(false, Ordering::SeqCst);
    let written = write();
    handling.ends_at_once.store(true, Ordering::SeqCst);
    let signal = handling.waiting.swap(0, Ordering::SeqCst);
    drop(one);
    let signal = i32::try_from(signal).ok().filter(|signal| *signal != 0);
    (written, signal)
}

fn handling() -> &'static Handling {
    static HANDLING: OnceLock<Handling> = OnceLock::new();
    HANDLING.get_or_init(|| {
        let handling = Handling {
            ends_at_once: Arc::new(AtomicBool::new(true)),
            waiting: Arc::default(),
            writing: Mutex::default(),
        };
        let ignored = ignored();
        for signal in SIGNALS.into_iter().filter(|signal| !ignored(*signal)) {
            // In this order: what comes first waits, and lets the second one through. Where the system refuses a
            // handler, signals have the effect that they have always had.
            let ends_at_once = &handling.ends_at_once;
            let _ = flag::register_conditional_default(signal, Arc::clone(ends_at_once));
            let number = usize::try_from(signal).unwrap_or_default();
            let _ = flag::register_usize(signal, Arc::clone(&handling.waiting), number);
            let _ = flag::register(signal, Arc::clone(ends_at_once));
        }
        handling
    })
}

/// Which signals this process was started to ignore (`nohup`), as far as the system tells: they stay ignored.
fn ignored() -> impl Fn(i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let mask = mask.unwrap_or_default();
    move |signal| mask >> (signal - 1) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_waits_for_the_write() {
        let mut written = false;
        let ((), signal) = held_back(|| {
            low_level::raise(SIGTERM).unwrap();
            written = true;
        });
        assert!(written);
        assert_eq!(signal, Some(SIGTERM));
        assert_eq!(held_back(|| ()).1, None);
    }
}
