//! Runs a compiled pipeline on the local engine, without a server, and says how long it took:
//! `run_file DIRECTORY PIPELINE.yaml [TIMES] [NAME=JSON...]`. Prints each step's time as the engine saw it, and the logs of the last run.

use artifacts::Artifacts;
use authz::{Policy, Question, runs};
use engine::{Engine, Event, LaunchOrder};
use model::{Address, Clock, Failure, Launching, Membership, Namespace, RunId, TaskKind, Timestamp};
use mooring_engine_local::{LocalEngine, Settings, doctor};
use serde_json::Map;
use std::{collections::BTreeMap, process::ExitCode, sync::Arc, time::Instant};

struct Now;

impl Clock for Now {
    #[expect(clippy::disallowed_methods, reason = "a program's outermost layer is where the present comes in")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

struct Nobody;

#[async_trait::async_trait]
impl Policy for Nobody {
    async fn allows(&self, _: &Question<'_>) -> Result<bool, Failure> {
        Ok(false)
    }
    async fn memberships(&self, _: &authn::Caller) -> Result<Vec<Membership>, Failure> {
        Ok(Vec::new())
    }
}

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "launcher") {
        return launcher::main(arguments.drain(1..), &Now);
    }
    let arguments: Vec<String> = arguments.iter().map(|text| text.to_string_lossy().into_owned()).collect();
    let run =
        tokio::runtime::Runtime::new().map_err(|error| error.to_string()).and_then(|rt| rt.block_on(run(&arguments)));
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> Result<(), String> {
    let [dir, file, rest @ ..] = arguments else {
        return Err("usage: run_file DIRECTORY PIPELINE.yaml [TIMES] [NAME=JSON...]".to_owned());
    };
    let times = rest.iter().find_map(|text| text.parse().ok()).unwrap_or(1);
    let parameters: Map<String, serde_json::Value> = rest
        .iter()
        .filter_map(|text| text.split_once('='))
        .filter_map(|(name, value)| Some((name.to_owned(), serde_json::from_str(value).ok()?)))
        .collect();
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let spec = pipeline_spec::Package::read(&text).map_err(|error| error.to_string())?.to_value();
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let settings =
        Settings::new(format!("{dir}/engine"), vec![own.into(), "launcher".into()]).with_host_env(std::env::vars());
    for finding in doctor(&settings) {
        println!("{} {}: {}", if finding.ok { "ok" } else { "MISSING" }, finding.name, finding.detail);
    }
    let artifacts = Artifacts::open(format!("{dir}/artifacts")).map_err(|failure| failure.message)?;
    let (reporter, mut reports) = engine::reporting();
    let engine = LocalEngine::start(settings, artifacts, Arc::new(Now), reporter, Arc::new(engine::NoSecrets))
        .await
        .map_err(|failure| failure.to_string())?;
    #[expect(clippy::disallowed_methods, reason = "nobody but the person at the keyboard is here")]
    let (_, system, _) = authz::open(Arc::new(Nobody));
    let place = Namespace::parse("trial").map_err(|failure| failure.message)?;
    for time in 0..times {
        let number = u128::try_from(Now.now().millis()).unwrap_or_default() << 8 | time;
        let address = Address { place: place.clone(), id: RunId::from_uuid(uuid::Uuid::from_u128(number)) };
        let (grant, now) = (system.over::<runs::Launch, _>(address.clone()), Now.now());
        let began = Instant::now();
        let launching = Launching {
            display_name: "trial".to_owned(),
            spec: spec.clone(),
            parameters: parameters.clone(),
            pipeline_root: None,
            service_account: String::new(),
            created_at: now,
            scheduled_at: now,
            cancel_requested: false,
            retries: 0,
            retry_from: None,
        };
        let order = LaunchOrder::new(grant, launching);
        engine.launch(order).await.map_err(|failure| failure.to_string())?;
        let mut tasks = BTreeMap::new();
        let (state, error) = loop {
            let report = reports.recv().await.ok_or("the engine is gone")?;
            match report.event {
                Event::Tasks(changed) => tasks.extend(changed.into_iter().map(|task| (task.id.to_string(), task))),
                Event::State { state, error } if state.is_final() => break (state, error),
                Event::State { .. } => {}
            }
        };
        println!(
            "{} in {:.1} ms {}",
            state.as_str(),
            began.elapsed().as_secs_f64() * 1000.0,
            error.unwrap_or_default()
        );
        if time + 1 < times {
            continue;
        }
        for task in tasks.values().filter(|task| task.kind == TaskKind::Container) {
            let took = task.finished_at.unwrap_or_default().millis() - task.started_at.unwrap_or_default().millis();
            println!(
                "== {} {} {took} ms {} {}",
                task.name,
                task.state.as_str(),
                task.reason.clone().unwrap_or_default(),
                task.outputs
            );
            let grant = system.over::<runs::Get, _>(address.clone());
            let log = engine.read_log(&grant, task.id, 0).await.map_err(|failure| failure.to_string())?;
            println!("{}", String::from_utf8_lossy(&log).trim_end());
        }
    }
    Ok(())
}
