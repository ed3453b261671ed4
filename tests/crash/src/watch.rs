//! Checkpoints as somebody outside sees them while the deployment dies and comes back.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread::sleep,
    time::Duration,
};

use cloister_testkit::http::exchange;

const EVERY: Duration = Duration::from_millis(100);

/// Signed notes in the order in which they were served, without repetitions.
pub(crate) fn checkpoints(url: &str, stop: &AtomicBool) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    while !stop.load(Ordering::Acquire) {
        if let Ok(answer) = exchange(url, "GET", "/api/v1/log/checkpoint", &[], b"")
            && answer.status == 200
            && seen.last() != Some(&answer.body)
        {
            seen.push(answer.body);
        }
        sleep(EVERY);
    }
    seen
}
