//! Values checked by the rules that their types state with `garde`.

use garde::Validate;

use super::InvalidField;
use super::mending::FAULTS_MAX;

/// The value, if all of its rules hold.
///
/// # Errors
/// All fields that break a rule, up to [`FAULTS_MAX`], with paths as in
/// [`ContentError::Invalid`](super::ContentError::Invalid).
///
/// ```
/// use garde::Validate;
/// use gnezdo_web::fields::validated;
///
/// #[derive(Debug, Validate)]
/// struct Order {
///     #[garde(dive)]
///     items: Vec<Item>,
/// }
///
/// #[derive(Debug, Validate)]
/// struct Item {
///     #[garde(length(min = 1))]
///     name: String,
/// }
///
/// let faults = validated(Order { items: vec![Item { name: String::new() }] }).unwrap_err();
/// assert_eq!(faults[0].to_string(), "items[0].name: length is lower than 1");
/// ```
pub fn validated<T: Validate<Context: Default>>(value: T) -> Result<T, Vec<InvalidField>> {
    match value.validate() {
        Ok(()) => Ok(value),
        Err(report) => Err(invalid_fields(&report)),
    }
}

fn invalid_fields(report: &garde::Report) -> Vec<InvalidField> {
    let told = report.iter().take(FAULTS_MAX);
    told.map(|(path, error)| InvalidField::new(path.to_string(), error.message())).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, Validate)]
    struct Order {
        #[garde(length(min = 1), dive)]
        items: Vec<Item>,
        #[garde(dive)]
        by_name: BTreeMap<String, Item>,
        #[garde(range(max = 100))]
        discount: u8,
    }

    #[derive(Clone, Debug, Validate)]
    struct Item {
        #[garde(range(min = 1))]
        count: u32,
    }

    fn order(counts: &[u32], discount: u8) -> Order {
        let items: Vec<_> = counts.iter().map(|&count| Item { count }).collect();
        let by_name = items.first().map(|item| ("first".to_owned(), item.clone()));
        Order { items, by_name: by_name.into_iter().collect(), discount }
    }

    #[test]
    fn all_fields_that_break_a_rule_are_told() {
        assert!(validated(order(&[1, 2], 100)).is_ok());
        let told = validated(order(&[0, 1, 0], 101)).unwrap_err();
        let mut paths: Vec<_> = told.iter().map(|field| field.path.as_str()).collect();
        paths.sort_unstable();
        assert_eq!(paths, ["by_name.first.count", "discount", "items[0].count", "items[2].count"]);
        let told = validated(order(&[], 0)).unwrap_err();
        assert_eq!(told, [InvalidField::new("items", "length is lower than 1")]);
    }

    #[test]
    fn so_many_fields_are_told() {
        let told = |count: usize| {
            let mut order = order(&vec![0; count], 0);
            order.by_name.clear();
            validated(order).unwrap_err().len()
        };
        assert_eq!(told(FAULTS_MAX - 1), FAULTS_MAX - 1);
        assert_eq!(told(FAULTS_MAX), FAULTS_MAX);
        assert_eq!(told(FAULTS_MAX + 1), FAULTS_MAX);
    }
}
