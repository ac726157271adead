//! What must hold of whatever is sent as a token.

use uuid::Uuid;

use super::export::position::Position;
use super::token::{self, TokenKind};
use crate::domain::revision::Revision;
use crate::store::Identity;

const KINDS: [TokenKind; 5] = [
    TokenKind::Consistency,
    TokenKind::Page,
    TokenKind::Export,
    TokenKind::Search,
    TokenKind::Watch,
];

/// Takes bytes as a token, which none can make up; as what a token carries, which
/// comes back for its own kind and arguments alone; and as how far an export has come.
pub fn token(data: &[u8]) {
    let identity = Identity { store_id: Uuid::nil(), format_version: 1, token_key: [7; 32] };
    let revision = Revision(data.len() as u64);
    let sent = String::from_utf8_lossy(data);
    for kind in KINDS {
        assert!(token::open(&identity, kind, &sent).is_err(), "{kind:?}");
        let sealed = token::seal(&identity, kind, revision, data);
        for other in KINDS {
            let opened = token::open(&identity, other, &sealed);
            assert_eq!(opened.ok(), (other == kind).then(|| (revision, data.to_vec())));
        }
    }
    let page = token::seal_page(&identity, revision, &[1; 16], data);
    assert_eq!(token::open_page(&identity, &[1; 16], &page), Ok((revision, data.to_vec())));
    assert!(token::open_page(&identity, &[2; 16], &page).is_err());
    if let Some(position) = Position::unpack(data) {
        assert_eq!(Position::unpack(&position.pack()), Some(position));
    }
}
