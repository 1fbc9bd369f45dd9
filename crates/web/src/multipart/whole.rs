//! A whole form in memory: its fields as a value, its files beside it.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Field, Multipart};
use crate::fields::query;
use crate::rejection::Rejection;

/// A file of a form, in memory: see [`Multipart::into_form`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedFile {
    /// The name of the field.
    pub field: String,
    /// The name of the file, made safe as by [`Field::file_name`].
    pub name: Option<String>,
    /// The type of the content, as the client says.
    pub content_type: Option<String>,
    /// The content.
    pub content: Bytes,
}

impl UploadedFile {
    /// `None` for an input of a form for which no file was chosen.
    async fn read(field: Field<'_>) -> Result<Option<Self>, Rejection> {
        let is_named = field.raw_file_name().is_some_and(|name| !name.is_empty());
        let mut file = Self {
            field: field.name().to_owned(),
            name: field.file_name().map(str::to_owned),
            content_type: field.content_type().map(str::to_owned),
            content: Bytes::new(),
        };
        file.content = field.bytes().await?;
        Ok(Some(file).filter(|file| is_named || !file.content.is_empty()))
    }
}

impl Multipart {
    /// Reads the whole form into memory, as much as the [limits](super::MultipartLimits) allow: its
    /// fields as a value, as a [`Form`](crate::Form) reads them, and its files in their order. An
    /// input for which no file was chosen is left out.
    ///
    /// ```
    /// use gnezdo_web::{App, Multipart, Rejection, TestClient};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Photo {
    ///     title: String,
    /// }
    ///
    /// async fn upload(form: Multipart) -> Result<String, Rejection> {
    ///     let (photo, files) = form.into_form::<Photo>().await?;
    ///     Ok(format!("{}: {} bytes", photo.title, files[0].content.len()))
    /// }
    ///
    /// let client = TestClient::new(App::new().post("/", upload));
    /// let form = client.post("/").field("title", "Nest").file("photo", "a.png", "image/png", "…");
    /// assert_eq!(form.send().text(), "Nest: 3 bytes");
    /// ```
    ///
    /// # Errors
    /// As of [`next_field`](Self::next_field); fields that are not UTF-8 (400); those that do not
    /// fit (422), all of them.
    pub async fn into_form<T>(mut self) -> Result<(T, Vec<UploadedFile>), Rejection>
    where
        T: DeserializeOwned,
    {
        let (mut fields, mut files) = (Vec::new(), Vec::new());
        while let Some(field) = self.next_field().await? {
            if field.is_file() {
                files.extend(UploadedFile::read(field).await?);
            } else {
                fields.push((field.name().to_owned(), field.text().await?));
            }
        }
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let value = query::read(&text, &self.query_limits).map_err(Rejection::Content)?;
        Ok((value, files))
    }
}
