use super::fields::SortValue;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use model::{Failure, Filter, Sort};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

const SIGNATURE: usize = 32;

/// Where a list goes on. KFP's token says nothing of the namespace; ours is good for one list of one place only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PageToken {
    pub(crate) list: String,
    pub(crate) place: String,
    pub(crate) parent: Option<String>,
    pub(crate) sort_field: String,
    pub(crate) descending: bool,
    pub(crate) filter: Filter,
    /// The last row's value in the sort column, and its id.
    pub(crate) value: SortValue,
    pub(crate) id: String,
}

impl PageToken {
    pub(crate) fn sort(&self) -> Sort {
        Sort { field: self.sort_field.clone(), descending: self.descending }
    }
}

/// Signs page tokens, so that nobody can write one.
pub(crate) struct PageKey {
    mac: Hmac<Sha256>,
}

impl PageKey {
    pub(crate) fn new(key: &[u8]) -> Result<Self, Failure> {
        if key.len() < 16 {
            return Err(Failure::invalid("page key is too short: expected at least 16 bytes"));
        }
        let mac = Hmac::new_from_slice(key).map_err(Failure::internal)?;
        Ok(Self { mac })
    }

    pub(crate) fn seal(&self, token: &PageToken) -> Result<String, Failure> {
        let body = serde_json::to_vec(token).map_err(Failure::internal)?;
        let signature = self.mac.clone().chain_update(&body).finalize().into_bytes();
        Ok(URL_SAFE_NO_PAD.encode([signature.as_slice(), &body].concat()))
    }

    /// # Errors
    /// `Invalid` for anything that [`PageKey::seal`] did not make.
    pub(crate) fn open(&self, text: &str) -> Result<PageToken, Failure> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| not_ours())?;
        let (signature, body) = bytes.split_at_checked(SIGNATURE).ok_or_else(not_ours)?;
        self.mac.clone().chain_update(body).verify_slice(signature).map_err(|_| not_ours())?;
        serde_json::from_slice(body).map_err(|_| not_ours())
    }
}

pub(crate) fn not_ours() -> Failure {
    Failure::invalid("page_token is not valid here: expected the next_page_token of the same list")
}
