//! URIs of artifacts and the paths that stand for them inside a step.

/// Where artifacts go unless the run says otherwise.
const DEFAULT_ROOT: &str = "minio://mlpipeline/v2/artifacts";

/// The run's root without query and trailing slash.
pub(crate) fn root(pipeline_root: &str) -> &str {
    let plain = pipeline_root.split('?').next().unwrap_or_default().trim().trim_end_matches('/');
    if plain.is_empty() { DEFAULT_ROOT } else { plain }
}

/// The SDK's rule: `minio://bucket/key` is at `/minio/bucket/key`; what has no known scheme is a path already.
pub(crate) fn path_of(uri: &str) -> String {
    for (scheme, directory) in [("gs://", "/gcs/"), ("minio://", "/minio/"), ("s3://", "/s3/")] {
        if let Some(rest) = uri.strip_prefix(scheme) {
            return format!("{directory}{rest}");
        }
    }
    match uri.strip_prefix("oci://") {
        Some(rest) => format!("/oci/{}/models", rest.replace(':', "_")),
        None => uri.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_have_the_paths_that_the_sdk_expects() {
        assert_eq!(path_of("minio://b/k/x"), "/minio/b/k/x");
        assert_eq!(path_of("gs://b/k"), "/gcs/b/k");
        assert_eq!(path_of("s3://b/k"), "/s3/b/k");
        assert_eq!(path_of("oci://r/i:t"), "/oci/r/i_t/models");
        assert_eq!(path_of("/somewhere/x"), "/somewhere/x");
        assert_eq!(root("s3://b/p/?region=x"), "s3://b/p");
        assert_eq!(root(""), "minio://mlpipeline/v2/artifacts");
    }
}
