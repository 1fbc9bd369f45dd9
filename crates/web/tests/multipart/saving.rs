//! What is left on the disk.

use std::path::PathBuf;

use gnezdo_web::{App, Multipart, MultipartLimits, Problem, State, TestClient};

use crate::support::{file, send};

/// Saves the first part under its name, and tells its size.
async fn save(State(folder): State<PathBuf>, mut form: Multipart) -> Result<String, Problem> {
    let field = form.next_field().await?.unwrap();
    let path = folder.join(field.file_name().unwrap());
    Ok(field.save_to(path).await?.to_string())
}

async fn keep_for_now(mut form: Multipart) -> Result<String, Problem> {
    let file = form.next_field().await?.unwrap().into_temp_file().await?;
    Ok(std::fs::read_to_string(file.path())?.len().to_string())
}

#[test]
fn files_are_saved_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new()
        .state(folder.path().to_owned())
        .state(MultipartLimits { file_bytes_max: 1_000_000, ..MultipartLimits::default() })
        .post("/save", save)
        .post("/temp", keep_for_now);
    let client = TestClient::new(app);
    let upload = |name: &str, content: String| client.post("/save").file("f", name, "a/b", content);
    let content = "nest".repeat(200_000);
    assert_eq!(upload("../a.txt", content.clone()).send().text(), "800000");
    assert_eq!(std::fs::read_to_string(folder.path().join("a.txt")).unwrap(), content);
    // Another with this name does not take its place.
    assert_eq!(upload("a.txt", "other".into()).send().status(), 500);
    assert_eq!(upload("b.txt", "x".repeat(1_000_001)).send().status(), 413);
    let cut = file("c.txt", &content);
    assert_eq!(send(&client, "/save", cut[..700_000].to_owned()).status(), 400);
    assert_eq!(std::fs::read_to_string(folder.path().join("a.txt")).unwrap(), content);
    let names = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 1);
    let temporary = client.post("/temp").file("f", "x", "a/b", content);
    assert_eq!(temporary.send().text(), "800000");
}
