//! Arguments that also keep the rules of their types.

use garde::Validate;
use serde::de::DeserializeOwned;

use crate::demands::Demands;
use crate::extract::{FromHead, FromRequest, Routed, Taken};
use crate::fields::validated;
use crate::form::Form;
use crate::json::Json;
use crate::query::Query;
use crate::rejection::Rejection;

/// A [`Json`], [`Form`] or [`Query`] whose value keeps the rules of its type, as the crate `garde`
/// states them: `Valid<Json<Order>>`. One that does not is 422, with every field that breaks one.
///
/// ```
/// use garde::Validate;
/// use gnezdo_web::{App, Json, Valid};
///
/// #[derive(serde::Deserialize, Validate)]
/// struct Order {
///     #[garde(length(min = 1, max = 100))]
///     customer: String,
///     #[garde(range(min = 1))]
///     quantity: u32,
/// }
///
/// let app = App::new().post("/orders", |Valid(Json(order)): Valid<Json<Order>>| order.customer);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Valid<A>(pub A);

fn judged<T: Validate<Context: Default>>(value: T) -> Result<T, Rejection> {
    validated(value).map_err(Rejection::Invalid)
}

macro_rules! valid_content {
    ($($argument:ident)+) => {$(
        impl<T: DeserializeOwned + Validate<Context: Default> + 'static> FromRequest for Valid<$argument<T>> {
            type Rejection = Rejection;

            fn from_request(routed: Routed<'_>) -> Taken<Self, Rejection> {
                let taken = $argument::<T>::from_request(routed);
                taken.and_then(|$argument(value)| judged(value).map($argument).map(Self))
            }

            fn demands(demands: &mut Demands) {
                <$argument<T> as FromRequest>::demands(demands);
            }
        }
    )+};
}

valid_content!(Json Form);

impl<T: DeserializeOwned + Validate<Context: Default>> FromHead for Valid<Query<T>> {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        let Query(value) = Query::from_head(routed)?;
        judged(value).map(Query).map(Self)
    }

    fn demands(demands: &mut Demands) {
        <Query<T> as FromHead>::demands(demands);
    }
}
