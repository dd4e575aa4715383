use super::*;
use std::fs;

fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let home = [("HOME", "/home/alice"), ("USER", "alice")];
    home.iter().chain(pairs).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn read(pairs: &[(&str, &str)]) -> Result<Settings, Failure> {
    Settings::read(Overrides::default(), variables(pairs))
}

fn with_file(text: &str, pairs: &[(&str, &str)], listen: Option<&str>) -> Result<Settings, Failure> {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("mooring.toml");
    fs::write(&config, text).unwrap();
    let overrides = Overrides { config: Some(config), data_dir: None, listen: listen.map(str::to_owned) };
    Settings::read(overrides, variables(pairs))
}

#[test]
fn nothing_need_be_said() {
    let settings = read(&[]).unwrap();
    assert_eq!(settings.data_dir, PathBuf::from("/home/alice/.local/share/mooring"));
    assert_eq!(settings.database, "sqlite:/home/alice/.local/share/mooring/mooring.sqlite");
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8888");
    assert_eq!((settings.trusted_header.name.as_str(), settings.trusted_header.peers.len()), ("kubeflow-userid", 0));
    assert_eq!(settings.default_service_account, "default-editor");
    assert!(!settings.behind_tls());
    assert_eq!(read(&[("XDG_DATA_HOME", "/data")]).unwrap().data_dir, PathBuf::from("/data/mooring"));
}

#[test]
fn the_command_line_has_the_last_word() {
    let file = "listen = '0.0.0.0:1'\ndefault_service_account = 'from-file'";
    let heard = |pairs: &[(&str, &str)], listen| with_file(file, pairs, listen).unwrap().listen.to_string();
    assert_eq!(heard(&[], None), "0.0.0.0:1");
    assert_eq!(heard(&[("MOORING_LISTEN", "0.0.0.0:2")], None), "0.0.0.0:2");
    assert_eq!(heard(&[("MOORING_LISTEN", "0.0.0.0:2")], Some("0.0.0.0:3")), "0.0.0.0:3");
    assert_eq!(heard(&[("MOORING_LISTEN", "")], None), "0.0.0.0:1");
    assert_eq!(with_file(file, &[], None).unwrap().default_service_account, "from-file");
}

#[test]
fn kfps_own_names_are_understood() {
    let settings = read(&[
        ("MULTIUSER", "true"),
        ("KUBEFLOW_USERID_HEADER", "X-Goog-Authenticated-User-Email"),
        ("KUBEFLOW_USERID_PREFIX", "accounts.google.com:"),
        ("MOORING_TRUSTED_PEERS", "127.0.0.1/32, 10.0.0.0/8"),
        ("DEFAULTPIPELINERUNNERSERVICEACCOUNT", "pipeline-runner"),
    ])
    .unwrap();
    assert_eq!(settings.trusted_header.name.as_str(), "x-goog-authenticated-user-email");
    assert_eq!(settings.trusted_header.prefix, "accounts.google.com:");
    assert_eq!(settings.trusted_header.peers.len(), 2);
    assert_eq!(settings.default_service_account, "pipeline-runner");
}

#[test]
fn only_named_sites_may_frame_ours() {
    assert_eq!(read(&[]).unwrap().frame_ancestors(), "'self'");
    let named =
        read(&[("MOORING_FRAME_ANCESTORS", "'self', https://kubeflow.example.com, https://*.example.org:8443")]);
    let named = named.unwrap();
    assert_eq!(named.frame_ancestors(), "'self' https://kubeflow.example.com https://*.example.org:8443");
    assert!(named.may_be_framed_elsewhere() && !read(&[]).unwrap().may_be_framed_elsewhere());
}

#[test]
fn a_mistake_is_told_by_name() {
    for (pairs, named) in [
        (&[("MOORING_LISTEN", "here")][..], "MOORING_LISTEN"),
        (&[("MOORING_TRUSTED_PEERS", "10.0.0.0/99")], "trusted_header.peers"),
        (&[("KUBEFLOW_USERID_HEADER", "two words")], "trusted_header.name"),
        (&[("MOORING_MAX_PARALLEL_STEPS", "0")], "max_parallel_steps"),
        (&[("MOORING_MAX_PARALLEL_STEPS", "many")], "MOORING_MAX_PARALLEL_STEPS"),
        (&[("MOORING_PUBLIC_URL", "mooring.example.com")], "public_url"),
        (&[("MOORING_FRAME_ANCESTORS", "https://a.example/path")], "frame_ancestors"),
        (&[("MOORING_FRAME_ANCESTORS", "https://a.example; script-src *")], "frame_ancestors"),
        (&[("MOORING_FRAME_ANCESTORS", "*")], "frame_ancestors"),
        (&[("MOORING_OPENID_ISSUER", "https://id.example.com")], "open_id.client_id"),
        (&[("MOORING_OPENID_ISSUER", "id.example.com")], "open_id.issuer"),
        (&[("MOORING_KUBERNETES", "true")], "kubernetes.server"),
        (&[("MOORING_KUBERNETES", "yes")], "MOORING_KUBERNETES"),
        (&[("MULTIUSER", "false")], "MULTIUSER"),
        (&[("MULTIUSER_SHARED_READ", "true")], "MULTIUSER_SHARED_READ"),
        (&[("HOME", "")], "data_dir"),
        (&[("MOORING_CONFIG", "/nowhere/mooring.toml")], "/nowhere/mooring.toml"),
    ] {
        let failure = read(pairs).unwrap_err();
        assert!(failure.message.contains(named), "{named}: {failure}");
    }
    for (file, named) in [("lisen = 'x'", "lisen"), ("[trusted_header]\npears = []", "pears"), ("listen = 5", "listen")]
    {
        let failure = with_file(file, &[], None).unwrap_err();
        assert!(failure.message.contains(named), "{named}: {failure}");
    }
}

#[test]
fn an_address_with_tls_keeps_cookies_off_plain_connections() {
    let settings = read(&[("MOORING_PUBLIC_URL", "https://mooring.example.com/")]).unwrap();
    assert_eq!(settings.public_url.as_deref(), Some("https://mooring.example.com"));
    assert!(settings.behind_tls());
}
