//! Middleware as apps see it: what reaches handlers, and what is answered.

mod answers;
mod request_id;
