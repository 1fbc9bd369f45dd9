//! What is written into certificates: of the authority, and from it.

use std::fmt;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls_pki_types::UnixTime;

use super::error::DevCaError;
use super::name::Name;

pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const AUTHORITY_DAYS: u32 = 3_652;

/// Browsers accept 398 days at most.
const SERVER_DAYS: u32 = 397;

/// A certificate and its key, both in PEM form.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Issued {
    /// The certificate. The authority's own is not with it, as clients have it or do not trust it.
    pub chain_pem: String,
    /// The private key: ECDSA with P-256, not encrypted.
    pub key_pem: String,
}

/// A new authority that issues certificates itself, but no other authorities.
pub(super) fn authority(common_name: &str, now: UnixTime) -> Result<Issued, DevCaError> {
    let key = KeyPair::generate()?;
    let mut params = authority_params(common_name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    set_validity(&mut params, now, AUTHORITY_DAYS, None);
    let certificate = params.self_signed(&key)?;
    Ok(Issued { chain_pem: certificate.pem(), key_pem: key.serialize_pem() })
}

/// What an authority of this name issues with.
pub(super) fn issuer(common_name: &str, key: KeyPair) -> Issuer<'static, KeyPair> {
    Issuer::new(authority_params(common_name), key)
}

fn authority_params(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = distinguished_name(common_name);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

/// A certificate for a server, valid no longer than `end`.
pub(super) fn server(
    names: &[Name],
    issuer: &Issuer<'static, KeyPair>,
    now: UnixTime,
    end: UnixTime,
) -> Result<Issued, DevCaError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name = distinguished_name("Gnezdo development certificate");
    params.subject_alt_names = names.iter().map(Name::to_san).collect::<Result<_, _>>()?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, now, SERVER_DAYS, Some(end));
    let certificate = params.signed_by(&key, issuer)?;
    Ok(Issued { chain_pem: certificate.pem(), key_pem: key.serialize_pem() })
}

fn distinguished_name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

/// From yesterday on, for clients whose clocks are late: virtual machines, other time zones.
fn set_validity(params: &mut CertificateParams, now: UnixTime, days: u32, end: Option<UnixTime>) {
    let start = Duration::from_secs(now.as_secs()).saturating_sub(DAY);
    let until = start + DAY * days;
    let until = end.map_or(until, |end| until.min(Duration::from_secs(end.as_secs())));
    let epoch = date_time_ymd(1970, 1, 1);
    params.not_before = epoch + start;
    params.not_after = epoch + until;
}

/// Without the key.
impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("chain_pem", &self.chain_pem).finish_non_exhaustive()
    }
}
