//! One answer as data, and the way the server writes JSON.

use serde::Serialize;

/// A status, headers in order, and a body.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Headers; a name may repeat.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What a handler gives.
pub type Answer = Result<Reply, crate::errors::Fail>;

impl Reply {
    /// JSON without a final newline (`{"status":"OK"}`, arrays, errors; facts 13).
    pub fn json<T: Serialize + ?Sized>(status: u16, value: &T) -> Self {
        Self { status, headers: Vec::new(), body: go_json(value) }
    }

    /// JSON with a final newline (objects written by Go's encoder; facts 13).
    pub fn line<T: Serialize + ?Sized>(status: u16, value: &T) -> Self {
        let mut reply = Self::json(status, value);
        reply.body.push(b'\n');
        reply
    }

    /// The usual answer of a change: no newline (facts 13).
    pub fn ok() -> Self {
        Self::bytes(200, r#"{"status":"OK"}"#)
    }

    /// A body as it stands.
    pub fn bytes(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// Adds a header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// JSON as Go writes it: `<`, `>`, `&` and the two line separators are escaped (executed.json `app_error_json`).
pub fn go_json<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let text =
        serde_json::to_string(value).expect("plain structs and maps with string keys always serialise");
    // These characters stand only inside strings, so replacing them everywhere is safe.
    text.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
        .into_bytes()
}

/// A valid gzip stream of stored blocks: the client sees `Content-Encoding: gzip`, which is all a test needs.
pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let chunks: Vec<&[u8]> = if body.is_empty() { vec![&[]] } else { body.chunks(0xffff).collect() };
    for (index, chunk) in chunks.iter().enumerate() {
        let length = u16::try_from(chunk.len()).expect("chunks are at most 65535 bytes");
        out.push(u8::from(index + 1 == chunks.len()));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(chunk);
    }
    out.extend_from_slice(&crc32(body).to_le_bytes());
    out.extend_from_slice(&u32::try_from(body.len() & 0xffff_ffff).unwrap_or(u32::MAX).to_le_bytes());
    out
}

/// A valid zstd frame of raw blocks, for the same reason.
pub fn zstd(body: &[u8]) -> Vec<u8> {
    const MOST: usize = 128 << 10;
    // One segment, its length in four bytes, no checksum.
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0xa0];
    out.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    let blocks = body.len().div_ceil(MOST).max(1);
    for index in 0..blocks {
        let block = &body[index * MOST..body.len().min((index + 1) * MOST)];
        let size = u32::try_from(block.len()).expect("blocks are at most 128 KiB");
        out.extend_from_slice(&(size << 3 | u32::from(index + 1 == blocks)).to_le_bytes()[..3]);
        out.extend_from_slice(block);
    }
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_escaped_as_executed() {
        assert_eq!(go_json("<untranslated> & co"), br#""\u003cuntranslated\u003e \u0026 co""#);
    }

    #[test]
    fn checksum_of_the_standard_test_string() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
