use bytes::Bytes;
use model::Failure;

/// Where packages come from that a caller names by their address. Which addresses may be asked is the adapter's to
/// know: a server inside a network must not be sent to its neighbours by strangers.
#[async_trait::async_trait]
pub trait Downloads: Send + Sync {
    /// # Errors
    /// `Invalid` for an address that may not be asked or that has no such file, `TooLarge`, `Unavailable`.
    async fn fetch(&self, url: &str) -> Result<Bytes, Failure>;
}
