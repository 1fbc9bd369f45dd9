//! TLS alone: handshakes, their ends, and those who speak something else.

mod alpn;
mod client_certificates;
mod goodbye;
mod handshake_timeout;
mod plain_http;
mod redirect;
mod reload;
mod resumption;
mod tls_versions;
