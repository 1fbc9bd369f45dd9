//! Where people, tasks and files are kept: SQLite. Every call waits for a disk.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Result, params};
use serde::Serialize;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS user (name TEXT PRIMARY KEY, password TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS task (
        id INTEGER PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL,
        done INTEGER NOT NULL DEFAULT 0, file_name TEXT, file BLOB) STRICT;";

#[derive(Clone)]
pub(crate) struct Store(Arc<Mutex<Connection>>);

#[derive(Serialize)]
pub(crate) struct Task {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) done: bool,
    pub(crate) file_name: Option<String>,
}

impl Store {
    pub(crate) fn open(path: &str) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    pub(crate) fn add_user(&self, name: &str, password: &str) -> Result<()> {
        let insert = "INSERT INTO user (name, password) VALUES (?, ?)";
        self.connection().execute(insert, params![name, password]).map(drop)
    }

    /// The hash of somebody's password.
    pub(crate) fn password(&self, name: &str) -> Result<Option<String>> {
        let select = "SELECT password FROM user WHERE name = ?";
        self.connection().query_row(select, [name], |row| row.get(0)).optional()
    }

    pub(crate) fn tasks(&self, owner: &str) -> Result<Vec<Task>> {
        let select = "SELECT id, title, done, file_name FROM task WHERE owner = ? ORDER BY id";
        let connection = self.connection();
        let mut tasks = connection.prepare(select)?;
        let tasks = tasks.query_map([owner], |row| {
            let (id, title) = (row.get(0)?, row.get(1)?);
            Ok(Task { id, title, done: row.get(2)?, file_name: row.get(3)? })
        })?;
        tasks.collect()
    }

    pub(crate) fn add_task(&self, owner: &str, title: &str) -> Result<i64> {
        let connection = self.connection();
        connection.execute("INSERT INTO task (owner, title) VALUES (?, ?)", [owner, title])?;
        Ok(connection.last_insert_rowid())
    }

    /// Ticks a task off, or not; whether there is such a task of this owner.
    pub(crate) fn tick(&self, owner: &str, id: i64) -> Result<bool> {
        let update = "UPDATE task SET done = 1 - done WHERE owner = ? AND id = ?";
        Ok(self.connection().execute(update, params![owner, id])? > 0)
    }

    pub(crate) fn attach(&self, owner: &str, id: i64, name: &str, file: &[u8]) -> Result<bool> {
        let update = "UPDATE task SET file_name = ?, file = ? WHERE owner = ? AND id = ?";
        Ok(self.connection().execute(update, params![name, file, owner, id])? > 0)
    }

    pub(crate) fn file(&self, owner: &str, id: i64) -> Result<Option<Vec<u8>>> {
        let select = "SELECT file FROM task WHERE owner = ? AND id = ? AND file IS NOT NULL";
        self.connection().query_row(select, params![owner, id], |row| row.get(0)).optional()
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
