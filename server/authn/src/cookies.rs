/// How our cookies travel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cookies {
    /// Browsers reach us over TLS: never without it.
    pub secure: bool,
    /// A site that is not ours may frame us. `SameSite=Lax` cookies would stay out of that frame. What pages of other sites
    /// ask for is refused by where it comes from ([`crate::refuse_cross_site`]), not by this attribute.
    pub in_foreign_frames: bool,
}

impl Cookies {
    /// The attributes that say where a cookie goes. Browsers take `SameSite=None` only with `Secure`.
    #[must_use]
    pub const fn way(self) -> &'static str {
        match (self.secure, self.in_foreign_frames) {
            (true, true) => "SameSite=None; Partitioned; Secure",
            (true, false) => "SameSite=Lax; Secure",
            (false, _) => "SameSite=Lax",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cookies;

    #[test]
    fn only_over_tls_do_cookies_enter_the_frames_of_others() {
        let way = |secure, in_foreign_frames| Cookies { secure, in_foreign_frames }.way();
        assert_eq!(way(true, true), "SameSite=None; Partitioned; Secure");
        assert_eq!((way(true, false), way(false, true)), ("SameSite=Lax; Secure", "SameSite=Lax"));
    }
}
