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
