//! The credentials as a table in memory, and a clock and a chance that are set by hand.

use crate::{Account, Credentials, NewToken, Session, Token};
use model::{Chance, Clock, Failure, Timestamp, TokenId, UserName};
use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicI64, AtomicU8, Ordering},
    },
};

#[derive(Default)]
pub(super) struct Hands(pub(super) AtomicI64);
impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

#[derive(Default)]
pub(super) struct Counted(AtomicU8);
impl Chance for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::SeqCst));
    }
}

pub(super) struct Row<T> {
    pub(super) value: T,
    pub(super) end: Option<Timestamp>,
}

#[derive(Default)]
pub(super) struct Table {
    pub(super) accounts: HashMap<String, Account>,
    pub(super) sessions: HashMap<String, Row<Session>>,
    pub(super) links: HashMap<String, Row<UserName>>,
    pub(super) tokens: HashMap<String, Row<Token>>,
    pub(super) touches: usize,
}

#[derive(Default)]
pub(super) struct Memory(pub(super) Mutex<Table>);

#[async_trait::async_trait]
impl Credentials for Memory {
    async fn account(&self, name: &UserName) -> Result<Option<Account>, Failure> {
        Ok(self.0.lock().unwrap().accounts.get(name.as_str()).cloned())
    }
    async fn session(&self, hash: &str, now: Timestamp) -> Result<Option<Session>, Failure> {
        let table = self.0.lock().unwrap();
        Ok(table.sessions.get(hash).filter(|row| row.end.is_some_and(|end| end > now)).map(|row| row.value.clone()))
    }
    async fn begin_session(&self, hash: &str, user: &UserName, now: Timestamp, end: Timestamp) -> Result<(), Failure> {
        let value = Session { user: user.clone(), begun_at: now, last_seen_at: now };
        self.0.lock().unwrap().sessions.insert(hash.to_owned(), Row { value, end: Some(end) });
        Ok(())
    }
    async fn touch_session(&self, hash: &str, now: Timestamp, end: Timestamp) -> Result<(), Failure> {
        let mut table = self.0.lock().unwrap();
        table.touches += 1;
        if let Some(row) = table.sessions.get_mut(hash) {
            row.value.last_seen_at = now;
            row.end = Some(end);
        }
        Ok(())
    }
    async fn end_session(&self, hash: &str) -> Result<(), Failure> {
        self.0.lock().unwrap().sessions.remove(hash);
        Ok(())
    }
    async fn end_sessions(&self, user: &UserName) -> Result<(), Failure> {
        self.0.lock().unwrap().sessions.retain(|_, row| row.value.user != *user);
        Ok(())
    }
    async fn redeem_link(&self, hash: &str, now: Timestamp) -> Result<Option<UserName>, Failure> {
        let row = self.0.lock().unwrap().links.remove(hash);
        Ok(row.filter(|row| row.end.is_some_and(|end| end > now)).map(|row| row.value))
    }
    async fn add_link(&self, hash: &str, user: &UserName, _: Timestamp, end: Timestamp) -> Result<(), Failure> {
        self.0.lock().unwrap().links.insert(hash.to_owned(), Row { value: user.clone(), end: Some(end) });
        Ok(())
    }
    async fn token(&self, hash: &str, now: Timestamp) -> Result<Option<Token>, Failure> {
        let table = self.0.lock().unwrap();
        Ok(table.tokens.get(hash).filter(|row| row.end.is_none_or(|end| end > now)).map(|row| row.value.clone()))
    }
    async fn touch_token(&self, id: TokenId, now: Timestamp) -> Result<(), Failure> {
        let mut table = self.0.lock().unwrap();
        table.touches += 1;
        for row in table.tokens.values_mut().filter(|row| row.value.id == id) {
            row.value.last_used_at = Some(now);
        }
        Ok(())
    }
    async fn admit_from_provider(&self, _: &UserName, _: Timestamp) -> Result<(), Failure> {
        Ok(())
    }
    async fn add_token(&self, hash: &str, new: NewToken, _: Timestamp) -> Result<(), Failure> {
        let value = Token { id: new.id, user: new.user, limits: new.limits, last_used_at: None };
        self.0.lock().unwrap().tokens.insert(hash.to_owned(), Row { value, end: new.expires_at });
        Ok(())
    }
}
