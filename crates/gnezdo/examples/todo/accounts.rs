//! Logging in and out, and who is logged in.

use gnezdo::prelude::*;
use gnezdo::web::auth::verify_password;
use gnezdo::web::{Demands, FromHead, Routed};
use serde::Deserialize;

use crate::store::Store;

/// The name of who is logged in. Others are sent to the login.
pub(crate) struct User(pub(crate) String);

impl FromHead for User {
    type Rejection = Redirect;

    fn from_head(routed: &Routed<'_>) -> Result<Self, Redirect> {
        let name = Session::from_head(routed).ok().and_then(|session| session.get("user"));
        name.map(Self).ok_or_else(|| Redirect::to("/login"))
    }

    fn demands(demands: &mut Demands) {
        Session::demands(demands);
    }
}

#[derive(Deserialize)]
pub(crate) struct Login {
    name: String,
    password: String,
}

#[get("/login")]
pub(crate) fn login(page: Page) -> Result<Html<String>, Problem> {
    page.render("login.html", ())
}

#[post("/login", blocking)]
pub(crate) fn check(
    State(store): State<Store>,
    session: Session,
    Form(login): Form<Login>,
) -> Result<Redirect, Problem> {
    let hash = store.password(&login.name)?.unwrap_or_default();
    if !verify_password(&login.password, &hash) {
        session.flash("error", "Nobody has this name and password.");
        return Ok(Redirect::to("/login"));
    }
    // A new session, which nobody can have foreseen.
    session.renew();
    session.insert("user", &login.name)?;
    session.flash("success", format!("Welcome, {}!", login.name));
    Ok(Redirect::to("/"))
}

#[post("/logout")]
pub(crate) fn logout(session: Session) -> Redirect {
    session.destroy();
    Redirect::to("/login")
}
