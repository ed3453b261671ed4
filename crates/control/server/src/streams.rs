//! How many event streams are open: a bound for all, and one for each user.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use cloister_model::UserId;

use crate::problem::Failure;

/// Counts open streams.
pub struct Streams {
    most: usize,
    most_of_one: usize,
    open: Mutex<HashMap<UserId, usize>>,
}

/// One open stream; counted until it is dropped.
pub(crate) struct Open {
    streams: Arc<Streams>,
    user: UserId,
}

impl Streams {
    /// At most so many, and so many of one user.
    pub fn new(most: usize, most_of_one: usize) -> Self {
        Self { most, most_of_one, open: Mutex::default() }
    }

    /// Counts one more, or refuses it.
    pub(crate) fn open(self: &Arc<Self>, user: UserId) -> Result<Open, Failure> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.values().sum::<usize>() >= self.most {
            let text = "too many event streams are open on this server; poll, and try again later";
            return Err(Failure::new(503, "unavailable", text).retry_after(30));
        }
        let own = open.entry(user).or_default();
        if *own >= self.most_of_one {
            let text = format!("you have {own} event streams open already; close one");
            return Err(Failure::new(429, "rate-limited", text).retry_after(30));
        }
        *own += 1;
        Ok(Open { streams: self.clone(), user })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.user) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_stream_makes_room() {
        let user = |n| UserId(uuid::Uuid::from_u128(n));
        let streams = Arc::new(Streams::new(3, 2));
        let refused = |n| streams.open(user(n)).err().map(|failure| failure.0.status);
        let first = streams.open(user(1)).unwrap();
        let _second = streams.open(user(1)).unwrap();
        assert_eq!(refused(1), Some(429), "a third of one user");
        let _third = streams.open(user(2)).unwrap();
        assert_eq!(refused(3), Some(503), "a fourth of all");
        drop(first);
        assert_eq!(refused(3), None);
    }
}
