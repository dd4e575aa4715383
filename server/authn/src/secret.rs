use argon2::{
    Argon2, PasswordHash, PasswordVerifier,
    password_hash::{PasswordHasher, SaltString},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Chance, Failure};
use sha2::{Digest, Sha256};

/// 256 bits that nobody can guess, as text for a cookie, a link or a header.
pub(crate) fn fresh(chance: &dyn Chance) -> String {
    let mut bytes = [0; 32];
    chance.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is kept of a secret. It has 256 bits of its own, so a plain hash cannot be turned back.
pub(crate) fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}

/// Any text for a cookie's value, and back.
pub(crate) fn encode(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}
pub(crate) fn decode(text: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// What is kept of a password.
pub(crate) fn hash_password(password: &str, chance: &dyn Chance) -> Result<String, Failure> {
    let mut salt = [0; 16];
    chance.fill(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(Failure::internal)?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt).map_err(Failure::internal)?;
    Ok(hash.to_string())
}

/// Without a hash the same work is done, so that the time does not tell which names have accounts.
pub(crate) fn password_matches(password: &str, hash: Option<&str>) -> bool {
    const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$2Ofoxrb8DkAXsD2vCP0UwNSQDoPHvOJDSo8nBV0cNwc";
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODYS)) else { return false };
    let matches = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    matches && hash.is_some()
}
