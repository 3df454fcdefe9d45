//! How long one input may take.

use std::time::Duration;

/// CPU time of one input. The product is instrumented here, and its input no longer than a few pages.
pub const MOST: Duration = Duration::from_secs(3);

/// Runs a target.
///
/// # Panics
/// When it takes more CPU time than [`MOST`]: other programs may take as long as they like.
pub fn within(run: impl FnOnce()) {
    let before = cpu_time();
    run();
    let taken = cpu_time().zip(before).map(|(after, before)| after - before);
    if let Some(taken) = taken {
        assert!(taken < MOST, "an input took {taken:?}");
    }
}

/// The CPU time of this thread, where the system tells.
fn cpu_time() -> Option<Duration> {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = schedule.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
