use super::{Bench, at, on_every_database, team, uuid};
use crate::{Member, NewToken, Session, User};
use authz::Bindings;
use model::{FailureKind, Membership, Role, TokenId, UserName};

fn name(text: &str) -> UserName {
    UserName::parse(text).unwrap()
}

async fn account(bench: &Bench, text: &str, platform_admin: bool) -> UserName {
    let user = User {
        name: name(text),
        password_hash: Some("$argon2id$v=19$...".to_owned()),
        platform_admin,
        disabled: false,
        created_at: at(1),
    };
    bench.store.users().create(&user).await.unwrap();
    assert_eq!(bench.store.users().get(&user.name).await.unwrap(), Some(user.clone()));
    assert_eq!(bench.store.users().create(&user).await.unwrap_err().kind, FailureKind::Exists);
    user.name
}

#[tokio::test]
async fn profiles_say_who_is_what() {
    on_every_database(async |bench: &Bench| {
        let (ours, theirs) = (team("team-a"), team("team-b"));
        let (alice, bob, vera) = (name("alice@example.org"), name("bob@example.org"), name("vera@example.org"));
        let profiles = bench.store.profiles();
        profiles.create(&bench.grant(&ours), &alice, at(1)).await.unwrap();
        profiles.create(&bench.grant(&theirs), &bob, at(1)).await.unwrap();
        let again = profiles.create(&bench.grant(&ours), &bob, at(2)).await.unwrap_err();
        assert_eq!(again.kind, FailureKind::Exists);
        profiles.share(&bench.grant(&ours), &vera, Role::Edit).await.unwrap();
        profiles.share(&bench.grant(&ours), &vera, Role::View).await.unwrap();
        let members = profiles.members(&bench.grant(&ours)).await.unwrap();
        let expected =
            [Member { user: alice.clone(), role: Role::Admin }, Member { user: vera.clone(), role: Role::View }];
        assert_eq!(members, expected);
        assert_eq!(profiles.owner(&bench.grant(&ours)).await.unwrap(), alice);
        let of = async |user: &UserName| Bindings::memberships(&bench.store, user).await.unwrap();
        assert_eq!(of(&vera).await, [Membership { namespace: ours.clone(), role: Role::View }]);
        assert_eq!(of(&bob).await, [Membership { namespace: theirs.clone(), role: Role::Admin }]);
        assert!(of(&name("nobody")).await.is_empty());

        let demoted = profiles.share(&bench.grant(&ours), &alice, Role::View).await.unwrap_err();
        assert_eq!(demoted.kind, FailureKind::Precondition);
        let thrown_out = profiles.unshare(&bench.grant(&ours), &alice).await.unwrap_err();
        assert_eq!(thrown_out.kind, FailureKind::Precondition);
        profiles.unshare(&bench.grant(&ours), &vera).await.unwrap();
        assert!(of(&vera).await.is_empty());
        assert_eq!(profiles.unshare(&bench.grant(&ours), &vera).await.unwrap_err().kind, FailureKind::NotFound);
        let nowhere = profiles.share(&bench.grant(&team("team-c")), &vera, Role::View).await.unwrap_err();
        assert_eq!(nowhere.kind, FailureKind::NotFound);
        assert_eq!(profiles.namespaces(&bench.operator).await.unwrap(), [ours, theirs]);
    })
    .await;
}

#[tokio::test]
async fn platform_admins_are_accounts_that_are_not_disabled() {
    on_every_database(async |bench: &Bench| {
        let (root, alice) = (account(bench, "root", true).await, account(bench, "alice", false).await);
        let is_admin = async |user: &UserName| bench.store.is_platform_admin(user).await.unwrap();
        assert!(is_admin(&root).await && !is_admin(&alice).await && !is_admin(&name("nobody")).await);
        bench.store.users().set_platform_admin(&alice, true).await.unwrap();
        assert!(is_admin(&alice).await);
        bench.store.users().set_disabled(&root, true).await.unwrap();
        assert!(!is_admin(&root).await);
        let unknown = bench.store.users().set_disabled(&name("nobody"), true).await.unwrap_err();
        assert_eq!(unknown.kind, FailureKind::NotFound);
        let all = bench.store.users().list().await.unwrap();
        assert_eq!(all.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["alice", "root"]);
    })
    .await;
}

#[tokio::test]
async fn sessions_end_by_time_by_hand_and_with_the_password() {
    on_every_database(async |bench: &Bench| {
        let alice = account(bench, "alice", false).await;
        let sessions = bench.store.sessions();
        let session = Session { user: alice.clone(), created_at: at(10), last_seen_at: at(10), expires_at: at(20) };
        for hash in ["one", "two", "three"] {
            sessions.create(hash, &session).await.unwrap();
        }
        assert_eq!(sessions.find("one", at(15)).await.unwrap(), Some(session.clone()));
        assert_eq!(sessions.find("ONE", at(15)).await.unwrap(), None);
        assert_eq!(sessions.find("one", at(20)).await.unwrap(), None);
        sessions.touch("one", at(15), at(30)).await.unwrap();
        let touched = sessions.find("one", at(25)).await.unwrap().unwrap();
        assert_eq!((touched.last_seen_at, touched.expires_at), (at(15), at(30)));
        sessions.delete("two").await.unwrap();
        assert_eq!(sessions.find("two", at(11)).await.unwrap(), None);
        sessions.sweep(at(20)).await.unwrap();
        assert_eq!(sessions.find("three", at(11)).await.unwrap(), None);
        assert!(sessions.find("one", at(11)).await.unwrap().is_some());
        bench.store.users().set_password_hash(&alice, "$argon2id$new").await.unwrap();
        assert_eq!(sessions.find("one", at(11)).await.unwrap(), None);
        let account = bench.store.users().get(&alice).await.unwrap().unwrap();
        assert_eq!(account.password_hash.as_deref(), Some("$argon2id$new"));
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_link_works_once() {
    on_every_database(async |bench: &Bench| {
        let (alice, bob) = (account(bench, "alice", false).await, account(bench, "bob", false).await);
        let links = bench.store.sign_in_links();
        for (hash, user) in [("one", &alice), ("late", &alice), ("bobs", &bob)] {
            links.create(hash, user, at(10), at(20)).await.unwrap();
        }
        assert_eq!(links.redeem("one", at(11)).await.unwrap(), Some(alice.clone()));
        assert_eq!(links.redeem("one", at(11)).await.unwrap(), None);
        assert_eq!(links.redeem("late", at(20)).await.unwrap(), None);
        assert_eq!(links.redeem("unknown", at(11)).await.unwrap(), None);
        bench.store.users().set_disabled(&bob, true).await.unwrap();
        assert_eq!(links.redeem("bobs", at(11)).await.unwrap(), None);
        // Only one of two at once gets in.
        links.create("raced", &alice, at(10), at(20)).await.unwrap();
        let (first, second) = tokio::join!(links.redeem("raced", at(11)), links.redeem("raced", at(11)));
        let let_in = [first.unwrap(), second.unwrap()].into_iter().flatten().count();
        assert_eq!(let_in, 1);
    })
    .await;
}

#[tokio::test]
async fn tokens_end_by_time_and_by_hand_and_are_their_owners() {
    on_every_database(async |bench: &Bench| {
        let (alice, bob) = (account(bench, "alice", false).await, name("bob-from-outside"));
        let tokens = bench.store.tokens();
        let new = |number, user: &UserName, expires_at| NewToken {
            id: TokenId::from_uuid(uuid(number)),
            user: user.clone(),
            name: "notebook".to_owned(),
            namespaces: vec![team("team-a")],
            read_only: true,
            expires_at,
        };
        let (first, endless, bobs) = (new(1, &alice, Some(at(20))), new(2, &alice, None), new(3, &bob, None));
        for (hash, token) in [("one", &first), ("two", &endless), ("three", &bobs)] {
            tokens.create(hash, token, at(10)).await.unwrap();
        }
        assert_eq!(tokens.create("one", &new(4, &bob, None), at(10)).await.unwrap_err().kind, FailureKind::Exists);
        let found = tokens.find("one", at(19)).await.unwrap().unwrap();
        assert_eq!((found.id, &found.namespaces, found.read_only), (first.id, &first.namespaces, true));
        assert_eq!((found.expires_at, found.revoked_at, found.last_used_at), (Some(at(20)), None, None));
        assert_eq!(tokens.find("one", at(20)).await.unwrap(), None);
        tokens.touch(endless.id, at(15)).await.unwrap();
        assert_eq!(tokens.find("two", at(900)).await.unwrap().unwrap().last_used_at, Some(at(15)));
        assert_eq!(tokens.revoke(&bob, endless.id, at(16)).await.unwrap_err().kind, FailureKind::NotFound);
        assert!(tokens.find("two", at(17)).await.unwrap().is_some());
        tokens.revoke(&alice, endless.id, at(16)).await.unwrap();
        assert_eq!(tokens.find("two", at(17)).await.unwrap(), None);
        let listed = tokens.list(&alice).await.unwrap();
        assert_eq!(
            listed.iter().map(|token| (token.id, token.revoked_at)).collect::<Vec<_>>(),
            [(first.id, None), (endless.id, Some(at(16)))]
        );
        bench.store.users().set_disabled(&alice, true).await.unwrap();
        assert_eq!(tokens.find("one", at(11)).await.unwrap(), None);
        assert!(tokens.find("three", at(11)).await.unwrap().is_some(), "users from outside have no account here");
    })
    .await;
}
