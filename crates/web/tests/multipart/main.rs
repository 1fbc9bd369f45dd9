//! Forms with files, as a handler gets them.

mod limits;
mod reading;
mod saving;
mod support;
