//! What a step asks of its pod (`platforms.kubernetes`), and how its names are found among the group's inputs.

use crate::{
    SpecError,
    fields::Fields,
    inputs::Surroundings,
    ir::{ParameterInput, ParameterSource},
    placeholders::RunNames,
    read_task::parameter_input,
    values,
    walk::Position,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a step's pod was to have besides its container, every name resolved. Placement (node selectors, tolerations,
/// affinity, pull secrets and policies) says nothing on one machine and is not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pod {
    pub env: Vec<(String, EnvSource)>,
    pub mounts: Vec<PodMount>,
    /// What is asked for and no engine of ours does, by its name in the platform spec.
    pub unsupported: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnvSource {
    /// A field of the pod, as far as there is one.
    Value(String),
    Entry {
        of: Keeper,
        name: String,
        key: String,
        optional: bool,
    },
}

/// Which kind of object keeps the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keeper {
    Secret,
    ConfigMap,
}

/// One directory in the step's mount view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodMount {
    /// Absolute, in the step's mount view.
    pub path: String,
    pub what: MountSource,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MountSource {
    /// One file for each entry.
    Entries { of: Keeper, name: String, optional: bool },
    /// A volume of the namespace that outlives the run.
    Claim { name: String, sub_path: String },
    /// A directory for this attempt only.
    Empty,
}

/// A step without a process: the engine makes or removes a volume of the namespace. Upstream's driver does it for the
/// images `argostub/createpvc` and `argostub/deletepvc`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum VolumeOperation {
    /// Its name is also the output parameter `name`.
    Create {
        name: String,
    },
    Delete {
        name: String,
    },
}

/// The executor's part of the platform spec, strictly read.
#[derive(Debug, Default)]
pub(crate) struct Kubernetes {
    items: Vec<Item>,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    unsupported: Vec<String>,
    pub(crate) timeout_seconds: Option<u64>,
}

#[derive(Debug)]
enum Item {
    Env { of: Keeper, name: ParameterInput, keys: Vec<(String, String)>, optional: bool },
    Entries { of: Keeper, name: ParameterInput, path: String, optional: bool },
    Claim { name: ParameterInput, path: String, sub_path: String },
    Empty { path: String },
    Field { variable: String, path: String },
}

/// Parts that say where and how a pod is placed, or what every sandbox has anyway.
const WITHOUT_MEANING: &[&str] = &[
    "enabledSharedMemory",
    "imagePullPolicy",
    "imagePullSecret",
    "nodeAffinity",
    "nodeSelector",
    "podAffinity",
    "tolerations",
    "securityContext",
];
const UNSUPPORTED: &[&str] = &["initContainers"];

impl Kubernetes {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self, SpecError> {
        let mut this = Self::default();
        for (of, as_env, as_volume, keys) in [
            (Keeper::Secret, "secretAsEnv", "secretAsVolume", ("secretName", "secretKey")),
            (Keeper::ConfigMap, "configMapAsEnv", "configMapAsVolume", ("configMapName", "configMapKey")),
        ] {
            for mut one in fields.objects(as_env)? {
                let mut pairs = Vec::new();
                for mut pair in one.objects("keyToEnv")? {
                    pairs.push((pair.required(keys.1)?, pair.required("envVar")?));
                    pair.close()?;
                }
                let name = named(&mut one, keys.0)?;
                this.items.push(Item::Env { of, name, keys: pairs, optional: one.flag("optional")? });
                one.close()?;
            }
            for mut one in fields.objects(as_volume)? {
                let name = named(&mut one, keys.0)?;
                let (path, optional) = (mount_path(&mut one)?, one.flag("optional")?);
                this.items.push(Item::Entries { of, name, path, optional });
                one.close()?;
            }
        }
        for mut one in fields.objects("pvcMount")? {
            let name = claim(&mut one)?;
            let (path, sub_path) = (mount_path(&mut one)?, one.text("subPath")?.unwrap_or_default());
            if sub_path.split('/').any(|part| part == "..") || sub_path.starts_with('/') {
                return Err(one.error("subPath", "expected a relative path without \"..\""));
            }
            this.items.push(Item::Claim { name, path, sub_path });
            one.close()?;
        }
        for list in ["emptyDirMounts", "genericEphemeralVolume"] {
            for mut one in fields.objects(list)? {
                this.items.push(Item::Empty { path: mount_path(&mut one)? });
            }
        }
        for mut one in fields.objects("fieldPathAsEnv")? {
            this.items.push(Item::Field { variable: one.required("name")?, path: one.required("fieldPath")? });
            one.close()?;
        }
        if let Some(mut metadata) = fields.object("podMetadata")? {
            this.labels = texts(&mut metadata, "labels")?;
            this.annotations = texts(&mut metadata, "annotations")?;
            metadata.close()?;
        }
        this.timeout_seconds = Some(u64::from(fields.count("activeDeadlineSeconds")?)).filter(|seconds| *seconds > 0);
        for name in WITHOUT_MEANING {
            fields.some(name)?;
        }
        for name in UNSUPPORTED {
            if !fields.list(name)?.is_empty() {
                this.unsupported.push((*name).to_owned());
            }
        }
        this.unsupported.extend(fields.unread());
        Ok(this)
    }

    /// # Errors
    /// A name without a value: a sentence.
    pub(crate) fn resolve(
        &self,
        at: &Position<'_>,
        around: &Surroundings<'_, '_>,
        names: &RunNames<'_>,
    ) -> Result<Pod, String> {
        let mut pod = Pod { unsupported: self.unsupported.clone(), ..Pod::default() };
        for item in &self.items {
            match item {
                Item::Env { of, name, keys, optional } => {
                    let Some(name) = name_of(name, around, *optional)? else { continue };
                    pod.env.extend(keys.iter().map(|(key, variable)| {
                        let (name, key) = (name.clone(), key.clone());
                        (variable.clone(), EnvSource::Entry { of: *of, name, key, optional: *optional })
                    }));
                }
                Item::Entries { of, name, path, optional } => {
                    let Some(name) = name_of(name, around, *optional)? else { continue };
                    let what = MountSource::Entries { of: *of, name, optional: *optional };
                    pod.mounts.push(PodMount { path: path.clone(), what });
                }
                Item::Claim { name, path, sub_path } => {
                    let Some(name) = name_of(name, around, false)? else { continue };
                    let what = MountSource::Claim { name, sub_path: sub_path.clone() };
                    pod.mounts.push(PodMount { path: path.clone(), what });
                }
                Item::Empty { path } => pod.mounts.push(PodMount { path: path.clone(), what: MountSource::Empty }),
                Item::Field { variable, path } => {
                    pod.env.push((variable.clone(), EnvSource::Value(self.field(path, at, names))));
                }
            }
        }
        Ok(pod)
    }

    /// A pod's field as a cluster would give it; empty where there is none.
    fn field(&self, path: &str, at: &Position<'_>, names: &RunNames<'_>) -> String {
        let keyed = |prefix: &str| path.strip_prefix(prefix)?.strip_suffix("']");
        let known = if let Some(key) = keyed("metadata.labels['") {
            self.labels.get(key).cloned()
        } else if let Some(key) = keyed("metadata.annotations['") {
            self.annotations.get(key).cloned()
        } else {
            match path {
                "metadata.name" => Some(format!("{}-{}", names.plan.resource_name(), at.task.name)),
                "metadata.namespace" => Some(names.plan.run().namespace.to_string()),
                "metadata.uid" => Some(at.id.to_string()),
                "spec.nodeName" => Some("localhost".to_owned()),
                "status.podIP" | "status.hostIP" => Some("127.0.0.1".to_owned()),
                _ => None,
            }
        };
        known.unwrap_or_default()
    }
}

fn mount_path(fields: &mut Fields<'_>) -> Result<String, SpecError> {
    let path = fields.required("mountPath")?;
    if path.starts_with('/') && path.len() > 1 && !path.split('/').any(|part| part == "..") {
        Ok(path)
    } else {
        Err(fields.error("mountPath", "expected an absolute path without \"..\""))
    }
}

fn texts(fields: &mut Fields<'_>, name: &str) -> Result<BTreeMap<String, String>, SpecError> {
    let place = fields.path(name);
    let Some(value) = fields.some(name)? else { return Ok(BTreeMap::new()) };
    let map = value.as_object().ok_or_else(|| crate::fields::expected(&place, "an object", value))?;
    Ok(map.iter().map(|(key, value)| (key.clone(), values::text(value))).collect())
}

fn constant(text: String) -> ParameterInput {
    ParameterInput { source: ParameterSource::Constant(Value::String(text)), selector: None }
}

/// The old plain name, or the new `...Parameter`.
fn named(fields: &mut Fields<'_>, name: &str) -> Result<ParameterInput, SpecError> {
    let plain = fields.text(name)?.filter(|text| !text.is_empty());
    let place = format!("{name}Parameter");
    match (fields.object(&place)?, plain) {
        (Some(parameter), _) => parameter_input(parameter, &mut Vec::new()),
        (None, Some(plain)) => Ok(constant(plain)),
        (None, None) => Err(fields.error(name, "is missing")),
    }
}

fn claim(fields: &mut Fields<'_>) -> Result<ParameterInput, SpecError> {
    let plain = fields.text("constant")?;
    let component = fields.text("componentInputParameter")?;
    let output = fields.object("taskOutputParameter")?;
    if let Some(parameter) = fields.object("pvcNameParameter")? {
        return parameter_input(parameter, &mut Vec::new());
    }
    let source = match (plain, component, output) {
        (Some(plain), ..) => return Ok(constant(plain)),
        (None, Some(name), _) => ParameterSource::Component(name),
        (None, None, Some(from)) => {
            ParameterSource::TaskOutput(crate::read_task::selector(from, "producerTask", "outputParameterKey")?)
        }
        _ => return Err(fields.error("pvcNameParameter", "is missing")),
    };
    Ok(ParameterInput { source, selector: None })
}

/// `None` where an optional input has no value: the item is left out, as upstream does.
fn name_of(input: &ParameterInput, around: &Surroundings<'_, '_>, optional: bool) -> Result<Option<String>, String> {
    let (value, what) = match &input.source {
        ParameterSource::Constant(value) => (Some(values::text(value)), "a constant"),
        ParameterSource::Component(name) => (around.parameter(name).map(|value| values::text(&value)), name.as_str()),
        ParameterSource::TaskOutput(from) => {
            (around.output(&from.task, &from.key).map(|value| values::text(&value)), from.key.as_str())
        }
        ParameterSource::FinalStatus(name) => (None, name.as_str()),
    };
    match value.filter(|name| !name.is_empty()) {
        Some(name) => Ok(Some(name)),
        None if optional || around.is_optional(&input.source) => Ok(None),
        None => Err(format!("a name that the platform spec takes from \"{what}\" has no value")),
    }
}
