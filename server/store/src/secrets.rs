use crate::{
    Store,
    row::Row,
    seal::{Entry, SecretsKey},
};
use authz::{Grant, RunGrant, runs, secrets};
use model::{Chance, Failure, SecretData, SecretName, SecretValue, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Order, Query};

/// The secrets of a namespace, sealed.
pub struct Secrets<'a> {
    pub(crate) store: &'a Store,
    pub(crate) key: &'a SecretsKey,
}

impl Secrets<'_> {
    /// Writes one entry, over the old one if there is one.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn put(
        &self,
        grant: &Grant<secrets::Create>,
        name: &str,
        key: &str,
        value: &SecretValue,
        chance: &dyn Chance,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let namespace = grant.place().as_str();
        let sealed = self.key.seal(&Entry { namespace, name, key }, value.expose(), chance)?;
        let mut upsert = Query::insert();
        upsert
            .into_table("secrets")
            .columns(["namespace", "name", "entry", "sealed", "updated_at"])
            .values_panic([namespace.into(), name.into(), key.into(), sealed.into(), now.millis().into()])
            .on_conflict(
                OnConflict::columns(["namespace", "name", "entry"]).update_columns(["sealed", "updated_at"]).to_owned(),
            );
        self.store.database().execute(&upsert).await?;
        Ok(())
    }

    /// What there is, sorted by name; never what it is.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list(&self, grant: &Grant<secrets::List>) -> Result<Vec<SecretName>, Failure> {
        let mut select = Query::select();
        select
            .columns(["name", "entry", "updated_at"])
            .from("secrets")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .order_by("name", Order::Asc)
            .order_by("entry", Order::Asc);
        let mut names: Vec<SecretName> = Vec::new();
        for row in self.store.database().all(&select).await? {
            let (name, key, at) = (row.text("name")?, row.text("entry")?, row.moment("updated_at")?);
            match names.last_mut() {
                Some(last) if last.name == name => {
                    last.keys.push(key);
                    last.updated_at = last.updated_at.max(at);
                }
                _ => names.push(SecretName { name, keys: vec![key], updated_at: at }),
            }
        }
        Ok(names)
    }

    /// With all its entries.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn delete(&self, grant: &Grant<secrets::Delete>, name: &str) -> Result<(), Failure> {
        let mut delete = Query::delete();
        delete
            .from_table("secrets")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .and_where(Expr::col("name").eq(name));
        match self.store.database().execute(&delete).await? {
            0 => Err(Failure::not_found("Secret", name)),
            _ => Ok(()),
        }
    }

    /// The values, for the steps of one run: of its own namespace. Empty when there is no such secret.
    ///
    /// # Errors
    /// `Unavailable` when the key is not the one that they were sealed with.
    pub async fn reveal(&self, grant: &RunGrant<runs::Launch>, name: &str) -> Result<SecretData, Failure> {
        let namespace = grant.place().as_str();
        let mut select = Query::select();
        select
            .columns(["entry", "sealed"])
            .from("secrets")
            .and_where(Expr::col("namespace").eq(namespace))
            .and_where(Expr::col("name").eq(name));
        let mut data = SecretData::new();
        for row in self.store.database().all(&select).await? {
            let key = row.text("entry")?;
            let value = self.key.open(&Entry { namespace, name, key: &key }, &row.text("sealed")?)?;
            data.insert(key, SecretValue::new(value));
        }
        Ok(data)
    }
}
