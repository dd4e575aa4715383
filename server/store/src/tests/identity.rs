use super::{Bench, at, first_page, on_every_database, sorted, team, uuid};
use crate::{AuditJournal, Member, SecretsKey};
use authn::{Act, Journal};
use authz::Bindings;
use model::{AuditOutcome, Chance, Clock, FailureKind, Role, RunId, SecretValue, Timestamp, UserName};
use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU8, Ordering},
};

#[derive(Default)]
struct Counted(AtomicU8);
impl Chance for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::SeqCst));
    }
}

#[derive(Default)]
struct Hands(AtomicI64);
impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

#[tokio::test]
async fn secrets_are_sealed_for_their_place_and_opened_for_runs_of_their_namespace() {
    on_every_database(async |bench: &Bench| {
        let (ours, theirs) = (team("team-a"), team("team-b"));
        let (key, chance) = (SecretsKey::new(&[7; 32]).unwrap(), Counted::default());
        let secrets = bench.store.secrets(&key);
        let value = |text: &str| SecretValue::new(text.as_bytes().to_vec());
        for (namespace, name, entry, text) in [
            (&ours, "db", "PASSWORD", "old"),
            (&ours, "db", "PASSWORD", "hunter2"),
            (&ours, "db", "USER", "alice"),
            (&ours, "api", "token", "xyz"),
            (&theirs, "db", "PASSWORD", "theirs"),
        ] {
            secrets.put(&bench.grant(namespace), name, entry, &value(text), &chance, at(3)).await.unwrap();
        }
        let listed = secrets.list(&bench.grant(&ours)).await.unwrap();
        let names: Vec<_> = listed.iter().map(|one| (one.name.as_str(), one.keys.join(","))).collect();
        assert_eq!(names, [("api", "token".to_owned()), ("db", "PASSWORD,USER".to_owned())]);
        let run = bench.over_object(&ours, RunId::from_uuid(uuid(1)));
        let data = secrets.reveal(&run, "db").await.unwrap();
        assert_eq!(data.get("PASSWORD").map(SecretValue::expose), Some(&b"hunter2"[..]));
        assert_eq!(data.len(), 2);
        assert!(secrets.reveal(&run, "none").await.unwrap().is_empty());

        // Nothing is kept in the clear, and what is kept is good in its own place only.
        let sealed = || {
            let connection = &bench.store.database().connection;
            let backend = bench.store.database().backend();
            sea_orm::ConnectionTrait::query_all_raw(
                connection,
                sea_orm::Statement::from_string(backend, "SELECT sealed FROM secrets ORDER BY namespace, name, entry"),
            )
        };
        let rows: Vec<String> = sealed().await.unwrap().iter().map(|row| row.try_get("", "sealed").unwrap()).collect();
        assert!(rows.iter().all(|row| !row.contains("hunter2")), "{rows:?}");
        let distinct: std::collections::BTreeSet<_> = rows.iter().collect();
        assert_eq!(distinct.len(), rows.len());
        let moved = format!("UPDATE secrets SET sealed = '{}' WHERE namespace = 'team-a' AND name = 'api'", rows[3]);
        sea_orm::ConnectionTrait::execute_unprepared(&bench.store.database().connection, &moved).await.unwrap();
        let stolen = secrets.reveal(&run, "api").await.unwrap_err();
        assert_eq!(stolen.kind, FailureKind::Unavailable);
        let other = SecretsKey::new(&[8; 32]).unwrap();
        let unread = bench.store.secrets(&other).reveal(&run, "db").await.unwrap_err();
        assert!(unread.message.contains("key of the secrets"), "{unread}");

        secrets.delete(&bench.grant(&ours), "db").await.unwrap();
        assert_eq!(secrets.delete(&bench.grant(&ours), "db").await.unwrap_err().kind, FailureKind::NotFound);
        let run = bench.over_object(&theirs, RunId::from_uuid(uuid(2)));
        assert_eq!(secrets.reveal(&run, "db").await.unwrap().len(), 1);
    })
    .await;
    assert!(SecretsKey::new(&[0; 31]).is_err());
}

#[tokio::test]
async fn the_audit_is_read_by_namespace_and_old_rows_go() {
    on_every_database(async |bench: &Bench| {
        let (ours, theirs) = (team("team-a"), team("team-b"));
        let clock = Arc::new(Hands::default());
        clock.0.store(1_000_000, Ordering::SeqCst);
        let journal = AuditJournal::new(bench.store.clone(), clock.clone(), Arc::new(Counted::default()));
        let act = |namespace| {
            let mut act = Act::of_nobody("session", "10.0.0.1".parse().ok(), "runs", "delete").within(namespace);
            act.user = UserName::parse("alice").ok();
            act
        };
        journal.write(&act(Some(ours.clone())).on("x".repeat(300))).await.unwrap();
        clock.0.fetch_add(5, Ordering::SeqCst);
        journal.write(&act(Some(ours.clone())).refused("no")).await.unwrap();
        journal.write(&act(Some(theirs.clone()))).await.unwrap();
        journal.write(&act(None)).await.unwrap();

        let newest_first = sorted("created_at", true);
        let page = bench.store.audit().list(&bench.grant(&ours), &newest_first).await.unwrap();
        assert_eq!(page.total_size, 2);
        assert_eq!((page.items[0].outcome, page.items[0].reason.as_str()), (AuditOutcome::Refused, "no"));
        assert_eq!((page.items[1].object.len(), page.items[1].from.as_str()), (255, "10.0.0.1"));
        let none = bench.store.audit().list_without_namespace(&bench.operator, &first_page()).await.unwrap();
        assert_eq!((none.total_size, none.items[0].user.as_str()), (1, "alice"));

        clock.0.fetch_add(91 * 24 * 3600 * 1000, Ordering::SeqCst);
        for _ in 0..252 {
            journal.write(&act(Some(ours.clone()))).await.unwrap();
        }
        let page = bench.store.audit().list(&bench.grant(&ours), &newest_first).await.unwrap();
        assert_eq!(page.total_size, 252, "the two old rows are gone");
        let page = bench.store.audit().list(&bench.grant(&theirs), &newest_first).await.unwrap();
        assert_eq!(page.total_size, 1, "another namespace's rows go with its own");
    })
    .await;
}

#[tokio::test]
async fn a_profiles_file_is_the_whole_truth_of_its_namespaces_and_a_provider_takes_no_local_name() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let name = |text: &str| UserName::parse(text).unwrap();
        let profiles = bench.store.profiles();
        profiles.create(&bench.grant(&ours), &name("alice"), at(1)).await.unwrap();
        profiles.share(&bench.grant(&ours), &name("vera"), Role::View).await.unwrap();
        let truth = [Member { user: name("bob"), role: Role::Admin }, Member { user: name("eve"), role: Role::Edit }];
        for _ in 0..2 {
            profiles.apply(&bench.grant(&ours), &name("bob"), &truth, at(2)).await.unwrap();
            assert_eq!(profiles.members(&bench.grant(&ours)).await.unwrap(), truth);
            assert_eq!(profiles.owner(&bench.grant(&ours)).await.unwrap(), name("bob"));
        }
        assert!(Bindings::memberships(&bench.store, &name("vera")).await.unwrap().is_empty());

        let local = crate::User {
            name: name("root"),
            password_hash: None,
            platform_admin: true,
            disabled: false,
            created_at: at(1),
        };
        let users = bench.store.users();
        users.create(&local).await.unwrap();
        assert_eq!(users.admit_from_provider(&name("root"), at(2)).await.unwrap_err().kind, FailureKind::Forbidden);
        users.admit_from_provider(&name("carol@example.com"), at(2)).await.unwrap();
        users.admit_from_provider(&name("carol@example.com"), at(3)).await.unwrap();
        users.set_disabled(&name("carol@example.com"), true).await.unwrap();
        let disabled = users.admit_from_provider(&name("carol@example.com"), at(4)).await.unwrap_err();
        assert_eq!(disabled.kind, FailureKind::Forbidden);
    })
    .await;
}
