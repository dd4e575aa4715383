//! A real etcd and a real kube-apiserver with RBAC on, in a folder of their own. The program is built by
//! `end2end/cluster/build.sh`; where it is not there yet, the test says so and does nothing.

use kubernetes::{Cluster, Credential};
use serde_json::Value;
use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

const ADMIN: &str = "the-admins-token-of-one-test";
/// From nothing to ready, on a machine that builds at the same time.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Plane {
    program: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
    etcd: (Child, u16),
    server: Option<Child>,
    http: reqwest::Client,
}

impl Drop for Plane {
    fn drop(&mut self) {
        self.stop();
        let _ = self.etcd.0.kill();
        let _ = self.etcd.0.wait();
    }
}

fn program() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("MOORING_CONTROL_PLANE") {
        return Some(path.into());
    }
    let cache = std::env::var_os("MOORING_CACHE").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/mooring")))?;
    let found = fs::read_dir(cache.join("control-plane")).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let is_built = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        path.is_file() && name.starts_with("control-plane-v") && !name.ends_with(".new")
    };
    found.into_iter().find(is_built)
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let done = Command::new("openssl").args(arguments).current_dir(folder).stderr(Stdio::null()).status().unwrap();
    assert!(done.success(), "openssl {arguments:?}");
}

impl Plane {
    /// `None`, loudly, where there is no control plane to start.
    pub(crate) async fn start() -> Option<Self> {
        let Some(program) = program() else {
            eprintln!("SKIPPED: no control plane here: build it once with end2end/cluster/build.sh");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        openssl(at, &["genrsa", "-out", "sa.key", "2048"]);
        openssl(at, &["rsa", "-in", "sa.key", "-pubout", "-out", "sa.pub"]);
        fs::write(at.join("tokens.csv"), format!("{ADMIN},admin,admin,\"system:masters\"\n")).unwrap();
        let (client, peer) = (free_port(), free_port());
        let (client_url, peer_url) = (format!("http://127.0.0.1:{client}"), format!("http://127.0.0.1:{peer}"));
        let etcd = Command::new(&program)
            .args(["etcd", "--name", "one", "--unsafe-no-fsync", "--log-level", "error", "--data-dir", "etcd"])
            .args(["--listen-client-urls", &client_url, "--advertise-client-urls", &client_url])
            .args(["--listen-peer-urls", &peer_url, "--initial-advertise-peer-urls", &peer_url])
            .args(["--initial-cluster", &format!("one={peer_url}")])
            .current_dir(at)
            .stdout(Stdio::null())
            .stderr(File::create(at.join("etcd.log")).unwrap())
            .spawn()
            .unwrap();
        // Its certificate is made at its start and believed by nobody else.
        let http = reqwest::Client::builder().danger_accept_invalid_certs(true).no_proxy().build().unwrap();
        let mut plane = Self { program, folder, port: free_port(), etcd: (etcd, client), server: None, http };
        plane.resume().await;
        Some(plane)
    }

    /// Starts the API server and waits until it is ready.
    pub(crate) async fn resume(&mut self) {
        let at = self.folder.path();
        let server = Command::new(&self.program)
            .args([
                "kube-apiserver",
                "--authorization-mode=RBAC",
                "--token-auth-file=tokens.csv",
                "--cert-dir=certificates",
            ])
            .args([
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--service-cluster-ip-range=10.96.0.0/24",
            ])
            .args(["--service-account-key-file=sa.pub", "--service-account-signing-key-file=sa.key"])
            .args(["--service-account-issuer=https://kubernetes.default.svc", "--profiling=false", "-v=0"])
            .arg(format!("--etcd-servers=http://127.0.0.1:{}", self.etcd.1))
            .arg(format!("--secure-port={}", self.port))
            .current_dir(at)
            .stdout(Stdio::null())
            .stderr(File::create(at.join("server.log")).unwrap())
            .spawn()
            .unwrap();
        self.server = Some(server);
        let ready = async {
            loop {
                let answer = self.http.get(self.url("/readyz")).bearer_auth(ADMIN).send().await;
                if answer.is_ok_and(|answer| answer.status().is_success()) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, ready).await.is_err() {
            let log = fs::read_to_string(at.join("server.log")).unwrap_or_default();
            panic!(
                "the API server never got ready:\n{}",
                &log[log.floor_char_boundary(log.len().saturating_sub(3000))..]
            );
        }
    }

    pub(crate) fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    fn url(&self, path: &str) -> String {
        format!("https://127.0.0.1:{}{path}", self.port)
    }

    /// As the admin; what is there already is left as it is.
    pub(crate) async fn make(&self, path: &str, object: Value) -> Value {
        let answer = self.http.post(self.url(path)).bearer_auth(ADMIN).json(&object).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success() || status.as_u16() == 409, "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) async fn remove(&self, path: &str) {
        let answer = self.http.delete(self.url(path)).bearer_auth(ADMIN).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    }

    /// The same API server as the product reaches it: its certificate is checked, and it is asked with a token.
    pub(crate) fn cluster(&self, token: &str) -> Cluster {
        let pem = fs::read(self.folder.path().join("certificates/apiserver.crt")).unwrap();
        Cluster::new(&self.url(""), Credential::Token(token.to_owned()), Some(&pem)).unwrap()
    }
}
