//! The data that frameworks are measured with: the same for all of them, ours too.
//!
//! ```text
//! /shops/{shop}/posts/{post_id} ──► Post          JSON out
//! /orders  Order ──► validate() ──► Receipt       JSON in, JSON out
//! /table   environment(), table() ──► a page      a template of 50 rows
//! ```
//!
//! What a request costs beyond its framework is here and nowhere else, so that it costs all of
//! them the same. Nothing here knows of HTTP.
#![forbid(unsafe_code)]

mod order;
mod post;
mod table;

pub use garde::{Report, Validate};
pub use minijinja::{Environment, Error};
pub use order::{Address, Customer, Item, Order, Receipt};
pub use post::Post;
pub use table::{TABLE_TEMPLATE, TEMPLATES, environment, table};
