//! Every pipeline of the shared corpus that a machine can run is planned and driven to an end. Without the corpus
//! this says so and passes.

use crate::support::{Play, by_type, context};
use mooring_pipeline_spec::{Package, plan, unpack};
use serde_json::{Map, Value};
use std::path::PathBuf;

fn corpus() -> Option<PathBuf> {
    let found = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if found.is_dir() {
        return Some(found);
    }
    eprintln!("SKIPPED: the corpus is not there ({})", found.display());
    None
}

fn catalogue(corpus: &std::path::Path) -> Vec<(String, String, String)> {
    let text = std::fs::read_to_string(corpus.join("catalogue.tsv")).unwrap();
    text.lines()
        .skip(1)
        .filter_map(|line| {
            let mut columns = line.split('\t');
            let file = columns.next()?.to_owned();
            let runnable = columns.nth(1)?.to_owned();
            let expected = columns.next()?.to_owned();
            Some((file, runnable, expected))
        })
        .collect()
}

fn values(package: &Package) -> Map<String, Value> {
    package
        .inputs()
        .into_iter()
        .filter(|input| !input.optional && input.default.is_none())
        .map(|input| (input.name.clone(), by_type(Some(input.parameter_type))))
        .collect()
}

#[test]
fn every_runnable_pipeline_is_driven_to_an_end() {
    let Some(corpus) = corpus() else { return };
    let mut driven = 0;
    let mut wrong = Vec::new();
    for (file, runnable, expected) in catalogue(&corpus) {
        if !file.starts_with("v2/") || !(runnable == "yes" || runnable == "yes-sh") {
            continue;
        }
        let text = std::fs::read_to_string(corpus.join(&file)).unwrap();
        let package = match Package::read(&text) {
            Ok(package) => package,
            Err(error) => {
                wrong.push(format!("{file}: {error}"));
                continue;
            }
        };
        let planned = match plan(&package, &values(&package), &context()) {
            Ok(planned) => planned,
            Err(error) if expected.contains("root artifact input") && error.0.contains("artifact") => continue,
            Err(error) => {
                wrong.push(format!("{file}: {error}"));
                continue;
            }
        };
        let mut play = Play::new(planned);
        let end = play.play_out();
        // Every step succeeds here, so only pipelines that need particular values can fail.
        if end.error.is_some() {
            wrong.push(format!("{file}: {end:?}"));
        }
        driven += 1;
    }
    assert!(wrong.is_empty(), "{driven} driven, {} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(driven > 80, "only {driven} pipelines were driven");
}

#[test]
fn every_valid_upload_is_read_and_survives_storage() {
    let Some(corpus) = corpus() else { return };
    for (file, _, expected) in catalogue(&corpus) {
        if !file.starts_with("v2/") || file.ends_with(".png") {
            continue;
        }
        let bytes = std::fs::read(corpus.join(&file)).unwrap();
        let read = unpack(&file, &bytes).and_then(|text| Package::read(&text));
        if expected == "reject-at-upload" {
            assert!(read.is_err(), "{file} was accepted");
            continue;
        }
        let package = read.unwrap_or_else(|error| panic!("{file}: {error}"));
        let stored = Package::read(&package.to_text()).unwrap_or_else(|error| panic!("{file} stored: {error}"));
        assert_eq!(stored.to_value(), package.to_value(), "{file}");
        assert_eq!(Package::from_value(&package.to_value()).unwrap().inputs(), package.inputs(), "{file}");
    }
}

#[test]
fn what_kfp_1_8_compiled_is_read_or_refused_in_words() {
    let Some(corpus) = corpus() else { return };
    let mut seen = 0;
    for (file, _, _) in catalogue(&corpus) {
        if !(file.starts_with("v1_argo/") || file.starts_with("kfp18_v2/")) {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(corpus.join(&file)) else { continue };
        seen += 1;
        // One process is a step; its two-container forms and the launcher of kfp 1.8 are another thing.
        let refused = ["sidecar", "init_container", "volume_op", "v2compat"].iter().any(|word| file.contains(word));
        match Package::read(&text) {
            Ok(package) => {
                assert!(!refused, "{file}");
                assert_eq!(Package::from_value(&package.to_value()).unwrap().inputs(), package.inputs(), "{file}");
            }
            Err(error) => assert!(refused && error.0.contains(' '), "{file}: {error}"),
        }
    }
    assert!(seen > 10, "{seen}");
}
