//! Middleware as apps see it: what reaches handlers, and what is answered.

mod answers;
mod body_limit;
mod clients;
mod compression;
mod cors;
mod problems;
mod rate_limit;
mod request_id;
mod security_headers;
mod timeout;
