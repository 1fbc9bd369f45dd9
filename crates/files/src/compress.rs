//! Makes the coded form of a content: br, zstd or gzip.
//!
//! The levels are those that pay for content made once and sent many times while somebody
//! waits: brotli 5, zstd 3 and gzip 6 pack close to their best at about 50 to 200 MB/s. Same
//! content, same octets: nothing of the time or the host goes in.

use std::io::{self, Write};

use crate::accept_encoding::Coding;

const BROTLI_QUALITY: i32 = 5;
/// The window of brotli as a power of two; 22 is what every decoder has room for.
const BROTLI_WINDOW: i32 = 22;
const ZSTD_LEVEL: i32 = 3;
const GZIP_LEVEL: u32 = 6;

/// Codes `content`; `None` if that makes it no smaller.
///
/// # Errors
/// Out of memory, as the coders report it.
pub(crate) fn compress(coding: Coding, content: &[u8]) -> io::Result<Option<Vec<u8>>> {
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
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut coded = Vec::with_capacity(content.len() / 3);
    brotli::BrotliCompress(&mut &*content, &mut coded, &params)?;
    Ok(coded)
}

fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let coded = Vec::with_capacity(content.len() / 3);
    let mut encoder = flate2::write::GzEncoder::new(coded, flate2::Compression::new(GZIP_LEVEL));
    encoder.write_all(content)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn decode(coding: Coding, coded: &[u8]) -> Vec<u8> {
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
    fn what_does_not_get_smaller_stays_as_it_is() {
        for coding in Coding::ALL {
            assert_eq!(compress(coding, b"ab").unwrap(), None);
        }
    }
}
