//! The machines of HTTP/1.x from outside: one program, so that it is linked once.

mod canary;
mod corpus;
mod differential;
mod memory;
mod pair;
mod split;
mod support;
