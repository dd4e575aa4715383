//! What v1beta1 asks for and v2beta1 does not: parameters that are texts, definitions as texts, reported metrics, and the
//! newest version beside each pipeline.

use crate::{Of, Service};
use authn::Caller;
use authz::{pipelines, runs};
use model::{
    Failure, FailureKind, Listing, NewRecurringRun, NewRun, NewRunSource, Page, ParameterDefinition, ParameterType,
    Pipeline, PipelineId, PipelineSource, PipelineVersion, PipelineVersionId, RecurringRun, RecurringRunId, Run, RunId,
    RunMetric, Scope,
};
use pipeline_spec::Package;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// A definition's text, by its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefinitionText {
    /// An Argo workflow, as JSON.
    Workflow(String),
    /// The IR, as YAML.
    Pipeline(String),
}

impl Service {
    /// The text of a definition as this API shows it.
    ///
    /// # Errors
    /// `Internal` for one that cannot be read any more.
    pub fn definition_text(&self, spec: &Value) -> Result<DefinitionText, Failure> {
        let is_workflow = spec.get("apiVersion").and_then(Value::as_str).is_some_and(|v| v.starts_with("argoproj.io/"));
        if is_workflow {
            return Ok(DefinitionText::Workflow(spec.to_string()));
        }
        let package = Package::from_value(spec).map_err(Failure::internal)?;
        Ok(DefinitionText::Pipeline(package.to_text()))
    }

    /// As [`Service::create_run`], with parameters as texts, which the definition's own types give their meaning, and
    /// with definitions as texts (`NewRunSource::Inline` with a string).
    ///
    /// # Errors
    /// As [`Service::create_run`].
    pub async fn create_run_of_texts(
        &self,
        caller: &Caller,
        mut new: NewRun,
        texts: Vec<(String, String)>,
    ) -> Result<Run, Failure> {
        if new.experiment_id.is_none() {
            return Err(Failure::invalid("Experiment id can not be empty in multi-user mode"));
        }
        if let NewRunSource::Inline { spec: Value::String(text) } = &new.source {
            new.source = NewRunSource::Inline { spec: Package::read(text)?.to_value() };
        }
        if !texts.is_empty() {
            let (source, package) = self.definition(caller, new.source.clone()).await?;
            new.runtime_config.parameters = typed(texts, &package.inputs())?;
            // The version that was looked at is the one that runs.
            if let PipelineSource::Version { pipeline_id, pipeline_version_id } = source {
                new.source = NewRunSource::Version { pipeline_id: Some(pipeline_id), pipeline_version_id };
            }
        }
        self.create_run(caller, new).await
    }

    /// As [`Service::create_recurring_run`], with parameters and definitions as texts (see
    /// [`Service::create_run_of_texts`]).
    ///
    /// # Errors
    /// As [`Service::create_recurring_run`].
    pub async fn create_recurring_run_of_texts(
        &self,
        caller: &Caller,
        mut new: NewRecurringRun,
        texts: Vec<(String, String)>,
    ) -> Result<RecurringRun, Failure> {
        if new.experiment_id.is_none() {
            return Err(Failure::invalid("Experiment id can not be empty in multi-user mode"));
        }
        if let NewRunSource::Inline { spec: Value::String(text) } = &new.source {
            new.source = NewRunSource::Inline { spec: Package::read(text)?.to_value() };
        }
        if !texts.is_empty() {
            let (_, package) = self.definition(caller, new.source.clone()).await?;
            new.runtime_config.parameters = typed(texts, &package.inputs())?;
        }
        self.create_recurring_run(caller, new).await
    }

    /// The definition that a recurring run would start now; `None` when its pipeline or version is gone, or may not be
    /// read by this caller.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` for the recurring run.
    pub async fn recurring_run_spec(&self, caller: &Caller, id: RecurringRunId) -> Result<Option<Value>, Failure> {
        let source = match self.recurring_run(caller, id).await?.source {
            PipelineSource::Inline { spec } => return Ok(spec),
            PipelineSource::Version { pipeline_id, pipeline_version_id } => {
                NewRunSource::Version { pipeline_id: Some(pipeline_id), pipeline_version_id }
            }
            PipelineSource::Latest { pipeline_id } => NewRunSource::Latest { pipeline_id },
        };
        match self.definition(caller, source).await {
            Ok((_, package)) => Ok(Some(package.to_value())),
            Err(failure) if matches!(failure.kind, FailureKind::Internal | FailureKind::Unavailable) => Err(failure),
            Err(_) => Ok(None),
        }
    }

    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn run_metrics(&self, caller: &Caller, id: RunId) -> Result<Vec<RunMetric>, Failure> {
        let address = self.store().locate().run(id).await?;
        let grant = self.guard().require_over::<runs::Get, _>(caller, address).await?;
        self.store().run_metrics().of_run(&grant).await
    }

    /// What became of each, in their order: `false` for one that was reported already.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn report_run_metrics(
        &self,
        caller: &Caller,
        id: RunId,
        metrics: &[RunMetric],
    ) -> Result<Vec<Result<bool, Failure>>, Failure> {
        let address = self.store().locate().run(id).await?;
        let grant = self.guard().require_over::<runs::ReportMetrics, _>(caller, address).await?;
        let mut outcomes = Vec::new();
        for metric in metrics {
            outcomes.push(match metric.check() {
                Ok(()) => self.store().run_metrics().report(&grant, metric).await,
                Err(failure) => Err(failure),
            });
        }
        Ok(outcomes)
    }

    /// As [`Service::runs`], each with its metrics.
    ///
    /// # Errors
    /// As [`Service::runs`].
    pub async fn runs_with_metrics(
        &self,
        caller: &Caller,
        of: Of,
        listing: Listing,
    ) -> Result<Page<(Run, Vec<RunMetric>)>, Failure> {
        let page = self.runs(caller, of, listing).await?;
        let Some(first) = page.items.first() else { return Ok(page.map(|run| (run, Vec::new()))) };
        let grant = self.guard().require::<runs::List, _>(caller, first.namespace.clone()).await?;
        let ids: Vec<RunId> = page.items.iter().map(|run| run.id).collect();
        let mut metrics: HashMap<RunId, Vec<RunMetric>> = HashMap::new();
        for (run, metric) in self.store().run_metrics().of_runs(&grant, &ids).await? {
            metrics.entry(run).or_default().push(metric);
        }
        Ok(page.map(|run| {
            let metrics = metrics.remove(&run.id).unwrap_or_default();
            (run, metrics)
        }))
    }

    /// A pipeline and its newest version, with its definition.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn pipeline_with_latest(
        &self,
        caller: &Caller,
        id: PipelineId,
    ) -> Result<(Pipeline, Option<PipelineVersion>), Failure> {
        let address = self.store().locate().pipeline(id).await?;
        let grant = self.guard().require_over::<pipelines::Get, _>(caller, address).await?;
        let pipeline = self.store().pipelines().get(&grant).await?;
        let latest = match self.store().pipeline_versions().latest(&grant).await? {
            Some(version) => Some(self.pipeline_version(caller, version.id).await?),
            None => None,
        };
        Ok((pipeline, latest))
    }

    /// # Errors
    /// As [`Service::pipelines`].
    pub async fn pipelines_with_latest(
        &self,
        caller: &Caller,
        scope: Scope,
        listing: Listing,
    ) -> Result<Page<(Pipeline, Option<PipelineVersion>)>, Failure> {
        let grant = self.guard().require::<pipelines::List, _>(caller, scope).await?;
        self.store().pipelines().list_with_latest(&grant, &listing).await
    }

    /// Checks that the version is one of the pipeline's and that the caller may change it. The newest version is every
    /// pipeline's default, as in KFP's later servers; nothing is kept of another wish.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Invalid` for a version of another pipeline.
    pub async fn accept_default_version(
        &self,
        caller: &Caller,
        pipeline: PipelineId,
        version: PipelineVersionId,
    ) -> Result<(), Failure> {
        let address = self.store().locate().pipeline(pipeline).await?;
        let grant = self.guard().require_over::<pipelines::Update, _>(caller, address).await?;
        if self.pipeline_version(caller, version).await?.pipeline_id != grant.id() {
            return Err(Failure::invalid(format!("version_id {version} is not a version of pipeline {pipeline}")));
        }
        Ok(())
    }
}

/// v1beta1's clients make texts of all values; what a parameter is, its definition knows.
fn typed(texts: Vec<(String, String)>, definitions: &[ParameterDefinition]) -> Result<Map<String, Value>, Failure> {
    let mut parameters = Map::new();
    for (name, text) in texts {
        let kind = definitions.iter().find(|known| known.name == name).map(|known| known.parameter_type);
        let wrong = |expected: &str| {
            let seen: String = text.chars().take(64).collect();
            Failure::invalid(format!("parameter {name} is {seen:?}: expected {expected}"))
        };
        let json = |expected: &str| serde_json::from_str::<Value>(&text).map_err(|_| wrong(expected));
        let value = match kind {
            Some(ParameterType::NumberDouble | ParameterType::NumberInteger) => json("a number")?,
            Some(ParameterType::Boolean) => match text.to_ascii_lowercase().as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => return Err(wrong("true or false")),
            },
            Some(ParameterType::List) => json("a JSON list")?,
            Some(ParameterType::Struct) => json("a JSON object")?,
            // Whether an unknown one is a mistake, the plan says.
            _ => Value::String(text.clone()),
        };
        if parameters.insert(name.clone(), value).is_some() {
            return Err(Failure::invalid(format!("parameter {name} is given more than once")));
        }
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn definition(name: &str, parameter_type: ParameterType) -> ParameterDefinition {
        ParameterDefinition {
            name: name.to_owned(),
            parameter_type,
            default: None,
            optional: false,
            literals: Vec::new(),
            description: None,
        }
    }

    #[test]
    fn texts_become_what_the_definition_says() {
        let definitions = [
            definition("n", ParameterType::NumberInteger),
            definition("b", ParameterType::Boolean),
            definition("l", ParameterType::List),
            definition("s", ParameterType::String),
        ];
        let given = |pairs: &[(&str, &str)]| {
            typed(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(), &definitions)
        };
        let all = given(&[("n", "3"), ("b", "True"), ("l", "[1]"), ("s", "3"), ("unknown", "x")]).unwrap();
        assert_eq!(Value::Object(all), json!({ "n": 3, "b": true, "l": [1], "s": "3", "unknown": "x" }));
        for (name, text) in [("n", "three"), ("b", "1"), ("l", "1, 2")] {
            assert!(given(&[(name, text)]).unwrap_err().message.contains(&format!("parameter {name}")));
        }
        assert!(given(&[("s", "a"), ("s", "b")]).is_err());
    }
}
