//! What a step asks of its pod, on this machine: entries of secrets become variables and files, claims become named
//! directories of the namespace.

use crate::places::{AttemptDir, Places};
use launcher::Bind;
use model::{Namespace, SecretData, SecretName};
use pipeline_spec::{EnvSource, Keeper, MountSource, Outputs, Pod, StepOrder, VolumeOperation};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// The entries that a step names, by the names of what keeps them. A config map is looked for among the namespace's
/// secrets: on one machine there is one keeper for both.
pub(crate) type Entries = BTreeMap<String, SecretData>;

/// Everything to be looked up before the step can be prepared.
pub(crate) fn names(pod: &Pod) -> BTreeSet<String> {
    let env = pod.env.iter().filter_map(|(_, source)| match source {
        EnvSource::Entry { name, .. } => Some(name.clone()),
        EnvSource::Value(_) => None,
    });
    let mounts = pod.mounts.iter().filter_map(|mount| match &mount.what {
        MountSource::Entries { name, .. } => Some(name.clone()),
        _ => None,
    });
    env.chain(mounts).collect()
}

/// A pod's part of an assignment.
#[derive(Default)]
pub(crate) struct Provided {
    pub(crate) env: Vec<(String, String)>,
    pub(crate) binds: Vec<Bind>,
    /// Links inside: what they point to, and where they are.
    pub(crate) links: Vec<(String, String)>,
    pub(crate) writable: Vec<(String, PathBuf)>,
    pub(crate) fresh: Vec<PathBuf>,
}

/// Where whole volumes are seen, so that a part of one is found by a link inside the sandbox: outside, a step of another
/// run could exchange that part for a link to anywhere.
const VOLUMES: &str = "/mnt/.volumes";

/// # Errors
/// What is missing, as a sentence.
pub(crate) fn provide(
    places: &Places,
    namespace: &Namespace,
    attempt: &AttemptDir,
    pod: &Pod,
    entries: &Entries,
) -> Result<Provided, String> {
    if let Some(what) = pod.unsupported.first() {
        return Err(format!("the step asks for {what} of its pod, which the local engine does not provide"));
    }
    let mut provided = Provided::default();
    for (variable, source) in &pod.env {
        let value = match source {
            EnvSource::Value(value) => value.clone(),
            EnvSource::Entry { of, name, key, optional } => {
                let found = entries.get(name).filter(|data| !data.is_empty());
                match (found.and_then(|data| data.get(key)), optional) {
                    (Some(value), _) => String::from_utf8(value.expose().to_vec())
                        .map_err(|_| format!("the entry \"{key}\" of the {} \"{name}\" is no text", word(*of)))?,
                    (None, true) => continue,
                    (None, false) if found.is_some() => {
                        return Err(format!("the {} \"{name}\" has no entry \"{key}\"", word(*of)));
                    }
                    (None, false) => return Err(missing(*of, name, namespace)),
                }
            }
        };
        provided.env.push((variable.clone(), value));
    }
    for (number, mount) in pod.mounts.iter().enumerate() {
        match &mount.what {
            MountSource::Entries { of, name, optional } => {
                let data = entries.get(name).filter(|data| !data.is_empty());
                if data.is_none() && !optional {
                    return Err(missing(*of, name, namespace));
                }
                let dir = attempt.given().join(number.to_string());
                write_entries(&dir, data.unwrap_or(&SecretData::new()))
                    .map_err(|error| format!("the {} \"{name}\" cannot be given: {error}", word(*of)))?;
                provided.binds.push(Bind::readable(dir, &mount.path));
            }
            MountSource::Claim { name, sub_path } => {
                let dir = volume(places, namespace, name)?;
                fs::create_dir_all(&dir).map_err(|error| format!("the volume \"{name}\" cannot be made: {error}"))?;
                if sub_path.is_empty() {
                    provided.writable.push((mount.path.clone(), dir));
                } else {
                    let whole = format!("{VOLUMES}/{number}");
                    provided.links.push((format!("{whole}/{}", sub_path.trim_matches('/')), mount.path.clone()));
                    make_sub_dir(&dir, sub_path).map_err(|error| {
                        format!("the part {sub_path} of the volume \"{name}\" cannot be made: {error}")
                    })?;
                    provided.writable.push((whole, dir));
                }
            }
            MountSource::Empty => {
                let dir = attempt.path().join(format!("empty-{number}"));
                provided.fresh.push(dir.clone());
                provided.writable.push((mount.path.clone(), dir));
            }
        }
    }
    Ok(provided)
}

/// Through a handle that cannot be left, whatever links lie there.
fn make_sub_dir(volume: &Path, sub_path: &str) -> io::Result<()> {
    let dir = cap_std::fs::Dir::open_ambient_dir(volume, cap_std::ambient_authority())?;
    dir.create_dir_all(sub_path.trim_matches('/'))
}

/// Makes or removes a volume, as a step without a process.
///
/// # Errors
/// As a sentence.
pub(crate) fn operate(places: &Places, namespace: &Namespace, order: &StepOrder) -> Option<Result<Outputs, String>> {
    let done = match order.volume.as_ref()? {
        VolumeOperation::Create { name } => volume(places, namespace, name)
            .and_then(|dir| fs::create_dir_all(dir).map_err(|error| format!("the volume cannot be made: {error}")))
            .map(|()| name.clone()),
        VolumeOperation::Delete { name } => {
            volume(places, namespace, name).and_then(|dir| match fs::remove_dir_all(dir) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(format!("the volume cannot be removed: {error}"))
                }
                _ => Ok(name.clone()),
            })
        }
    };
    Some(done.map(|name| {
        let declared = order.output_parameters.contains_key("name");
        let parameters = declared.then(|| ("name".to_owned(), Value::String(name))).into_iter().collect();
        Outputs { parameters, ..Outputs::default() }
    }))
}

fn volume(places: &Places, namespace: &Namespace, name: &str) -> Result<PathBuf, String> {
    SecretName::check(name, "volume").map_err(|_| {
        format!("\"{name}\" is not a volume's name: expected 1 to 253 of a-z, 0-9, '-' and '.', beginning and ending with a letter or digit")
    })?;
    Ok(places.volumes(namespace).join(name))
}

const fn word(of: Keeper) -> &'static str {
    match of {
        Keeper::Secret => "secret",
        Keeper::ConfigMap => "config map",
    }
}

fn missing(of: Keeper, name: &str, namespace: &Namespace) -> String {
    format!("there is no {} \"{name}\" in namespace \"{namespace}\"", word(of))
}

fn write_entries(dir: &Path, data: &SecretData) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    for (key, value) in data {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o400).open(dir.join(key))?;
        file.write_all(value.expose())?;
    }
    Ok(())
}
