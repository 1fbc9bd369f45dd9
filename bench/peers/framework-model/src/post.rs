//! What is answered to two parameters of a path.

use serde::Serialize;

/// A post of a shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Post {
    pub shop: String,
    pub post_id: u64,
    pub title: &'static str,
    pub comments: u64,
    pub is_published: bool,
}

impl Post {
    /// The post of this number; every shop has all of them.
    pub fn of(shop: String, post_id: u64) -> Self {
        let title = "How to build a nest in an evening";
        Self { shop, post_id, title, comments: post_id % 100, is_published: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parameters_are_in_the_post() {
        let post = serde_json::to_value(Post::of("north".into(), 1_234_567)).unwrap();
        let expected = include_str!("../../../documents/post.json");
        assert_eq!(post, serde_json::from_str::<serde_json::Value>(expected).unwrap());
    }
}
