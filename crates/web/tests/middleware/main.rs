//! Middleware as apps see it: what reaches handlers, and what is answered.

mod answers;
mod body_limit;
mod clients;
mod request_id;
mod timeout;
