//! Makes the coded form of a content: br, zstd or gzip.
//!
//! The levels are those that pay for content made once and sent many times while somebody
//! waits: brotli 5, zstd 3 and gzip 6 pack close to their best in a fraction of the time. Same
//! content, same octets: nothing of the time or the host goes in.

use std::cell::RefCell;
use std::io;

use flate2::{Compress, Compression, FlushCompress, Status};

use crate::accept_encoding::Coding;

pub(crate) const BROTLI_QUALITY: i32 = 5;
/// The windows of brotli as powers of two. Up to 16 the encoder takes another way to find
/// repetitions, four times slower; beyond 22 not every decoder has the room.
const BROTLI_WINDOWS: std::ops::RangeInclusive<u32> = 17..=22;
pub(crate) const ZSTD_LEVEL: i32 = 3;
pub(crate) const GZIP_LEVEL: u32 = 6;
/// The largest window of gzip, as a power of two.
const GZIP_WINDOW: u8 = 15;

/// Codes `content`; `None` if that makes it no smaller.
///
/// # Errors
/// Out of memory, as the coders report it.
pub fn compress(coding: Coding, content: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let mut coded = match coding {
        Coding::Brotli => brotli(content)?,
        // Windows stay within the 8 MiB that RFC 9659 allows: level 3 uses 2 MiB.
        Coding::Zstd => zstd::bulk::compress(content, ZSTD_LEVEL)?,
        Coding::Gzip => gzip(content)?,
    };
    // It is kept for long: no more room than it takes.
    coded.shrink_to_fit();
    Ok((coded.len() < content.len()).then_some(coded))
}

fn brotli(content: &[u8]) -> io::Result<Vec<u8>> {
    // A window larger than the content only takes memory.
    let window = (content.len() + 16).next_power_of_two().ilog2();
    let window = window.clamp(*BROTLI_WINDOWS.start(), *BROTLI_WINDOWS.end());
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: window as i32,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut coded = Vec::with_capacity(content.len() / 3);
    brotli::BrotliCompress(&mut &*content, &mut coded, &params)?;
    Ok(coded)
}

fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    thread_local! {
        /// Kept, because its quarter of a megabyte, made anew for each content and laid out
        /// between those that stay, breaks the heap into pieces.
        static ENCODER: RefCell<Compress> =
            RefCell::new(Compress::new_gzip(Compression::new(GZIP_LEVEL), GZIP_WINDOW));
    }
    ENCODER.with_borrow_mut(|encoder| {
        encoder.reset();
        let mut coded = Vec::with_capacity(content.len());
        match encoder.compress_vec(content, &mut coded, FlushCompress::Finish)? {
            Status::StreamEnd => Ok(coded),
            // Out of room: it gets no smaller.
            Status::Ok | Status::BufError => Ok(content.to_vec()),
        }
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Read;

    use super::*;

    pub(crate) fn decode(coding: Coding, coded: &[u8]) -> Vec<u8> {
        let mut content = Vec::new();
        match coding {
            Coding::Brotli => {
                brotli::Decompressor::new(coded, 4096).read_to_end(&mut content).unwrap();
            }
            Coding::Zstd => content = zstd::decode_all(coded).unwrap(),
            Coding::Gzip => {
                flate2::read::GzDecoder::new(coded).read_to_end(&mut content).unwrap();
            }
        }
        content
    }

    /// The first octets of a content of which the end has not come.
    pub(crate) fn decode_start(coding: Coding, coded: &[u8], length: usize) -> Vec<u8> {
        let mut decoder: Box<dyn Read> = match coding {
            Coding::Brotli => Box::new(brotli::Decompressor::new(coded, 4096)),
            Coding::Zstd => Box::new(zstd::Decoder::new(coded).unwrap()),
            Coding::Gzip => Box::new(flate2::read::GzDecoder::new(coded)),
        };
        let mut content = vec![0; length];
        decoder.read_exact(&mut content).unwrap();
        content
    }

    #[test]
    fn what_is_coded_decodes_to_the_same_and_is_the_same_each_time() {
        let content = b"the nest is a socket and the socket is a nest. ".repeat(200);
        for coding in Coding::ALL {
            let coded = compress(coding, &content).unwrap().unwrap();
            assert!(coded.len() * 10 < content.len());
            assert_eq!(decode(coding, &coded), content);
            assert_eq!(compress(coding, &content).unwrap().unwrap(), coded);
        }
    }

    #[test]
    fn contents_at_the_edges_of_windows_decode_too() {
        for power in [8, 16, 17, 18, 21] {
            for length in [(1 << power) - 17, (1 << power) - 16, (1 << power) - 15, 1 << power] {
                let content: Vec<u8> = (0..length).map(|n: u64| (n * n / 7) as u8 & 0x1f).collect();
                for coding in Coding::ALL {
                    let coded = compress(coding, &content).unwrap().unwrap();
                    assert!(decode(coding, &coded) == content, "{length} {coding:?}");
                }
            }
        }
    }

    #[test]
    fn what_does_not_get_smaller_stays_as_it_is() {
        for coding in Coding::ALL {
            assert_eq!(compress(coding, b"ab").unwrap(), None);
            assert_eq!(compress(coding, b"").unwrap(), None);
        }
    }
}
