//! A file in all its forms: as it is, precompressed by its owner, compressed by us.
//!
//! An entry describes one state of the files behind it and never changes, apart from the
//! moment of its last validation and the coded forms that are made when they are first asked
//! for. When a file changes, a new entry takes its place.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderValue, StatusCode};

use crate::accept_encoding::{Accepted, Coding};
use crate::cache::{Cache, Charge};
use crate::clock::Millis;
use crate::compress::compress;
use crate::content_type::{content_type, is_compressible};
use crate::multipart::Source;
use crate::path::SafePath;
use crate::permits::{Permit, Permits};
use crate::representation::{Description, Representation};
use crate::resolve::{Failure, FileId, Found};
use crate::settings::Settings;

/// What an entry costs beside its forms, in bytes: path, key, times.
const ENTRY_BYTES: usize = 1024;

/// What a form costs beside its content, in bytes: fields, encoded head.
const FORM_BYTES: usize = 2 * 1024;

/// The sizes of content that we compress: below, nothing is won; above, it takes too long for
/// somebody who waits. Larger files want a precompressed neighbour.
const COMPRESSED_BYTES: std::ops::RangeInclusive<u64> = 256..=2 * 1024 * 1024;

/// How often a file is read again that changed while it was read.
const READS_MAX: usize = 3;

/// The files behind an entry, as they were found.
#[derive(Debug)]
pub(crate) struct FileSet {
    pub(crate) path: SafePath,
    pub(crate) original: Found,
    /// Precompressed neighbours, in the order of [`Coding::ALL`].
    pub(crate) neighbours: [Option<Found>; 3],
}

/// What a file is sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Its own path, or the folder that it stands for.
    Named,
    /// An address of the application whose page it is.
    Application,
    /// A path that names nothing.
    NotFound,
}

impl Role {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Named | Self::Application => StatusCode::OK,
            Self::NotFound => StatusCode::NOT_FOUND,
        }
    }

    /// The fields of a request that had a say in the answer.
    fn vary(self, settings: &Settings, by_coding: bool) -> Option<HeaderValue> {
        let by_type = match self {
            Self::Named => false,
            Self::Application => true,
            // A request for a page would have got the application.
            Self::NotFound => settings.spa.is_some(),
        };
        match (by_type, by_coding) {
            (false, false) => None,
            (false, true) => Some(HeaderValue::from_static("accept-encoding")),
            (true, false) => Some(HeaderValue::from_static("accept")),
            (true, true) => Some(HeaderValue::from_static("accept, accept-encoding")),
        }
    }
}

/// What all forms of a file have in common.
#[derive(Debug)]
struct Traits {
    role: Role,
    content_type: HeaderValue,
    /// Whether other requests may get another coding.
    varies: bool,
}

impl Traits {
    /// The description of the form as it is, made from the file in the state `id`.
    fn describe<'a>(&'a self, settings: &'a Settings, id: FileId) -> Description<'a> {
        Description {
            settings,
            status: self.role.status(),
            content_type: &self.content_type,
            vary: self.role.vary(settings, self.varies),
            coding: None,
            id,
            now: SystemTime::now(),
        }
    }
}

/// What a file is sent from.
#[derive(Debug)]
pub(crate) struct Entry {
    traits: Traits,
    path: SafePath,
    /// The states of the file and its neighbours.
    ids: [Option<FileId>; 4],
    /// Whether a later change would surely show in the times of the file.
    is_settled: bool,
    validated_at: AtomicU64,
    identity: Representation,
    coded: [Slot; 3],
    charge: Charge,
}

/// A coded form: there, known to be of no use, or yet to be made.
#[derive(Debug, Default)]
struct Slot {
    made: OnceLock<Option<Representation>>,
    is_claimed: AtomicBool,
}

/// The form of a file that suits a request.
#[derive(Debug)]
pub(crate) enum Selection {
    Identity,
    Coded(Coding),
    /// To be made first, by the holder of the claim.
    Claimed(Claim),
    /// The request refuses every form there is.
    NotAcceptable,
}

impl Entry {
    /// Reads the files.
    pub(crate) fn load(
        files: FileSet,
        role: Role,
        settings: &Settings,
        cache: &Cache,
        validated_at: Millis,
    ) -> Result<Self, Failure> {
        let ids = files.ids();
        let FileSet { path, original, neighbours } = files;
        let content_type = HeaderValue::from_static(content_type(path.as_bytes(), &original.file));
        let is_compressible = settings.compression && is_compressible(&content_type);
        let varies = is_compressible || neighbours.iter().any(Option::is_some);
        let traits = Traits { role, content_type, varies };
        let may_be_made =
            is_compressible && cache.is_enabled() && COMPRESSED_BYTES.contains(&original.id.length);
        let coded = read_neighbours(&traits, settings, neighbours)?;
        let entry = Self {
            identity: read(&traits.describe(settings, original.id), original)?,
            coded: coded.map(|form| Slot::new(form, may_be_made)),
            is_settled: ids.iter().flatten().all(|id| id.is_settled(SystemTime::now())),
            validated_at: AtomicU64::new(validated_at),
            charge: cache.charge(ENTRY_BYTES),
            traits,
            path,
            ids,
        };
        let cost = |form: &Representation| {
            FORM_BYTES + form.bytes_held().unwrap_or(cache.open_file_bytes())
        };
        entry.charge.add(entry.forms().map(cost).sum());
        Ok(entry)
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.traits.role.status()
    }

    /// Whether the entry is still what reading `files` would give.
    pub(crate) fn describes(&self, files: &FileSet) -> bool {
        self.is_settled && self.path == files.path && self.ids == files.ids()
    }

    pub(crate) fn validated_at(&self) -> Millis {
        self.validated_at.load(Ordering::Relaxed)
    }

    /// Notes that the files were looked at, and were what they had been.
    pub(crate) fn touch(&self, now: Millis) {
        self.validated_at.fetch_max(now, Ordering::Relaxed);
    }

    pub(crate) fn is_fresh(&self, now: Millis, fresh: Millis) -> bool {
        now.saturating_sub(self.validated_at()) < fresh
    }

    /// Whether some form keeps a file open.
    pub(crate) fn holds_file(&self) -> bool {
        self.forms().any(|form| form.bytes_held().is_none())
    }

    /// Whether all open files are still what the fields say.
    pub(crate) fn is_intact(&self) -> bool {
        self.forms().all(Representation::is_intact)
    }

    fn forms(&self) -> impl Iterator<Item = &Representation> {
        let coded = Coding::ALL.into_iter().filter_map(|coding| self.coded(coding));
        std::iter::once(&self.identity).chain(coded)
    }

    pub(crate) fn identity(&self) -> &Representation {
        &self.identity
    }

    /// The coded form, if it is there.
    pub(crate) fn coded(&self, coding: Coding) -> Option<&Representation> {
        self.coded[coding as usize].made.get()?.as_ref()
    }

    /// The form that [`select`](Self::select) would choose, if nothing has to be made for it.
    pub(crate) fn chosen(&self, accepted: Accepted) -> Option<&Representation> {
        for coding in accepted.codings() {
            if let Some(form) = self.coded[coding as usize].made.get()? {
                return Some(form);
            }
        }
        self.can_be_identity(accepted).then_some(self.identity())
    }

    /// Refused identities are sent all the same where there is nothing to choose from.
    fn can_be_identity(&self, accepted: Accepted) -> bool {
        accepted.takes_identity() || !self.traits.varies
    }

    /// Selects the form for a request that accepts `accepted` (RFC 9110 §12.1). What has to be
    /// made first is claimed by one request; the others take the identity until it is there.
    pub(crate) fn select(
        self: &Arc<Self>,
        accepted: Accepted,
        permits: &Arc<Permits>,
    ) -> Selection {
        let mut is_being_made = false;
        for coding in accepted.codings() {
            match self.coded[coding as usize].made.get() {
                Some(Some(_)) => return Selection::Coded(coding),
                Some(None) => {}
                // Somebody makes a better one: no need to start a second.
                None if is_being_made => {}
                None => match Claim::try_new(self, coding, permits) {
                    Some(claim) => return Selection::Claimed(claim),
                    None => is_being_made = true,
                },
            }
        }
        if self.can_be_identity(accepted) || is_being_made {
            return Selection::Identity;
        }
        Selection::NotAcceptable
    }

    fn make_coded(
        &self,
        coding: Coding,
        settings: &Settings,
    ) -> io::Result<Option<Representation>> {
        let content = match self.identity.source() {
            Source::Bytes(bytes) => bytes,
            Source::File(file) => read_whole(&file, self.identity.length())?,
        };
        let (Some(coded), Some(id)) = (compress(coding, &content)?, self.ids[0]) else {
            return Ok(None);
        };
        // A file that was written to while it was read.
        if !self.identity.is_intact() {
            return Ok(None);
        }
        let description =
            Description { coding: Some(coding), ..self.traits.describe(settings, id) };
        Ok(Some(Representation::of_bytes(&description, coded.into())))
    }
}

impl FileSet {
    fn ids(&self) -> [Option<FileId>; 4] {
        let [br, zstd, gzip] = &self.neighbours;
        let id = |found: &Option<Found>| found.as_ref().map(|found| found.id);
        [Some(self.original.id), id(br), id(zstd), id(gzip)]
    }
}

impl Slot {
    fn new(form: Option<Representation>, may_be_made: bool) -> Self {
        let slot = Self::default();
        if form.is_some() || !may_be_made {
            // A new cell is empty: this cannot fail.
            let _ = slot.made.set(form);
        }
        slot
    }
}

/// Reads the coded forms that the owner made.
fn read_neighbours(
    traits: &Traits,
    settings: &Settings,
    neighbours: [Option<Found>; 3],
) -> Result<[Option<Representation>; 3], Failure> {
    let mut coded = [const { None }; 3];
    for (coding, neighbour) in Coding::ALL.into_iter().zip(neighbours) {
        let Some(found) = neighbour else { continue };
        let description = traits.describe(settings, found.id);
        let description = Description { coding: Some(coding), ..description };
        coded[coding as usize] = Some(read(&description, found)?);
    }
    Ok(coded)
}

/// Reads a small file, and keeps a large one open.
fn read(description: &Description<'_>, found: Found) -> Result<Representation, Failure> {
    let Found { file, mut id } = found;
    for _ in 0..READS_MAX {
        if id.length > description.settings.small_file_bytes_max {
            break;
        }
        let bytes = read_whole(&file, id.length);
        let after = FileId::of(&file.metadata()?);
        // Written to in the meantime: what was read may be half old, half new.
        if after == id {
            return Ok(Representation::of_bytes(
                &Description { id, ..description.clone() },
                bytes?,
            ));
        }
        id = after;
    }
    Ok(Representation::of_file(&Description { id, ..description.clone() }, Arc::new(file), id))
}

fn read_whole(file: &File, length: u64) -> io::Result<Bytes> {
    let mut content = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    file.read_exact_at(&mut content, 0)?;
    Ok(content.into())
}

/// The right and the duty to make one coded form. Dropped, another request may try.
#[derive(Debug)]
pub(crate) struct Claim {
    entry: Arc<Entry>,
    coding: Coding,
    _permit: Permit,
}

impl Claim {
    fn try_new(entry: &Arc<Entry>, coding: Coding, permits: &Arc<Permits>) -> Option<Self> {
        let permit = permits.try_take()?;
        if entry.coded[coding as usize].is_claimed.swap(true, Ordering::Acquire) {
            return None;
        }
        Some(Self { entry: entry.clone(), coding, _permit: permit })
    }

    pub(crate) fn coding(&self) -> Coding {
        self.coding
    }

    /// Makes the form; this takes a while. A content that cannot be read or gets no smaller
    /// stays as it is.
    pub(crate) fn fulfil(self, settings: &Settings) {
        let form = self.entry.make_coded(self.coding, settings).unwrap_or_default();
        let held = form.as_ref().and_then(Representation::bytes_held);
        let cost = held.map_or(0, |bytes| FORM_BYTES + bytes);
        if self.entry.coded[self.coding as usize].made.set(form).is_ok() {
            self.entry.charge.add(cost);
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.entry.coded[self.coding as usize].is_claimed.store(false, Ordering::Release);
    }
}
