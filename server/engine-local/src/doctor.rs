use crate::{Settings, python::HostPython};
use std::fs;

/// One thing that the engine needs, and whether it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub name: &'static str,
    pub ok: bool,
    /// What was found, or what is wrong: one sentence.
    pub detail: String,
    /// What to do about it, if something is to be done.
    pub how_to_get_it: Option<String>,
}

/// Looks at this machine; tries what can only be known by trying. Blocks for some tens of milliseconds.
#[must_use]
pub fn doctor(settings: &Settings) -> Vec<Finding> {
    vec![sandbox(settings), python(settings), disk(settings)]
}

/// # Errors
/// The sentence for a person.
pub(crate) fn check_sandbox(settings: &Settings) -> Result<(), String> {
    launcher::sandbox::try_out(&settings.bwrap).map_err(|error| format!("steps cannot be isolated: {error}"))
}

fn sandbox(settings: &Settings) -> Finding {
    let bwrap = settings.bwrap.display();
    match check_sandbox(settings) {
        Ok(()) => good("sandbox", format!("{bwrap} makes user, mount, process and IPC namespaces")),
        Err(detail) => {
            let how = if detail.contains("cannot be started") {
                "Install bubblewrap: apt install bubblewrap, dnf install bubblewrap or pacman -S bubblewrap."
            } else {
                "Allow user namespaces to the user that runs the server: sysctl user.max_user_namespaces (above 0), \
                 kernel.unprivileged_userns_clone=1 (Debian), kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu); \
                 in a container, run it with a seccomp profile that allows them. It needs bubblewrap 0.8 or later."
            };
            bad("sandbox", detail, how)
        }
    }
}

fn python(settings: &Settings) -> Finding {
    match HostPython::ask(&settings.python) {
        Ok(python) => {
            let version = python.version.split_whitespace().next().unwrap_or_default();
            good("python", format!("{} is Python {version} with venv", python.executable.display()))
        }
        Err(detail) => bad(
            "python",
            detail,
            "Install Python 3.9 or later with venv (apt install python3 python3-venv), or name another interpreter in the settings. \
             Only steps written in Python need it.",
        ),
    }
}

fn disk(settings: &Settings) -> Finding {
    let dir = &settings.data_dir;
    let probe = dir.join(".writable");
    let tried = fs::create_dir_all(dir).and_then(|()| fs::write(&probe, b"yes")).and_then(|()| fs::remove_file(&probe));
    match tried {
        Ok(()) => good("disk", format!("{} can be written", dir.display())),
        Err(error) => bad(
            "disk",
            format!("{} cannot be written: {error}", dir.display()),
            "Let the user that runs the server write there, or choose another data directory.",
        ),
    }
}

fn good(name: &'static str, detail: String) -> Finding {
    Finding { name, ok: true, detail, how_to_get_it: None }
}
fn bad(name: &'static str, detail: String, how: &str) -> Finding {
    Finding { name, ok: false, detail, how_to_get_it: Some(how.to_owned()) }
}
