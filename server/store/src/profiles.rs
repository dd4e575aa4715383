use crate::{Store, database::Within, failure::taken, row::Row};
use authz::{Bindings, Grant, Operator, profiles};
use model::{Failure, Member, Membership, Namespace, Role, Timestamp, UserName};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Order, Query, SelectStatement};

/// Namespaces and who is what in them.
pub struct Profiles<'a> {
    pub(crate) store: &'a Store,
}

impl Profiles<'_> {
    /// The namespace and its first member, the owner, who is its admin. Users need not be local accounts.
    ///
    /// # Errors
    /// `Exists` when the name is taken.
    pub async fn create(
        &self,
        grant: &Grant<profiles::Create>,
        owner: &UserName,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let namespace = grant.place().as_str();
        let transaction = self.store.database().begin().await?;
        let mut insert = Query::insert();
        insert.into_table("profiles").columns(["namespace", "owner", "created_at"]).values_panic([
            namespace.into(),
            owner.as_str().into(),
            now.millis().into(),
        ]);
        let taken = taken(|| format!("Profile '{namespace}' already exists"));
        transaction.execute(&insert).await.map_err(taken)?;
        let mut member = Query::insert();
        member.into_table("memberships").columns(["namespace", "user_name", "role"]).values_panic([
            namespace.into(),
            owner.as_str().into(),
            Role::Admin.as_str().into(),
        ]);
        transaction.run(&member).await?;
        transaction.done().await
    }

    /// Makes the namespace, if it is not there, and everybody in it what is said here; nobody else stays in.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn apply(
        &self,
        grant: &Grant<profiles::Create>,
        owner: &UserName,
        members: &[Member],
        now: Timestamp,
    ) -> Result<(), Failure> {
        let namespace = grant.place().as_str();
        let transaction = self.store.database().begin().await?;
        let mut upsert = Query::insert();
        upsert
            .into_table("profiles")
            .columns(["namespace", "owner", "created_at"])
            .values_panic([namespace.into(), owner.as_str().into(), now.millis().into()])
            .on_conflict(OnConflict::column("namespace").update_column("owner").to_owned());
        transaction.run(&upsert).await?;
        let mut delete = Query::delete();
        delete.from_table("memberships").and_where(Expr::col("namespace").eq(namespace));
        transaction.run(&delete).await?;
        if !members.is_empty() {
            let mut insert = Query::insert();
            insert.into_table("memberships").columns(["namespace", "user_name", "role"]);
            for member in members {
                insert.values_panic([namespace.into(), member.user.as_str().into(), member.role.as_str().into()]);
            }
            transaction.run(&insert).await?;
        }
        transaction.done().await
    }

    /// Lets somebody in, or changes what they are.
    ///
    /// # Errors
    /// `NotFound` when there is no such namespace, `Precondition` for the owner in any role but admin.
    pub async fn share(&self, grant: &Grant<profiles::Share>, user: &UserName, role: Role) -> Result<(), Failure> {
        let namespace = grant.place().as_str();
        let transaction = self.store.database().begin().await?;
        let owner = transaction.one(&select_owner(namespace)).await?;
        let owner = owner.ok_or_else(|| Failure::not_found("Profile", namespace))?.text("owner")?;
        if owner == user.as_str() && role != Role::Admin {
            return Err(Failure::precondition(format!("{user} owns namespace '{namespace}' and stays its admin")));
        }
        let mut upsert = Query::insert();
        upsert
            .into_table("memberships")
            .columns(["namespace", "user_name", "role"])
            .values_panic([namespace.into(), user.as_str().into(), role.as_str().into()])
            .on_conflict(OnConflict::columns(["namespace", "user_name"]).update_column("role").to_owned());
        transaction.run(&upsert).await?;
        transaction.done().await
    }

    /// Takes somebody out again.
    ///
    /// # Errors
    /// `NotFound` for somebody who is not in, `Precondition` for the owner.
    pub async fn unshare(&self, grant: &Grant<profiles::Share>, user: &UserName) -> Result<(), Failure> {
        let namespace = grant.place().as_str();
        let transaction = self.store.database().begin().await?;
        let owner = transaction.one(&select_owner(namespace)).await?;
        let owner = owner.ok_or_else(|| Failure::not_found("Profile", namespace))?.text("owner")?;
        if owner == user.as_str() {
            return Err(Failure::precondition(format!("{user} owns namespace '{namespace}' and stays its admin")));
        }
        let mut delete = Query::delete();
        delete
            .from_table("memberships")
            .and_where(Expr::col("namespace").eq(namespace))
            .and_where(Expr::col("user_name").eq(user.as_str()));
        if transaction.run(&delete).await? == 0 {
            return Err(Failure::not_found("Member", user.as_str()));
        }
        transaction.done().await
    }

    /// Sorted by name.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn members(&self, grant: &Grant<profiles::Get>) -> Result<Vec<Member>, Failure> {
        let mut select = Query::select();
        select
            .columns(["user_name", "role"])
            .from("memberships")
            .and_where(Expr::col("namespace").eq(grant.place().as_str()))
            .order_by("user_name", Order::Asc);
        let rows = self.store.database().all(&select).await?;
        let member = |row: &sea_orm::QueryResult| {
            Ok(Member { user: row.parsed("user_name", UserName::parse)?, role: row.parsed("role", Role::parse)? })
        };
        rows.iter().map(member).collect()
    }

    /// Whose namespace it is.
    ///
    /// # Errors
    /// `NotFound` when there is no such namespace.
    pub async fn owner(&self, grant: &Grant<profiles::Get>) -> Result<UserName, Failure> {
        let row = self.store.database().one(&select_owner(grant.place().as_str())).await?;
        let row = row.ok_or_else(|| Failure::not_found("Profile", grant.place().as_str()))?;
        row.parsed("owner", UserName::parse)
    }

    /// Every namespace there is, for the person at the machine's command line.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn namespaces(&self, _: &Operator) -> Result<Vec<Namespace>, Failure> {
        let mut select = Query::select();
        select.column("namespace").from("profiles").order_by("namespace", Order::Asc);
        let rows = self.store.database().all(&select).await?;
        rows.iter().map(|row| row.parsed("namespace", Namespace::parse)).collect()
    }
}

fn select_owner(namespace: &str) -> SelectStatement {
    let mut select = Query::select();
    select.column("owner").from("profiles").and_where(Expr::col("namespace").eq(namespace));
    select
}

/// Where `authz`'s local policy looks up who is what.
#[async_trait::async_trait]
impl Bindings for Store {
    async fn memberships(&self, user: &UserName) -> Result<Vec<Membership>, Failure> {
        let mut select = Query::select();
        select
            .columns(["namespace", "role"])
            .from("memberships")
            .and_where(Expr::col("user_name").eq(user.as_str()))
            .order_by("namespace", Order::Asc);
        let rows = self.database().all(&select).await?;
        let membership = |row: &sea_orm::QueryResult| {
            Ok(Membership {
                namespace: row.parsed("namespace", Namespace::parse)?,
                role: row.parsed("role", Role::parse)?,
            })
        };
        rows.iter().map(membership).collect()
    }

    async fn is_platform_admin(&self, user: &UserName) -> Result<bool, Failure> {
        let account = self.users().get(user).await?;
        Ok(account.is_some_and(|account| account.platform_admin && !account.disabled))
    }
}
