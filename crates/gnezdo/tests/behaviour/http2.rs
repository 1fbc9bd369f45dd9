//! HTTP/2 alone: its beginning and end, many streams at once, and those who abuse it.

mod at_once;
mod floods;
mod foreign_client;
mod goaway;
mod opening;
mod windows;
