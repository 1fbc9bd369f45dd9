//! What is attached to tasks: a file goes up in a form with parts, and comes back as it went.

use gnezdo::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use gnezdo::prelude::*;
use gnezdo::web::blocking;

use crate::accounts::User;
use crate::store::Store;

/// A file as it was sent.
struct Upload {
    name: String,
    content: Vec<u8>,
}

/// Awaits the form first, then waits for the disk on a thread for that.
#[post("/tasks/{id:int}/file")]
pub(crate) async fn attach(
    State(store): State<Store>,
    User(owner): User,
    session: Session,
    Path(id): Path<i64>,
    form: Multipart,
) -> Result<Redirect, Problem> {
    let Some(Upload { name, content }) = first_file(form).await? else {
        session.flash("error", "Choose a file first.");
        return Ok(Redirect::to("/"));
    };
    let message = format!("{name} is attached.");
    if !blocking(move || store.attach(&owner, id, &name, &content)).await?? {
        return Err(Problem::not_found());
    }
    session.flash("success", message);
    Ok(Redirect::to("/"))
}

async fn first_file(mut form: Multipart) -> Result<Option<Upload>, Rejection> {
    while let Some(field) = form.next_field().await? {
        if let Some(name) = field.file_name().map(str::to_owned) {
            let content = field.bytes().await?.into();
            return Ok(Some(Upload { name, content }));
        }
    }
    Ok(None)
}

#[get("/tasks/{id:int}/file", blocking)]
pub(crate) fn attachment(
    State(store): State<Store>,
    User(owner): User,
    Path(id): Path<i64>,
) -> Result<impl IntoResponse, Problem> {
    let file = store.file(&owner, id)?.ok_or_else(Problem::not_found)?;
    // Never shown as a page of this site, whatever is in it.
    let fields = [(CONTENT_TYPE, "application/octet-stream"), (CONTENT_DISPOSITION, "attachment")];
    Ok((fields, file))
}
