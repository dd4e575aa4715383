use crate::{
    Store,
    listing::{Column, Field, List, Whose},
    row::Row,
};
use authn::{Act, Journal};
use authz::{Grant, Operator};
use model::{AuditEntry, AuditOutcome, Chance, Clock, Failure, Listing, Namespace, Page, UserName};
use sea_orm::QueryResult;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

/// So long are rows kept.
const KEEP_MILLIS: i64 = 90 * 24 * 3600 * 1000;
/// Every so many rows the old ones of the same namespace are removed.
const PRUNE_EVERY: u32 = 256;
/// Whoever is nobody can ask without end: of them so many rows are kept a minute. The log has them all.
const NOBODYS_PER_MINUTE: u32 = 60;

const COLUMNS: &[&str] =
    &["id", "namespace", "happened_at", "user_name", "via", "peer", "resource", "verb", "object", "outcome", "reason"];

const LIST: List<AuditEntry> = List {
    table: "audit",
    columns: COLUMNS,
    fields: &[
        Field::new(&["id"], Column::Text("id")),
        Field::new(&["created_at"], Column::Moment("happened_at")),
        Field::new(&["user", "name"], Column::Text("user_name")),
        Field::new(&["resource"], Column::Text("resource")),
        Field::new(&["verb"], Column::Text("verb")),
        Field::new(&["outcome"], Column::Text("outcome")),
    ],
    tagged: false,
    read,
};

/// What was refused and what was changed.
pub struct Audit<'a> {
    pub(crate) store: &'a Store,
}

impl Audit<'_> {
    /// Of one namespace.
    ///
    /// # Errors
    /// `Invalid` for a sort, filter or page token that does not fit.
    pub async fn list(
        &self,
        grant: &Grant<authz::audit::List>,
        listing: &Listing,
    ) -> Result<Page<AuditEntry>, Failure> {
        LIST.page(self.store, &Whose { place: grant.place().as_str(), parent: None }, listing).await
    }

    /// What concerns no namespace: sign-ins, tokens, and those who could not say who they are.
    ///
    /// # Errors
    /// As [`Audit::list`].
    pub async fn list_without_namespace(&self, _: &Operator, listing: &Listing) -> Result<Page<AuditEntry>, Failure> {
        LIST.page(self.store, &Whose { place: "", parent: None }, listing).await
    }
}

/// Writes the rows.
pub struct AuditJournal {
    store: Store,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    written: AtomicU32,
    /// The present minute, and how many nobodies it had.
    nobodies: Mutex<(i64, u32)>,
}

impl AuditJournal {
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Self {
        Self { store, clock, chance, written: AtomicU32::new(0), nobodies: Mutex::new((0, 0)) }
    }

    fn one_nobody_more(&self, minute: i64) -> bool {
        let Ok(mut nobodies) = self.nobodies.lock() else { return false };
        if nobodies.0 != minute {
            *nobodies = (minute, 0);
        }
        nobodies.1 = nobodies.1.saturating_add(1);
        nobodies.1 <= NOBODYS_PER_MINUTE
    }
}

#[async_trait::async_trait]
impl Journal for AuditJournal {
    async fn write(&self, act: &Act) -> Result<(), Failure> {
        let now = self.clock.now();
        if act.user.is_none() && act.refused.is_some() && !self.one_nobody_more(now.millis() / 60_000) {
            return Ok(());
        }
        let namespace = act.namespace.as_ref().map(Namespace::as_str).unwrap_or_default();
        let outcome = if act.refused.is_some() { AuditOutcome::Refused } else { AuditOutcome::Allowed };
        let object = act.object.as_deref().unwrap_or_default();
        let mut insert = Query::insert();
        insert.into_table("audit").columns(COLUMNS.iter().copied()).values_panic([
            self.chance.uuid().to_string().into(),
            namespace.into(),
            now.millis().into(),
            act.user.as_ref().map(UserName::as_str).unwrap_or_default().into(),
            act.via.into(),
            act.from.map(|from| from.to_string()).unwrap_or_default().into(),
            act.resource.into(),
            act.verb.into(),
            object[..object.floor_char_boundary(255)].into(),
            outcome.as_str().into(),
            act.refused.as_deref().unwrap_or_default().into(),
        ]);
        self.store.database().execute(&insert).await?;
        if self.written.fetch_add(1, Ordering::Relaxed) % PRUNE_EVERY == PRUNE_EVERY - 1 {
            let mut delete = Query::delete();
            delete
                .from_table("audit")
                .and_where(Expr::col("namespace").eq(namespace))
                .and_where(Expr::col("happened_at").lt(now.millis() - KEEP_MILLIS));
            self.store.database().execute(&delete).await?;
        }
        Ok(())
    }
}

fn read(row: &QueryResult) -> Result<AuditEntry, Failure> {
    Ok(AuditEntry {
        at: row.moment("happened_at")?,
        user: row.text("user_name")?,
        via: row.text("via")?,
        from: row.text("peer")?,
        namespace: row.text("namespace")?,
        resource: row.text("resource")?,
        verb: row.text("verb")?,
        object: row.text("object")?,
        outcome: row.word("outcome", AuditOutcome::parse)?,
        reason: row.text("reason")?,
    })
}
