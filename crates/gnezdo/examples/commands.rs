//! A service with words of its own beside `run`, which serves only if it finds what it needs:
//!
//! ```text
//! cargo run -p gnezdo --example commands -- run                  says that a folder is missing
//! mkdir users
//! cargo run -p gnezdo --example commands -- create-user anna
//! cargo run -p gnezdo --example commands -- run                  /whoami tells your address
//! ```

use std::error::Error;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use gnezdo::prelude::{App, Main, Reply, Request, Service};
use gnezdo::{Command, ConnectionInfo};

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// A site whose users are the files of a folder.
struct Site {
    pages: App,
    users: PathBuf,
}

impl Service for Site {
    fn call(&self, request: Request) -> Reply {
        self.pages.call(request)
    }

    fn check(&self) -> Outcome {
        if self.users.is_dir() {
            return Ok(());
        }
        let users = self.users.display();
        Err(format!(
            "the folder of users, {users}, does not exist:\nmake it, or name another in USERS"
        )
        .into())
    }

    fn commands(&self) -> Vec<Command> {
        let [create, list] = [self.users.clone(), self.users.clone()];
        vec![
            Command::new("create-user", "Make a user", move |words| create_user(&create, &words))
                .usage("NAME"),
            Command::new("users", "List all users", move |_| list_users(&list)).usage(""),
        ]
    }
}

fn create_user(users: &Path, words: &[OsString]) -> Outcome {
    let [name] = words else {
        return Err("write the name of one user, as in create-user anna".into());
    };
    File::create_new(users.join(name))?;
    println!("made {}", name.display());
    Ok(())
}

fn list_users(users: &Path) -> Outcome {
    let names = fs::read_dir(users)?.map(|user| Ok(user?.file_name()));
    let mut names: Vec<_> = names.collect::<io::Result<_>>()?;
    names.sort();
    for name in names {
        println!("{}", name.display());
    }
    Ok(())
}

fn whoami(request: &Request) -> String {
    let info = request.extensions().get::<ConnectionInfo>();
    let peer = info.and_then(|info| info.peer);
    peer.map_or_else(|| "somebody near\n".into(), |peer| format!("{}\n", peer.ip()))
}

fn main() -> gnezdo::Result {
    let pages = App::new().get("/whoami", |request: Request| whoami(&request));
    let users = std::env::var_os("USERS").unwrap_or_else(|| "users".into());
    Site { pages, users: users.into() }.main()
}
