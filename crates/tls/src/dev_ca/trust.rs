//! How an authority is made known to the programs that shall trust it.

use super::DevAuthority;
use crate::shell;

impl DevAuthority {
    /// What people type once on this machine so that its programs trust the authority; lines of
    /// text, commands indented.
    pub fn trust_instructions(&self) -> String {
        INSTRUCTIONS.replace("{pem}", &shell::word(self.certificate_path()))
    }
}

/// Debian's tool takes only files that are called `.crt`.
const INSTRUCTIONS: &str = "\
Trust this authority only on machines of your own, and never give its key away.

Debian, Ubuntu:
  sudo cp {pem} /usr/local/share/ca-certificates/gnezdo-dev-ca.crt
  sudo update-ca-certificates
Fedora, RHEL:
  sudo cp {pem} /etc/pki/ca-trust/source/anchors/gnezdo-dev-ca.pem
  sudo update-ca-trust
Arch:
  sudo trust anchor --store {pem}
macOS:
  sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain {pem}

Chromium and Chrome on Linux (certutil is in libnss3-tools or nss-tools):
  mkdir -p \"$HOME/.pki/nssdb\"
  certutil -d sql:\"$HOME/.pki/nssdb\" -A -t C,, -n gnezdo-dev-ca -i {pem}
Firefox on Linux, each profile:
  for db in \"$HOME\"/.mozilla/firefox/*/cert9.db \"$HOME\"/snap/firefox/common/.mozilla/firefox/*/cert9.db; do
    [ -f \"$db\" ] && certutil -d sql:\"${db%/cert9.db}\" -A -t C,, -n gnezdo-dev-ca -i {pem}
  done

One program only:
  curl --cacert {pem} https://localhost:8080/
  NODE_EXTRA_CA_CERTS={pem} node app.js
Python; this authority then takes the place of all others:
  SSL_CERT_FILE={pem} python3 app.py
  REQUESTS_CA_BUNDLE={pem} python3 app.py
";
