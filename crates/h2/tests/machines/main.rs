//! The machines of HTTP/2 from outside: one program, so that it is linked once.

mod corpus;
mod ends;
mod flood;
mod memory;
mod pair;
mod properties;
mod split;
mod support;
