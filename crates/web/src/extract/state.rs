//! Values that the app was given for its handlers.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::demands::Demands;
use crate::extract::{FromHead, Routed};
use crate::rejection::Rejection;

/// A value of the app: what [`App::state`](crate::App::state) was given, cloned.
///
/// Put what is expensive to clone into an `Arc`. That the app has a value of this type is checked
/// when it starts.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use gnezdo_web::{App, State};
///
/// fn count(State(visits): State<Arc<AtomicU64>>) -> String {
///     format!("visit {}", visits.fetch_add(1, Ordering::Relaxed) + 1)
/// }
///
/// let app = App::new().state(Arc::new(AtomicU64::new(0))).get("/", count);
/// assert!(app.check().is_ok());
/// assert!(App::new().get("/", count).check().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State<T>(pub T);

impl<T: Clone + Send + Sync + 'static> FromHead for State<T> {
    type Rejection = Rejection;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Rejection> {
        let value = routed.state::<T>().cloned();
        value.map(Self).ok_or(Rejection::NotProvided { what: type_name::<T>() })
    }

    fn demands(demands: &mut Demands) {
        demands.state::<T>();
    }
}

/// Values by their type.
#[derive(Clone, Default)]
pub(crate) struct States(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl States {
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        self.0.insert(TypeId::of::<T>(), Arc::new(value));
    }

    pub(crate) fn get<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.0.get(&TypeId::of::<T>())?.downcast_ref()
    }

    pub(crate) fn has(&self, id: TypeId) -> bool {
        self.0.contains_key(&id)
    }

    /// These values, and those of an app around this one for types that are missing here.
    pub(crate) fn within(&self, outer: &Self) -> Self {
        let mut all = outer.0.clone();
        all.extend(self.0.iter().map(|(id, value)| (*id, Arc::clone(value))));
        Self(all)
    }
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "States({})", self.0.len())
    }
}
