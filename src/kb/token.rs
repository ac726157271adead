//! Tokens: opaque to callers, signed with a key that is kept in the store, so
//! that they survive restarts and none can be made up.
//!
//! A token is base64url of: kind, store id, revision, payload, and the first 16
//! bytes of a keyed BLAKE3 hash of all that.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::Error;
use crate::domain::revision::Revision;
use crate::store::Identity;

const MAC_BYTES: usize = 16;
const HEAD_BYTES: usize = 1 + 16 + 8;

/// What a page token is bound to: a hash of the list's arguments.
pub(super) type Fingerprint = [u8; 16];

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A read at least as fresh as a write.
    Consistency,
    /// The next page of a list.
    Page,
    /// Where an export goes on.
    Export,
    /// The next page of a search.
    Search,
    /// How far a subscriber has come.
    Watch,
}

impl TokenKind {
    fn byte(self) -> u8 {
        match self {
            Self::Consistency => 1,
            Self::Page => 2,
            Self::Export => 4,
            Self::Search => 5,
            Self::Watch => 3,
        }
    }

    /// The request field that such a token comes in.
    fn field(self) -> &'static str {
        match self {
            Self::Consistency => "read.consistency_token",
            Self::Page | Self::Search => "page_token",
            Self::Export => "resume_token",
            Self::Watch => "token",
        }
    }
}

/// Makes a token.
pub(super) fn seal(
    identity: &Identity,
    kind: TokenKind,
    revision: Revision,
    payload: &[u8],
) -> String {
    let mut bytes = Vec::with_capacity(HEAD_BYTES + payload.len() + MAC_BYTES);
    bytes.push(kind.byte());
    bytes.extend_from_slice(identity.store_id.as_bytes());
    bytes.extend_from_slice(&revision.0.to_be_bytes());
    bytes.extend_from_slice(payload);
    let mac = blake3::keyed_hash(&identity.token_key, &bytes);
    bytes.extend(mac.as_bytes().iter().take(MAC_BYTES));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Makes the token of the page that begins behind a place of a list. It serves the
/// list with these arguments only.
pub(super) fn seal_page(
    identity: &Identity,
    revision: Revision,
    arguments: &Fingerprint,
    place: &[u8],
) -> String {
    let payload = [arguments.as_slice(), place].concat();
    seal(identity, TokenKind::Page, revision, &payload)
}

/// Opens the page token of a list with these arguments: its revision and its place.
pub(super) fn open_page(
    identity: &Identity,
    arguments: &Fingerprint,
    token: &str,
) -> Result<(Revision, Vec<u8>), Error> {
    let (revision, payload) = open(identity, TokenKind::Page, token)?;
    match payload.split_first_chunk() {
        Some((bound_to, place)) if bound_to == arguments => Ok((revision, place.to_vec())),
        _ => {
            let text = "belongs to a list with other arguments: only `page_size` may change from \
                        page to page";
            Err(Error::invalid("page_token", "PAGE_TOKEN_MISMATCH", text))
        }
    }
}

/// Opens a token of this store: its revision and its payload.
pub(super) fn open(
    identity: &Identity,
    kind: TokenKind,
    token: &str,
) -> Result<(Revision, Vec<u8>), Error> {
    let bad = || {
        let text = "is no token that this server gave out for this field: pass it on unchanged";
        Error::invalid(kind.field(), "BAD_TOKEN", text)
    };
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| bad())?;
    let (signed, mac) = bytes.split_last_chunk::<MAC_BYTES>().ok_or_else(bad)?;
    let (head, payload) = signed.split_first_chunk::<HEAD_BYTES>().ok_or_else(bad)?;
    let [found_kind, rest @ ..] = head;
    let (store_id, revision) = rest.split_first_chunk::<16>().ok_or_else(bad)?;
    if *found_kind != kind.byte() {
        return Err(bad());
    }
    if store_id != identity.store_id.as_bytes() {
        return Err(Error::TokenFromOtherStore);
    }
    let expected = blake3::keyed_hash(&identity.token_key, signed);
    // Comparing blake3 hashes is constant-time; the truncated one is padded back.
    let mut given = *expected.as_bytes();
    if let Some(start) = given.first_chunk_mut::<MAC_BYTES>() {
        *start = *mac;
    }
    if expected != blake3::Hash::from_bytes(given) {
        return Err(bad());
    }
    let revision = revision.first_chunk::<8>().ok_or_else(bad)?;
    Ok((Revision(u64::from_be_bytes(*revision)), payload.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn identity(id: u128) -> Identity {
        Identity { store_id: Uuid::from_u128(id), format_version: 1, token_key: [7; 32] }
    }

    #[test]
    fn a_token_opens_as_it_was_sealed() {
        let token = seal(&identity(1), TokenKind::Page, Revision(9), b"cursor");
        let opened = open(&identity(1), TokenKind::Page, &token);
        assert_eq!(opened, Ok((Revision(9), b"cursor".to_vec())));
    }

    #[test]
    fn a_token_that_was_tampered_with_is_refused() {
        let token = seal(&identity(1), TokenKind::Page, Revision(9), b"cursor");
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(open(&identity(1), TokenKind::Page, &changed).is_err(), "{at}");
        }
        assert!(open(&identity(1), TokenKind::Consistency, &token).is_err());
        assert!(open(&identity(1), TokenKind::Page, "").is_err());
    }

    #[test]
    fn a_token_of_another_store_says_so() {
        let token = seal(&identity(1), TokenKind::Consistency, Revision(9), b"");
        let opened = open(&identity(2), TokenKind::Consistency, &token);
        assert_eq!(opened, Err(Error::TokenFromOtherStore));
    }
}
