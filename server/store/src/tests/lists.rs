use super::{Bench, at, first_page, names, on_every_database, sorted, team};
use model::{Comparison, FailureKind, Filter, Listing, Predicate, PredicateValue, RunState};

/// All pages one after another.
async fn walk(bench: &Bench, listing: &Listing) -> Vec<String> {
    let mut listing = listing.clone();
    let mut all = Vec::new();
    loop {
        let page = bench.store.experiments().list(&bench.grant(&team("team-a")), &listing).await.unwrap();
        all.extend(names(&page).into_iter().map(str::to_owned));
        listing.page_token = page.next_page_token;
        if listing.page_token.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn every_field_pages_in_both_directions() {
    on_every_database(async |bench: &Bench| {
        let (ours, theirs) = (team("team-a"), team("team-b"));
        for number in 0..23 {
            bench.experiment(&ours, number, &format!("name {:02}", (number * 7) % 23)).await;
            bench.experiment(&theirs, 100 + number, &format!("name {number:02}")).await;
        }
        let fields = [
            "id",
            "experiment_id",
            "name",
            "display_name",
            "created_at",
            "last_run_created_at",
            "description",
            "namespace",
            "storage_state",
        ];
        for field in fields {
            for descending in [false, true] {
                let whole = walk(bench, &sorted(field, descending)).await;
                assert_eq!(whole.len(), 23, "{field}");
                let paged = walk(bench, &Listing { page_size: 4, ..sorted(field, descending) }).await;
                assert_eq!(paged, whole, "{field}, descending: {descending}");
                let mut reversed = walk(bench, &sorted(field, !descending)).await;
                reversed.reverse();
                assert_eq!(reversed, whole, "{field}: ties are ordered by id in the same direction");
            }
        }
        let by_name = walk(bench, &sorted("name", false)).await;
        assert!(by_name.is_sorted());
        let default = walk(bench, &Listing { page_size: 5, ..Listing::default() }).await;
        assert_eq!(default, walk(bench, &sorted("created_at", false)).await, "by creation, oldest first");
        let page = bench.store.experiments().list(&bench.grant(&ours), &Listing { page_size: 3, ..first_page() }).await;
        let page = page.unwrap();
        assert_eq!((page.items.len(), page.total_size), (3, 23));
    })
    .await;
}

#[tokio::test]
async fn runs_page_by_every_field_of_theirs() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let experiment = bench.experiment(&ours, 1, "one").await;
        for number in 10..21 {
            let run = bench.run(&ours, experiment, number).await;
            if number % 3 == 0 {
                let grant = bench.over_object(&ours, run.id);
                bench.store.runs().record_state(&grant, RunState::Failed, None, at(number + 50)).await.unwrap();
            }
        }
        let fields = [
            "id",
            "run_id",
            "name",
            "display_name",
            "created_at",
            "finished_at",
            "scheduled_at",
            "description",
            "storage_state",
            "status",
            "state",
            "namespace",
            "experiment_id",
            "recurring_run_id",
            "runtime_details",
        ];
        for field in fields {
            let mut seen = Vec::new();
            let mut listing = Listing { page_size: 2, ..sorted(field, true) };
            loop {
                let page = bench.store.runs().list(&bench.grant(&ours), &listing).await.unwrap();
                seen.extend(page.items.iter().map(|run| run.id));
                listing.page_token = page.next_page_token;
                if listing.page_token.is_none() {
                    break;
                }
            }
            let whole = bench.store.runs().list(&bench.grant(&ours), &sorted(field, true)).await.unwrap();
            assert_eq!(seen, whole.items.iter().map(|run| run.id).collect::<Vec<_>>(), "{field}");
        }
        let refused = bench.store.runs().list(&bench.grant(&ours), &sorted("colour", false)).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Invalid);
        assert!(refused.message.contains("colour") && refused.message.contains("created_at"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn rows_that_come_and_go_between_pages_move_nothing() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        for number in 10..16 {
            bench.experiment(&ours, number, &format!("n{number}")).await;
        }
        let listing = Listing { page_size: 3, ..sorted("created_at", false) };
        let first = bench.store.experiments().list(&bench.grant(&ours), &listing).await.unwrap();
        assert_eq!(names(&first), ["n10", "n11", "n12"]);
        bench.experiment(&ours, 5, "before").await;
        bench.experiment(&ours, 90, "behind").await;
        let gone = first.items[2].id;
        bench.store.experiments().delete(&bench.over_object(&ours, gone)).await.unwrap();
        let next = Listing { page_token: first.next_page_token, ..listing };
        let second = bench.store.experiments().list(&bench.grant(&ours), &next).await.unwrap();
        assert_eq!(names(&second), ["n13", "n14", "n15"]);
        let last = Listing { page_token: second.next_page_token, ..next };
        let last = bench.store.experiments().list(&bench.grant(&ours), &last).await.unwrap();
        assert_eq!((names(&last), last.next_page_token.clone()), (vec!["behind"], None));
    })
    .await;
}

#[tokio::test]
async fn a_token_opens_only_the_list_that_gave_it() {
    on_every_database(async |bench: &Bench| {
        let (ours, theirs) = (team("team-a"), team("team-b"));
        for number in 0..4 {
            bench.experiment(&ours, number, &format!("n{number}")).await;
            bench.experiment(&theirs, 10 + number, &format!("n{number}")).await;
        }
        let filter = Filter {
            predicates: vec![Predicate {
                key: "name".to_owned(),
                comparison: Comparison::NotEquals,
                value: PredicateValue::Text("n0".to_owned()),
            }],
        };
        let listing = Listing { page_size: 2, filter, ..sorted("name", true) };
        let experiments = bench.store.experiments();
        let token = experiments.list(&bench.grant(&ours), &listing).await.unwrap().next_page_token.unwrap();
        let with =
            |page_token: &str| Listing { page_size: 2, page_token: Some(page_token.to_owned()), ..Listing::default() };

        // Sort and filter may be left out, or repeated, and another page size may be asked for.
        let rest = experiments.list(&bench.grant(&ours), &with(&token)).await.unwrap();
        assert_eq!((names(&rest), rest.total_size), (vec!["n1"], 3));
        let repeated = Listing { page_token: Some(token.clone()), page_size: 100, ..listing.clone() };
        assert_eq!(names(&experiments.list(&bench.grant(&ours), &repeated).await.unwrap()), ["n1"]);
        let same_field = Listing { page_token: Some(token.clone()), ..sorted("display_name", true) };
        assert_eq!(names(&experiments.list(&bench.grant(&ours), &same_field).await.unwrap()), ["n1"]);

        let other_sort = Listing { page_token: Some(token.clone()), ..sorted("name", false) };
        let refused = experiments.list(&bench.grant(&ours), &other_sort).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Invalid);
        assert!(refused.message.contains("sort_by"), "{refused}");
        let mut other_filter = repeated;
        other_filter.filter.predicates.truncate(0);
        other_filter.filter.predicates.push(Predicate {
            key: "name".to_owned(),
            comparison: Comparison::Equals,
            value: PredicateValue::Text("n0".to_owned()),
        });
        let refused = experiments.list(&bench.grant(&ours), &other_filter).await.unwrap_err();
        assert!(refused.kind == FailureKind::Invalid && refused.message.contains("filter"), "{refused}");

        let foreign = experiments.list(&bench.grant(&theirs), &with(&token)).await.unwrap_err();
        assert!(foreign.kind == FailureKind::Invalid && foreign.message.contains("page_token"), "{foreign}");
        let other_list = bench.store.runs().list(&bench.grant(&ours), &with(&token)).await.unwrap_err();
        assert!(other_list.kind == FailureKind::Invalid && other_list.message.contains("page_token"), "{other_list}");
    })
    .await;
}

#[tokio::test]
async fn a_token_of_one_experiments_runs_does_not_list_anothers() {
    on_every_database(async |bench: &Bench| {
        let ours = team("team-a");
        let (one, two) = (bench.experiment(&ours, 1, "one").await, bench.experiment(&ours, 2, "two").await);
        for number in 10..13 {
            bench.run(&ours, one, number).await;
            bench.run(&ours, two, number + 10).await;
        }
        let runs = bench.store.runs();
        let listing = Listing { page_size: 2, ..Listing::default() };
        let page = runs.list_of_experiment(&bench.grant(&ours), one, &listing).await.unwrap();
        let next = Listing { page_token: page.next_page_token, ..listing };
        assert_eq!(runs.list_of_experiment(&bench.grant(&ours), one, &next).await.unwrap().items.len(), 1);
        for refused in [
            runs.list_of_experiment(&bench.grant(&ours), two, &next).await.unwrap_err(),
            runs.list(&bench.grant(&ours), &next).await.unwrap_err(),
        ] {
            assert_eq!(refused.kind, FailureKind::Invalid);
        }
    })
    .await;
}
