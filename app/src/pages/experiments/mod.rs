pub mod create;
pub mod detail;
pub mod list;

/// The experiment that runs go to when nobody chose one; made on demand.
#[cfg(feature = "ssr")]
pub(crate) async fn default_experiment(
    service: &service::Service,
    caller: &authn::Caller,
    namespace: &model::Namespace,
) -> Result<model::ExperimentId, model::Failure> {
    use model::{Comparison, Failure, FailureKind, Filter, Listing, NewExperiment, Predicate, PredicateValue};
    const NAME: &str = "Default";
    let by_name = Listing {
        page_size: 1,
        filter: Filter {
            predicates: vec![Predicate {
                key: "name".to_owned(),
                comparison: Comparison::Equals,
                value: PredicateValue::Text(NAME.to_owned()),
            }],
        },
        ..Listing::default()
    };
    let find = || async {
        let page = service.experiments(caller, namespace.clone(), by_name.clone()).await?;
        Ok::<_, Failure>(page.items.first().map(|one| one.id))
    };
    if let Some(id) = find().await? {
        return Ok(id);
    }
    let new = NewExperiment {
        display_name: NAME.to_owned(),
        description: "Runs that belong to no other experiment.".to_owned(),
    };
    match service.create_experiment(caller, namespace.clone(), new).await {
        Ok(made) => Ok(made.id),
        // Somebody else was faster.
        Err(failure) if failure.kind == FailureKind::Exists => find().await?.ok_or(failure),
        Err(failure) => Err(failure),
    }
}
