//! The same tasks as JSON, for programs: `curl -u anna:secret http://127.0.0.1:8080/api/tasks`.

use gnezdo::prelude::*;
use gnezdo::web::auth::{BasicCredentials, verify_password};

use crate::store::{Store, Task};
use crate::tasks::NewTask;

#[get("/tasks", blocking)]
pub(crate) fn list(
    State(store): State<Store>,
    credentials: BasicCredentials,
) -> Result<Json<Vec<Task>>, Problem> {
    let name = known(&store, &credentials)?;
    Ok(Json(store.tasks(name)?))
}

#[post("/tasks", blocking)]
pub(crate) fn add(
    State(store): State<Store>,
    credentials: BasicCredentials,
    Valid(Json(task)): Valid<Json<NewTask>>,
) -> Result<(StatusCode, Json<Task>), Problem> {
    let name = known(&store, &credentials)?;
    let id = store.add_task(name, &task.title)?;
    let task = Task { id, title: task.title, done: false, file_name: None };
    Ok((StatusCode::CREATED, Json(task)))
}

/// The name of who asks, if the password is theirs; else 401, which says how to try again.
fn known<'c>(store: &Store, credentials: &'c BasicCredentials) -> Result<&'c str, Problem> {
    let hash = store.password(&credentials.name)?.unwrap_or_default();
    if verify_password(&credentials.password, &hash) {
        return Ok(&credentials.name);
    }
    let refusal = Rejection::Unauthorized { challenge: "Basic realm=\"todo\", charset=\"UTF-8\"" };
    Err(refusal.into_problem().detail("nobody has this name and password"))
}
