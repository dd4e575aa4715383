use model::Timestamp;
use std::{collections::HashMap, hash::Hash, sync::Mutex};

/// Answers that are good for a short while. Full, it forgets what is old, and if need be everything: forgetting costs a
/// question, never a wrong answer.
pub(crate) struct Kept<K, V> {
    millis: i64,
    most: usize,
    answers: Mutex<HashMap<K, (Timestamp, V)>>,
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    pub(crate) fn new(millis: i64, most: usize) -> Self {
        Self { millis, most, answers: Mutex::new(HashMap::new()) }
    }

    pub(crate) fn get(&self, key: &K, now: Timestamp) -> Option<V> {
        let answers = self.answers.lock().ok()?;
        let (at, answer) = answers.get(key)?;
        self.is_fresh(*at, now).then(|| answer.clone())
    }

    pub(crate) fn put(&self, key: K, answer: V, now: Timestamp) {
        let Ok(mut answers) = self.answers.lock() else { return };
        if answers.len() >= self.most {
            answers.retain(|_, (at, _)| self.is_fresh(*at, now));
            if answers.len() >= self.most {
                answers.clear();
            }
        }
        answers.insert(key, (now, answer));
    }

    const fn is_fresh(&self, at: Timestamp, now: Timestamp) -> bool {
        let age = now.millis() - at.millis();
        age >= 0 && age < self.millis
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_go_with_time_and_never_grow_beyond_their_bound() {
        let kept = Kept::new(1000, 3);
        let at = Timestamp::from_millis;
        kept.put("a", 1, at(0));
        assert_eq!((kept.get(&"a", at(999)), kept.get(&"a", at(1000)), kept.get(&"b", at(0))), (Some(1), None, None));
        for (number, key) in ["b", "c", "d", "e", "f"].into_iter().enumerate() {
            kept.put(key, number, at(500));
            assert!(kept.answers.lock().unwrap().len() <= 3);
        }
        assert_eq!(kept.get(&"f", at(500)), Some(4));
        assert_eq!(kept.get(&"f", at(499)), None, "a clock that goes back keeps nothing");
    }
}
