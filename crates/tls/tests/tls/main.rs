//! TLS as a server and its clients see it: files in a folder, handshakes in memory.

mod fixture;
mod wire;

mod file_errors;
mod server_name;

mod client_auth;
mod handshake;
mod reload;
mod resumption;

mod dev_ca;
