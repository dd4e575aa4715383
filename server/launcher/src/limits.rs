//! What a step may use of the machine: a control group of its own (version 1 or 2) where this user may make one, limits
//! of the process otherwise.

use crate::{Limits, sandbox::in_path};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// One group of one controller (version 1), or of all (version 2). The launcher stands in it while the step runs, so
/// that all it starts is counted from the first moment.
pub(crate) struct Groups {
    dirs: Vec<PathBuf>,
    /// Where the launcher came from.
    homes: Vec<PathBuf>,
    limits: Limits,
}

/// The word that begins every group's name, by which forgotten ones are found.
const PREFIX: &str = "mooring-";

impl Groups {
    /// Makes the step's groups and enters them. `None` where that cannot be done.
    pub(crate) fn enter(name: &str, limits: &Limits) -> Option<Self> {
        let mut groups = Self { dirs: Vec::new(), homes: Vec::new(), limits: *limits };
        for Home { controllers, parent, home } in homes() {
            let dir = parent.join(format!("{PREFIX}{name}"));
            let wanted = limits.files(&controllers);
            if wanted.is_empty() || fs::create_dir_all(&dir).is_err() {
                continue;
            }
            let set = wanted.iter().all(|(file, value)| {
                // Counting swap along is not offered everywhere.
                fs::write(dir.join(file), value).is_ok() || file.contains("sw")
            });
            if set && fs::write(dir.join("cgroup.procs"), "0").is_ok() {
                groups.dirs.push(dir);
                groups.homes.push(home);
            } else {
                let _ = fs::remove_dir(dir);
            }
        }
        (!groups.dirs.is_empty()).then_some(groups)
    }

    /// Whether the kernel ended a process of the step because the group was out of memory.
    pub(crate) fn ran_out_of_memory(&self) -> bool {
        let counted = |file: &Path| {
            let text = fs::read_to_string(file).unwrap_or_default();
            text.lines().any(|line| line.strip_prefix("oom_kill ").is_some_and(|count| count.trim() != "0"))
        };
        self.limits.memory_bytes.is_some()
            && self
                .dirs
                .iter()
                .any(|dir| counted(&dir.join("memory.oom_control")) || counted(&dir.join("memory.events")))
    }
}

impl Drop for Groups {
    fn drop(&mut self) {
        for (dir, home) in self.dirs.iter().zip(&self.homes) {
            // What cannot be removed now is empty, and costs nothing.
            let _ = fs::write(home.join("cgroup.procs"), "0");
            let _ = fs::remove_dir(dir);
        }
    }
}

impl Limits {
    /// What to write into a group with these controllers.
    fn files(&self, controllers: &[String]) -> Vec<(&'static str, String)> {
        let has = |name: &str| controllers.iter().any(|controller| controller == name);
        let unified = has("unified");
        let mut files = Vec::new();
        if let Some(bytes) = self.memory_bytes.filter(|_| has("memory")) {
            if unified {
                files.extend([("memory.max", bytes.to_string()), ("memory.swap.max", "0".to_owned())]);
            } else {
                files.extend([
                    ("memory.limit_in_bytes", bytes.to_string()),
                    ("memory.memsw.limit_in_bytes", bytes.to_string()),
                ]);
            }
        }
        if let Some(count) = self.processes.filter(|_| has("pids")) {
            // The launcher and the sandbox program are counted, too.
            files.push(("pids.max", count.saturating_add(4).to_string()));
        }
        if let Some(millis) = self.cpu_millis.filter(|_| has("cpu")) {
            let quota = u64::from(millis).saturating_mul(100).max(1000);
            if unified {
                files.push(("cpu.max", format!("{quota} 100000")));
            } else {
                files.extend([("cpu.cfs_period_us", "100000".to_owned()), ("cpu.cfs_quota_us", quota.to_string())]);
            }
        }
        files
    }

    /// The words before a command that bound each process, for machines without groups. Memory is bounded process by
    /// process then, and a superuser's processes are not counted at all.
    pub(crate) fn words(&self) -> Vec<String> {
        let Some(prlimit) = in_path(Path::new("prlimit")) else { return Vec::new() };
        let mut words = vec![prlimit.to_string_lossy().into_owned()];
        words.extend(self.memory_bytes.map(|bytes| format!("--as={bytes}")));
        words.extend(self.processes.map(|count| format!("--nproc={count}")));
        if words.len() == 1 { Vec::new() } else { words.into_iter().chain(["--".to_owned()]).collect() }
    }
}

/// A group in which this process stands.
struct Home {
    /// What can be limited in new groups; version 2 is marked by the word `unified`.
    controllers: Vec<String>,
    /// Where new groups can be made.
    parent: PathBuf,
    home: PathBuf,
}

fn homes() -> Vec<Home> {
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let mut homes = Vec::new();
    for line in own.lines() {
        let mut parts = line.splitn(3, ':');
        let (Some(number), Some(names), Some(path)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let unified = number == "0";
        let Some(mount) = mounts.lines().find_map(|line| mount_of(line, unified, names)) else { continue };
        let inside = mount.join(path.trim_start_matches('/'));
        // In a container the path may be the host's, and its own group the mount's root.
        let home = if inside.is_dir() { inside } else { mount };
        let (controllers, parent) = if unified {
            // A group with processes in it hands on no controllers: a service with a group of its own stands one deeper.
            let hands_on = |dir: &Path| {
                let text = fs::read_to_string(dir.join("cgroup.subtree_control")).unwrap_or_default();
                let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
                (!words.is_empty()).then_some(words)
            };
            let above = home.parent().unwrap_or(&home).to_owned();
            let found = [home.clone(), above].into_iter().find_map(|dir| Some((hands_on(&dir)?, dir)));
            let Some((mut controllers, parent)) = found else { continue };
            controllers.push("unified".to_owned());
            (controllers, parent)
        } else {
            (names.split(',').map(str::to_owned).collect(), home.clone())
        };
        homes.push(Home { controllers, parent, home });
    }
    homes
}

/// The mount point, if this line of `mountinfo` is the hierarchy in question.
fn mount_of(line: &str, unified: bool, names: &str) -> Option<PathBuf> {
    let (front, back) = line.split_once(" - ")?;
    let mut back = back.split(' ');
    let (kind, options) = (back.next()?, back.nth(1)?);
    let fits = if unified {
        kind == "cgroup2"
    } else {
        kind == "cgroup" && names.split(',').all(|name| options.split(',').any(|option| option == name))
    };
    fits.then(|| front.split(' ').nth(4).map(PathBuf::from)).flatten()
}

/// Removes groups that launchers left behind which were killed. Those in use stay.
///
/// # Errors
/// Those of the file system.
pub fn remove_empty_groups() -> io::Result<()> {
    for Home { parent, .. } in homes() {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(PREFIX) {
                let _ = fs::remove_dir(entry.path());
            }
        }
    }
    Ok(())
}
