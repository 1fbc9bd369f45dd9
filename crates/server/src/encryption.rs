//! Whether and how connections are encrypted: the one place that knows what is there without the
//! feature `tls`.

use gnezdo_core::FixedField;
use gnezdo_socket::{ListenAddress, Scheme};
#[cfg(feature = "tls")]
use gnezdo_tls::{Protocol, TicketSecret, Tls};
use http::uri;
#[cfg(feature = "tls")]
use http::{HeaderValue, header::STRICT_TRANSPORT_SECURITY};

use crate::error::ServerError;
use crate::settings::Settings;
#[cfg(feature = "tls")]
use gnezdo_core::complain;

/// What TLS is spoken with, if it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Encryption {
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Tls>,
}

impl Encryption {
    /// Reads certificates and keys, if the settings name some.
    ///
    /// # Errors
    /// [`ServerError::Tls`] says which file and what to do; or there are addresses to redirect
    /// from, and nothing to redirect to.
    pub(crate) fn load(settings: &Settings) -> Result<Self, ServerError> {
        Self::load_with(settings, SharedSecret::random()?)
    }

    /// As [`load`](Self::load), for a worker: it resumes the sessions of all who have the secret.
    #[cfg(feature = "tls")]
    pub(crate) fn load_with(
        settings: &Settings,
        secret: SharedSecret,
    ) -> Result<Self, ServerError> {
        let Some(mut tls) = settings.tls.clone() else {
            let is_sound = settings.redirect_http.is_empty();
            return if is_sound {
                Ok(Self::default())
            } else {
                Err(ServerError::RedirectWithoutTls)
            };
        };
        if !settings.http2 {
            tls.protocols.retain(|protocol| *protocol != Protocol::Http2);
        }
        let tls = Tls::load_with(&tls, secret.0, |error| complain(&error.to_string()));
        Ok(Self { tls: Some(tls.map_err(ServerError::Tls)?) })
    }

    /// There is nothing to read.
    #[cfg(not(feature = "tls"))]
    pub(crate) fn load_with(_: &Settings, _: SharedSecret) -> Result<Self, ServerError> {
        Ok(Self::default())
    }

    /// How URLs of the server begin.
    pub(crate) fn scheme(&self) -> Scheme {
        #[cfg(feature = "tls")]
        if self.tls.is_some() {
            return Scheme::Https;
        }
        Scheme::Http
    }

    /// The same, as requests say it.
    pub(crate) fn uri_scheme(&self) -> uri::Scheme {
        match self.scheme() {
            Scheme::Https => uri::Scheme::HTTPS,
            Scheme::Http => uri::Scheme::HTTP,
        }
    }

    /// What browsers are told about coming by `https` only. RFC 6797 §6.1.
    #[cfg(feature = "tls")]
    pub(crate) fn strict_transport_security(&self, settings: &Settings) -> Option<FixedField> {
        let max_age = settings.hsts_max_age.filter(|_| self.tls.is_some())?;
        let value = HeaderValue::try_from(format!("max-age={}", max_age.as_secs())).ok()?;
        Some(FixedField::new(STRICT_TRANSPORT_SECURITY, value))
    }

    /// Without TLS they must not be told: RFC 6797 §7.2.
    #[cfg(not(feature = "tls"))]
    pub(crate) fn strict_transport_security(&self, _: &Settings) -> Option<FixedField> {
        None
    }

    /// The addresses whose clients are redirected.
    #[cfg(feature = "tls")]
    pub(crate) fn redirected(settings: &Settings) -> &[ListenAddress] {
        &settings.redirect_http
    }

    /// Nobody is redirected.
    #[cfg(not(feature = "tls"))]
    pub(crate) fn redirected(_: &Settings) -> &[ListenAddress] {
        &[]
    }
}

/// What the workers of a supervisor share, so that each resumes the sessions of all. Its octets
/// are as many as the feature `tls` needs, whether the settings ask for TLS or not: supervisor and
/// workers are one program, but need not read the same settings.
#[derive(Debug)]
pub(crate) struct SharedSecret(#[cfg(feature = "tls")] TicketSecret);

#[cfg(feature = "tls")]
impl SharedSecret {
    pub(crate) const OCTETS: usize = TicketSecret::OCTETS;

    /// # Errors
    /// The system has no random numbers.
    pub(crate) fn random() -> Result<Self, ServerError> {
        TicketSecret::random().map(Self).map_err(ServerError::Tls)
    }

    pub(crate) fn from_octets(octets: [u8; Self::OCTETS]) -> Self {
        Self(TicketSecret::from_octets(octets))
    }

    pub(crate) fn to_octets(&self) -> [u8; Self::OCTETS] {
        self.0.to_octets()
    }

    /// Goes with the time, and forgets what is not needed any more.
    pub(crate) fn advance(&mut self) {
        self.0.advance();
    }
}

/// Nothing is shared.
#[cfg(not(feature = "tls"))]
impl SharedSecret {
    pub(crate) const OCTETS: usize = 0;

    pub(crate) fn random() -> Result<Self, ServerError> {
        Ok(Self())
    }

    pub(crate) fn from_octets(_: [u8; Self::OCTETS]) -> Self {
        Self()
    }

    pub(crate) fn to_octets(&self) -> [u8; Self::OCTETS] {
        []
    }

    pub(crate) fn advance(&mut self) {}
}
