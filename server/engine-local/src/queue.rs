//! Who may start a step next: limits of the machine and of each namespace, and turns between namespaces, so that a run
//! of a thousand steps does not keep another namespace's one step waiting.

use model::{Namespace, RunId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

#[derive(Clone)]
pub(crate) struct Queue(Arc<Shared>);

struct Shared {
    most: usize,
    most_of_one: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: usize,
    places: HashMap<Namespace, Place>,
    /// In the order of their coming.
    waiting: Vec<Waiter>,
    turn: u64,
}

#[derive(Default)]
struct Place {
    running: usize,
    /// When it was last served.
    served: u64,
}

struct Waiter {
    namespace: Namespace,
    run: RunId,
    answer: oneshot::Sender<Slot>,
}

/// Room for one step; given back when dropped.
pub(crate) struct Slot {
    shared: Arc<Shared>,
    namespace: Namespace,
}

/// A run's place in the queue, kept until it is served or dropped.
pub(crate) struct Ticket {
    answer: oneshot::Receiver<Slot>,
}

impl Ticket {
    pub(crate) async fn served(&mut self) -> Option<Slot> {
        (&mut self.answer).await.ok()
    }
}

impl Queue {
    pub(crate) fn new(most: usize, most_of_one: Option<usize>) -> Self {
        let most = most.max(1);
        let most_of_one = most_of_one.unwrap_or(most).clamp(1, most);
        Self(Arc::new(Shared { most, most_of_one, state: Mutex::default() }))
    }

    /// At once, if there is room and nobody else waits for it.
    pub(crate) fn try_take(&self, namespace: &Namespace) -> Option<Slot> {
        let mut state = self.0.state();
        state.waiting.retain(|waiter| !waiter.answer.is_closed());
        let has_room = |shared: &Shared, state: &State| state.has_room(shared, namespace);
        // Whoever could be served now comes first.
        let others = state.waiting.iter().any(|waiter| state.has_room(&self.0, &waiter.namespace));
        (!others && has_room(&self.0, &state)).then(|| self.0.hand_out(&mut state, namespace))
    }

    /// For a step that runs already: it counts, whatever the limits are now.
    pub(crate) fn take_over(&self, namespace: &Namespace) -> Slot {
        self.0.hand_out(&mut self.0.state(), namespace)
    }

    pub(crate) fn wait(&self, namespace: &Namespace, run: RunId) -> Ticket {
        let (answer, receiver) = oneshot::channel();
        self.0.state().waiting.push(Waiter { namespace: namespace.clone(), run, answer });
        self.0.serve();
        Ticket { answer: receiver }
    }

    /// Why a run's next step has not started, as a sentence. Says nothing of other namespaces but how many wait.
    pub(crate) fn reason(&self, namespace: &Namespace, run: RunId) -> String {
        let state = self.0.state();
        let own = state.places.get(namespace).map_or(0, |place| place.running);
        if own >= self.0.most_of_one && self.0.most_of_one < self.0.most {
            return format!(
                "waits: namespace \"{namespace}\" already runs {own} steps, and {} are allowed",
                self.0.most_of_one
            );
        }
        let place = state.waiting.iter().position(|waiter| waiter.run == run).map_or(1, |at| at + 1);
        format!(
            "waits for room: this machine runs {} steps at a time, and this run is number {place} of {} in the queue",
            self.0.most,
            state.waiting.len().max(place)
        )
    }
}

impl State {
    fn has_room(&self, shared: &Shared, namespace: &Namespace) -> bool {
        let own = self.places.get(namespace).map_or(0, |place| place.running);
        self.running < shared.most && own < shared.most_of_one
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hand_out(self: &Arc<Self>, state: &mut State, namespace: &Namespace) -> Slot {
        state.running += 1;
        state.turn += 1;
        let turn = state.turn;
        let place = state.places.entry(namespace.clone()).or_default();
        place.running += 1;
        place.served = turn;
        Slot { shared: Arc::clone(self), namespace: namespace.clone() }
    }

    /// Gives out what is free: to the namespace that runs least, of these to the one that was served longest ago, and
    /// there to who came first.
    fn serve(self: &Arc<Self>) {
        loop {
            let mut state = self.state();
            state.waiting.retain(|waiter| !waiter.answer.is_closed());
            let rank = |waiter: &Waiter| {
                state.places.get(&waiter.namespace).map_or((0, 0), |place| (place.running, place.served))
            };
            let next = (0..state.waiting.len())
                .filter(|at| state.has_room(self, &state.waiting[*at].namespace))
                .min_by_key(|at| (rank(&state.waiting[*at]), *at));
            let Some(next) = next else { return };
            let waiter = state.waiting.remove(next);
            let slot = self.hand_out(&mut state, &waiter.namespace);
            drop(state);
            // Who has gone meanwhile gives the slot back by dropping it, and the next turn finds it.
            if let Err(slot) = waiter.answer.send(slot) {
                slot.give_back();
            }
        }
    }
}

impl Slot {
    fn give_back(self) {
        self.release();
        std::mem::forget(self);
    }
    fn release(&self) {
        let mut state = self.shared.state();
        state.running = state.running.saturating_sub(1);
        if let Some(place) = state.places.get_mut(&self.namespace) {
            place.running = place.running.saturating_sub(1);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.release();
        self.shared.serve();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn place(name: &str) -> Namespace {
        Namespace::parse(name).unwrap()
    }
    fn run(number: u128) -> RunId {
        RunId::from_uuid(Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn a_crowded_namespace_does_not_keep_another_waiting() {
        let queue = Queue::new(2, None);
        let (busy, quiet) = (place("busy"), place("quiet"));
        let first = queue.try_take(&busy).unwrap();
        let _second = queue.try_take(&busy).unwrap();
        assert!(queue.try_take(&quiet).is_none());
        let mut crowd: Vec<Ticket> = (1..=5).map(|number| queue.wait(&busy, run(number))).collect();
        let mut late = queue.wait(&quiet, run(9));
        assert!(queue.reason(&quiet, run(9)).contains("number 6 of 6"), "{}", queue.reason(&quiet, run(9)));
        drop(first);
        let served = late.served().await.unwrap();
        assert!(crowd[0].answer.try_recv().is_err());
        drop(served);
        assert!(crowd[0].served().await.is_some());
    }

    #[tokio::test]
    async fn a_namespace_has_a_limit_of_its_own() {
        let queue = Queue::new(4, Some(1));
        let (one, other) = (place("one"), place("other"));
        let held = queue.try_take(&one).unwrap();
        assert!(queue.try_take(&one).is_none());
        let mut ticket = queue.wait(&one, run(1));
        assert!(queue.reason(&one, run(1)).contains("already runs 1 steps"));
        // Who waits for its own namespace's room does not stand in the way of others.
        let _other = queue.try_take(&other).unwrap();
        drop(held);
        assert!(ticket.served().await.is_some());
    }

    #[tokio::test]
    async fn who_leaves_the_queue_loses_nothing_for_others() {
        let queue = Queue::new(1, None);
        let one = place("one");
        let held = queue.try_take(&one).unwrap();
        drop(queue.wait(&one, run(1)));
        let mut stays = queue.wait(&one, run(2));
        drop(held);
        let slot = stays.served().await.unwrap();
        drop(slot);
        let given = queue.wait(&one, run(3));
        drop(given);
        assert!(queue.try_take(&one).is_some());
    }
}
