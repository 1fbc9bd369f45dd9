//! Field compression from outside: one program, so that it is linked once.

mod appendix;
mod bounds;
mod errors;
mod oracle;
mod properties;
mod size_updates;
mod stories;
mod support;
