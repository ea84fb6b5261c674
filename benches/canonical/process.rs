//! Processor time of this thread and peak memory of this process, as Linux tells them; elsewhere
//! wall time, and no memory.

use std::fs;
use std::time::Instant;

/// Time since it was started.
pub struct Stopwatch {
    wall: Instant,
    processor: Option<u64>,
}

impl Stopwatch {
    /// Starts now, on this thread.
    pub fn start() -> Stopwatch {
        Stopwatch { wall: Instant::now(), processor: processor_nanos() }
    }

    /// Nanoseconds since the start: processor time of this thread where it is known.
    pub fn nanos(&self) -> f64 {
        match (self.processor, processor_nanos()) {
            (Some(start), Some(now)) => (now - start) as f64,
            _ => self.wall.elapsed().as_nanos() as f64,
        }
    }
}

/// Nanoseconds this thread has run: the first number of its `schedstat`. Linux brings it up to date
/// when a thread gives way, otherwise only at every tick, up to 10 ms apart.
fn processor_nanos() -> Option<u64> {
    std::thread::yield_now();
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// The most memory this process had resident so far, in MiB.
pub fn peak_memory() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / 1024.0)
}
