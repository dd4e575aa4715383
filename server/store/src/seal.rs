use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use hmac::{Hmac, Mac};
use model::{Chance, Failure};
use sha2::Sha256;

const NONCE: usize = 24;

/// What seals the secrets of all namespaces, each with a key of its own that comes from this one. It lies outside of the
/// database: whoever has a copy of that alone can read no secret.
#[derive(Clone)]
pub struct SecretsKey([u8; 32]);

impl SecretsKey {
    /// # Errors
    /// `Invalid` for anything but 32 bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, Failure> {
        let bytes = bytes
            .try_into()
            .map_err(|_| Failure::invalid(format!("the key of the secrets has {} bytes: expected 32", bytes.len())))?;
        Ok(Self(bytes))
    }

    fn cipher(&self, namespace: &str) -> Result<XChaCha20Poly1305, Failure> {
        let mut derive = <Hmac<Sha256> as Mac>::new_from_slice(&self.0).map_err(Failure::internal)?;
        derive.update(b"secrets of namespace ");
        derive.update(namespace.as_bytes());
        XChaCha20Poly1305::new_from_slice(&derive.finalize().into_bytes()).map_err(Failure::internal)
    }

    /// The text is good for this entry of this secret of this namespace, and nowhere else.
    pub(crate) fn seal(&self, entry: &Entry<'_>, value: &[u8], chance: &dyn Chance) -> Result<String, Failure> {
        let mut sealed = vec![0; NONCE];
        chance.fill(&mut sealed);
        let payload = Payload { msg: value, aad: &entry.bound() };
        let nonce = XNonce::from_slice(&sealed);
        let text = self.cipher(entry.namespace)?.encrypt(nonce, payload).map_err(Failure::internal)?;
        sealed.extend_from_slice(&text);
        Ok(STANDARD_NO_PAD.encode(sealed))
    }

    pub(crate) fn open(&self, entry: &Entry<'_>, sealed: &str) -> Result<Vec<u8>, Failure> {
        let unreadable = || {
            Failure::unavailable(
                format!("The secret {} cannot be opened: the key of the secrets is another one", entry.name),
                "the sealed text does not fit its place or the key",
            )
        };
        let sealed = STANDARD_NO_PAD.decode(sealed).map_err(Failure::internal)?;
        let (nonce, text) = sealed.split_at_checked(NONCE).ok_or_else(unreadable)?;
        let payload = Payload { msg: text, aad: &entry.bound() };
        self.cipher(entry.namespace)?.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| unreadable())
    }
}

/// Which entry of which secret.
pub(crate) struct Entry<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
    pub(crate) key: &'a str,
}

impl Entry<'_> {
    fn bound(&self) -> Vec<u8> {
        [self.namespace, self.name, self.key].join("\0").into_bytes()
    }
}
