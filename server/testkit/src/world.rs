use model::{Chance, Clock, Timestamp};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// A clock whose hands a test holds. It begins at 2024-05-01T10:00:00Z.
#[derive(Debug)]
pub struct Hands(AtomicI64);

impl Default for Hands {
    fn default() -> Self {
        Self(AtomicI64::new(1_714_557_600_000))
    }
}

impl Hands {
    pub fn advance_millis(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Chance that counts: every draw differs, and the same test draws the same.
#[derive(Debug, Default)]
pub struct CountedChance(AtomicU64);

impl Chance for CountedChance {
    fn fill(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(8) {
            // Spread over all bits, so that ids do not look alike.
            let number = self.0.fetch_add(1, Ordering::SeqCst).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let length = piece.len();
            piece.copy_from_slice(&number.to_be_bytes()[..length]);
        }
    }
}
