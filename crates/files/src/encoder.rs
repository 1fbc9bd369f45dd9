//! Codes content that comes in pieces.
//!
//! Nothing is kept but the window in which repetitions are found, and the coder's tables, however
//! long the content is: 2.5 MiB for brotli, 1.2 MiB for zstd, 0.4 MiB for gzip, as measured. What
//! was written can be flushed at any time, so that a reader gets all of it; each time costs a few
//! octets.

use std::io::{self, Write};
use std::mem;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::accept_encoding::Coding;
use crate::compress::{BROTLI_QUALITY, GZIP_LEVEL, ZSTD_LEVEL};

/// How far back repetitions are found, as a power of two: far enough for text, and little for each
/// of many streams at once.
const WINDOW: u32 = 18;

/// The room in which the coder of brotli puts what it has coded, in bytes.
const ROOM_BYTES: usize = 4 * 1024;

/// A coder of one content.
pub struct Encoder(Form);

enum Form {
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
    Gzip(GzEncoder<Vec<u8>>),
}

impl Encoder {
    /// Begins a content.
    ///
    /// # Errors
    /// Out of memory, as the coders report it.
    pub fn new(coding: Coding) -> io::Result<Self> {
        Ok(Self(match coding {
            Coding::Brotli => Form::Brotli(Box::new(brotli::CompressorWriter::new(
                Vec::new(),
                ROOM_BYTES,
                BROTLI_QUALITY as u32,
                WINDOW,
            ))),
            Coding::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), ZSTD_LEVEL)?;
                encoder.window_log(WINDOW)?;
                Form::Zstd(encoder)
            }
            Coding::Gzip => Form::Gzip(GzEncoder::new(Vec::new(), Compression::new(GZIP_LEVEL))),
        }))
    }

    /// Codes a piece.
    ///
    /// # Errors
    /// Out of memory, as the coders report it.
    pub fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.coder().write_all(piece)
    }

    /// Codes what is still kept back, so that all that was written can be decoded.
    ///
    /// # Errors
    /// Out of memory, as the coders report it.
    pub fn flush(&mut self) -> io::Result<()> {
        self.coder().flush()
    }

    /// How many bytes there are to be taken.
    pub fn coded_bytes(&self) -> usize {
        match &self.0 {
            Form::Brotli(coder) => coder.get_ref().len(),
            Form::Zstd(coder) => coder.get_ref().len(),
            Form::Gzip(coder) => coder.get_ref().len(),
        }
    }

    /// Takes what has been coded so far.
    pub fn take(&mut self) -> Vec<u8> {
        mem::take(match &mut self.0 {
            Form::Brotli(coder) => coder.get_mut(),
            Form::Zstd(coder) => coder.get_mut(),
            Form::Gzip(coder) => coder.get_mut(),
        })
    }

    /// Ends the content and takes the rest of it.
    ///
    /// # Errors
    /// Out of memory, as the coders report it.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        match self.0 {
            Form::Brotli(coder) => Ok(coder.into_inner()),
            Form::Zstd(coder) => coder.finish(),
            Form::Gzip(coder) => coder.finish(),
        }
    }

    fn coder(&mut self) -> &mut dyn Write {
        match &mut self.0 {
            Form::Brotli(coder) => coder,
            Form::Zstd(coder) => coder,
            Form::Gzip(coder) => coder,
        }
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Form::Brotli(_) => "Encoder(br)",
            Form::Zstd(_) => "Encoder(zstd)",
            Form::Gzip(_) => "Encoder(gzip)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::tests::{decode, decode_start};

    #[test]
    fn pieces_decode_to_the_whole_however_they_were_cut() {
        let content = b"the nest is a socket and the socket is a nest. ".repeat(2_000);
        for coding in Coding::ALL {
            for size in [1_000, 65_536, content.len()] {
                let mut encoder = Encoder::new(coding).unwrap();
                let mut coded = Vec::new();
                for piece in content.chunks(size) {
                    encoder.write(piece).unwrap();
                    coded.extend(encoder.take());
                }
                coded.extend(encoder.finish().unwrap());
                assert!(coded.len() * 10 < content.len(), "{coding:?} {size}");
                assert!(decode(coding, &coded) == content, "{coding:?} {size}");
            }
        }
    }

    #[test]
    fn what_was_flushed_can_be_read_at_once() {
        for coding in Coding::ALL {
            let mut encoder = Encoder::new(coding).unwrap();
            let mut coded = Vec::new();
            for (piece, whole) in [("first ", "first "), ("second", "first second")] {
                encoder.write(piece.as_bytes()).unwrap();
                encoder.flush().unwrap();
                assert!(encoder.coded_bytes() > 0);
                coded.extend(encoder.take());
                assert_eq!(encoder.coded_bytes(), 0);
                assert_eq!(decode_start(coding, &coded, whole.len()), whole.as_bytes());
            }
            coded.extend(encoder.finish().unwrap());
            assert_eq!(decode(coding, &coded), b"first second");
        }
    }

    #[test]
    fn nothing_is_a_content_too() {
        for coding in Coding::ALL {
            let coded = Encoder::new(coding).unwrap().finish().unwrap();
            assert_eq!(decode(coding, &coded), b"");
        }
    }
}
