//! What is sent as JSON, the rules for it, and what is answered.
//!
//! Lengths are in octets and prices in cents. The limits are such that no sum of an order that
//! keeps to them overflows.

use garde::Validate;
use serde::{Deserialize, Serialize};

/// An order of a shop.
#[derive(Clone, Debug, Deserialize, Validate)]
pub struct Order {
    #[garde(range(min = 1))]
    pub id: u64,
    #[garde(dive)]
    pub customer: Customer,
    #[garde(dive)]
    pub address: Address,
    #[garde(length(min = 1, max = 100), dive)]
    pub items: Vec<Item>,
    #[garde(length(max = 500))]
    pub note: String,
}

/// Who orders.
#[derive(Clone, Debug, Deserialize, Validate)]
pub struct Customer {
    #[garde(length(min = 1, max = 100))]
    pub name: String,
    #[garde(length(min = 3, max = 254), contains("@"))]
    pub email: String,
    #[garde(ascii, length(min = 5, max = 20))]
    pub phone: String,
}

/// Where it is sent.
#[derive(Clone, Debug, Deserialize, Validate)]
pub struct Address {
    #[garde(length(min = 1, max = 200))]
    pub street: String,
    #[garde(length(min = 1, max = 100))]
    pub city: String,
    #[garde(alphanumeric, length(min = 3, max = 10))]
    pub postal_code: String,
    #[garde(ascii, length(equal = 2))]
    pub country: String,
}

/// What is ordered.
#[derive(Clone, Debug, Deserialize, Validate)]
pub struct Item {
    #[garde(length(min = 1, max = 200))]
    pub name: String,
    #[garde(range(min = 1, max = 1_000))]
    pub quantity: u32,
    #[garde(range(min = 1, max = 100_000_000))]
    pub price: u64,
}

/// What is answered to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    pub id: u64,
    pub total: u64,
    pub count: u32,
}

impl Order {
    /// What is answered to an order that keeps to the rules.
    pub fn receipt(&self) -> Receipt {
        Receipt {
            id: self.id,
            total: self.items.iter().map(|item| u64::from(item.quantity) * item.price).sum(),
            count: self.items.iter().map(|item| item.quantity).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: &str = include_str!("../../../documents/order.json");

    /// What is wrong with the order once `old` is `new`.
    fn problem(old: &str, new: &str) -> String {
        assert!(ORDER.contains(old), "{old}");
        let order: Order = serde_json::from_str(&ORDER.replacen(old, new, 1)).unwrap();
        order.validate().unwrap_err().to_string()
    }

    #[test]
    fn the_order_that_is_sent_keeps_to_the_rules() {
        let order: Order = serde_json::from_str(ORDER).unwrap();
        order.validate().unwrap();
        let receipt = serde_json::to_value(order.receipt()).unwrap();
        let expected = include_str!("../../../documents/receipt.json");
        assert_eq!(receipt, serde_json::from_str::<serde_json::Value>(expected).unwrap());
    }

    #[test]
    fn rules_hold_at_every_depth() {
        assert!(problem("\"id\":48213", "\"id\":0").starts_with("id: "));
        assert!(problem("anna@", "anna.").starts_with("customer.email: "));
        assert!(
            problem("\"country\":\"DE\"", "\"country\":\"DEU\"").starts_with("address.country")
        );
        assert!(problem("\"quantity\":12", "\"quantity\":1001").starts_with("items[1].quantity: "));
    }
}
