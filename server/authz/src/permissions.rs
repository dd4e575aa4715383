/// A permission named at the type level; sealed, so the list in this file is the whole list.
pub trait Permission: sealed::Sealed + Send + Sync + 'static {
    /// Kubernetes resource in group `pipelines.kubeflow.org`, as SubjectAccessReview and Kubeflow's roles name it.
    const RESOURCE: &'static str;
    /// Kubernetes verb.
    const VERB: &'static str;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! permissions { ($($room:ident: $resource:literal { $($name:ident = $verb:literal),* $(,)? })*) => {
    $(
        #[doc = concat!("What can be done to `", $resource, "`.")]
        pub mod $room { $(
            #[doc = concat!("`", $verb, "` on `", $resource, "`.")]
            #[derive(Debug)]
            pub struct $name;
            impl super::sealed::Sealed for $name {}
            impl super::Permission for $name { const RESOURCE: &'static str = $resource; const VERB: &'static str = $verb; }
        )* }
    )*
    /// Every (resource, verb) pair, for the policy matrix.
    pub const ALL: &[(&str, &str)] = &[$($(($resource, $verb)),*),*];
} }

permissions! {
    experiments: "experiments" {
        List = "list", Get = "get", Create = "create", Delete = "delete", Archive = "archive", Unarchive = "unarchive",
    }
    runs: "runs" {
        List = "list", Get = "get", Create = "create", Delete = "delete", Archive = "archive", Unarchive = "unarchive",
        Terminate = "terminate", Retry = "retry", ReportMetrics = "reportMetrics", ReadArtifact = "readArtifact",
        Launch = "launch", Record = "record",
    }
    recurring_runs: "jobs" {
        List = "list", Get = "get", Create = "create", Delete = "delete", Enable = "enable", Disable = "disable",
        Update = "update", Fire = "fire",
    }
    pipelines: "pipelines" {
        List = "list", Get = "get", Create = "create", Update = "update", Delete = "delete",
    }
    profiles: "profiles" {
        Get = "get", Create = "create", Share = "share", Delete = "delete",
    }
    secrets: "secrets" {
        List = "list", Create = "create", Delete = "delete",
    }
    audit: "audit" {
        List = "list",
    }
}
