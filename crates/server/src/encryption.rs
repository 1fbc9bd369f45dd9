//! Whether and how connections are encrypted: the one place that knows what is there without the
//! feature `tls`.

use gnezdo_core::FixedField;
use gnezdo_socket::{ListenAddress, Scheme};
#[cfg(feature = "tls")]
use gnezdo_tls::{Protocol, Tls};
#[cfg(feature = "tls")]
use http::{HeaderValue, header::STRICT_TRANSPORT_SECURITY};

#[cfg(feature = "tls")]
use crate::complaint::complain;
use crate::error::ServerError;
use crate::settings::Settings;

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
    #[cfg(feature = "tls")]
    pub(crate) fn load(settings: &Settings) -> Result<Self, ServerError> {
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
        let tls = Tls::load(&tls, |error| complain(&error.to_string()));
        Ok(Self { tls: Some(tls.map_err(ServerError::Tls)?) })
    }

    /// There is nothing to read.
    #[cfg(not(feature = "tls"))]
    pub(crate) fn load(_: &Settings) -> Result<Self, ServerError> {
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
