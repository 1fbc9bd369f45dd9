//! The query of the target as an argument.

use serde::de::DeserializeOwned;

use crate::demands::Demands;
use crate::extract::{FromHead, Routed};
use crate::fields::{QueryLimits, query};
use crate::rejection::Rejection;

/// The query of the target as a value: `?manufactory=lenovo&ram[from]=8` fills a struct in a
/// struct.
///
/// What cannot be read is 400, with every field that does not fit. Bounds on nesting and on the
/// number of fields are those of [`QueryLimits`], or of one that the app has as
/// [state](crate::App::state).
///
/// ```
/// use gnezdo_web::{App, Query};
///
/// #[derive(serde::Deserialize)]
/// struct Search {
///     manufactory: String,
///     ram: Option<Range>,
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Range {
///     from: Option<u32>,
///     to: Option<u32>,
/// }
///
/// let app = App::new().get("/laptops", |Query(search): Query<Search>| search.manufactory);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromHead for Query<T> {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        let text = routed.request().uri().query().unwrap_or_default();
        query::read(text, &limits(routed)).map(Self).map_err(Rejection::Query)
    }

    fn demands(demands: &mut Demands) {
        demands.request();
    }
}

/// The bounds on a query or on the fields of a form.
pub(crate) fn limits(routed: &Routed<'_>) -> QueryLimits {
    routed.state::<QueryLimits>().copied().unwrap_or_default()
}
