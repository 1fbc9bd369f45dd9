//! The pages: a list of tasks, and what can be done to them.

use garde::Validate;
use gnezdo::prelude::*;
use gnezdo::web::templates::Serde;
use serde::Deserialize;

use crate::accounts::User;
use crate::store::Store;

#[derive(Deserialize, Validate)]
pub(crate) struct NewTask {
    #[garde(length(chars, min = 1, max = 200))]
    pub(crate) title: String,
}

#[get("/", blocking)]
pub(crate) fn list(
    State(store): State<Store>,
    User(name): User,
    page: Page,
) -> Result<Html<String>, Problem> {
    let tasks = store.tasks(&name)?;
    page.render("tasks.html", context! { name, tasks => Serde(tasks) })
}

#[post("/tasks", blocking)]
pub(crate) fn add(
    State(store): State<Store>,
    User(name): User,
    session: Session,
    form: Result<Valid<Form<NewTask>>, Rejection>,
) -> Result<Redirect, Problem> {
    match form {
        Ok(Valid(Form(task))) => drop(store.add_task(&name, &task.title)?),
        Err(rejection) => session.flash("error", rejection.to_string()),
    }
    Ok(Redirect::to("/"))
}

#[post("/tasks/{id:int}/tick", blocking)]
pub(crate) fn tick(
    State(store): State<Store>,
    User(name): User,
    Path(id): Path<i64>,
) -> Result<Redirect, Problem> {
    if store.tick(&name, id)? { Ok(Redirect::to("/")) } else { Err(Problem::not_found()) }
}
