//! Pixels to PNG ("Portable Network Graphics Specification", W3C, third edition).
//!
//! 8-bit RGB, no interlacing. Every row is stored as its difference from the row above (filter
//! type 2), which suits drawings: most rows repeat the one above.

use std::io::Write;

use flate2::{Compression, Crc, write::ZlibEncoder};

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
const FILTER_UP: u8 = 2;
/// Bytes per pixel: red, green, blue.
pub const DEPTH: usize = 3;

/// The picture as the bytes of a PNG file.
///
/// # Panics
/// When there are not `width` x `height` pixels of three bytes.
pub fn encode(pixels: &[u8], width: u32, height: u32) -> Vec<u8> {
    let stride = width as usize * DEPTH;
    assert_eq!(pixels.len(), stride * height as usize, "a picture has all its pixels");
    let mut header = Vec::with_capacity(13);
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    // Eight bits, true colour; compression, filter method and interlacing have number 0.
    header.extend([8, 2, 0, 0, 0]);

    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let mut above = vec![0; stride];
    let mut filtered = vec![0; stride + 1];
    for row in pixels.chunks_exact(stride) {
        filtered[0] = FILTER_UP;
        for ((difference, pixel), up) in filtered[1..].iter_mut().zip(row).zip(&above) {
            *difference = pixel.wrapping_sub(*up);
        }
        encoder.write_all(&filtered).expect("writing to memory cannot fail");
        above.copy_from_slice(row);
    }
    let data = encoder.finish().expect("writing to memory cannot fail");

    let mut file = SIGNATURE.to_vec();
    push_chunk(&mut file, *b"IHDR", &header);
    push_chunk(&mut file, *b"IDAT", &data);
    push_chunk(&mut file, *b"IEND", &[]);
    file
}

/// Length, type, data, and the checksum of type and data.
fn push_chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).expect("a picture is smaller than 4 GiB");
    let mut checksum = Crc::new();
    checksum.update(&kind);
    checksum.update(data);
    file.extend(length.to_be_bytes());
    file.extend(kind);
    file.extend(data);
    file.extend(checksum.sum().to_be_bytes());
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::io::Read;

    /// Width, height and pixels of a file made by [`encode`], its checksums verified.
    pub fn decode(file: &[u8]) -> (u32, u32, Vec<u8>) {
        let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().expect("4 bytes"));
        assert_eq!(file[..8], SIGNATURE);
        let (width, height) = (number(16), number(20));
        let mut data = Vec::new();
        let mut at = 8;
        while at < file.len() {
            let length = number(at) as usize;
            let body = &file[at + 4..at + 8 + length];
            let mut checksum = Crc::new();
            checksum.update(body);
            assert_eq!(checksum.sum(), number(at + 8 + length));
            if body.starts_with(b"IDAT") {
                data.extend(&body[4..]);
            }
            at += 12 + length;
        }
        let mut rows = Vec::new();
        flate2::read::ZlibDecoder::new(&data[..]).read_to_end(&mut rows).expect("zlib data");
        let stride = width as usize * DEPTH;
        let mut pixels = vec![0; stride];
        for row in rows.chunks_exact(stride + 1) {
            assert_eq!(row[0], FILTER_UP);
            let above = pixels[pixels.len() - stride..].to_vec();
            pixels.extend(row[1..].iter().zip(above).map(|(byte, up)| byte.wrapping_add(up)));
        }
        (width, height, pixels.split_off(stride))
    }

    #[test]
    fn pixels_survive() {
        // A gradient that wraps around 255, so that differences do too.
        let pixels: Vec<u8> = (0..5 * 7 * DEPTH).map(|i| (i * 37 % 256) as u8).collect();
        assert_eq!(decode(&encode(&pixels, 5, 7)), (5, 7, pixels));
    }

    #[test]
    fn the_last_chunk_is_the_one_of_the_specification() {
        // The checksum of an empty IEND chunk is a known constant.
        let file = encode(&[0, 0, 0], 1, 1);
        assert!(file.ends_with(&[0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82]));
    }
}
