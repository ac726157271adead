//! Versions of records: their names, their place in the log, their texts, and the
//! index entries that lead to them.

use sled::IVec;

use super::super::keys::{self, Place, REVISION_BYTES};
use super::super::places;
use super::super::prepare;
use super::super::reader::version_at;
use super::super::record::envelope::{self, told};
use super::super::record::version::{Version, read_body};
use super::super::source::Source as _;
use super::{Look, error};
use crate::domain::id::RecordName;
use crate::domain::record::Record;
use crate::domain::revision::Revision;
use crate::store::{ChangeKind, Error, Fault};

impl Look<'_> {
    /// A version of a record.
    pub(super) fn version(&mut self, key: &[u8], value: &IVec) -> Result<(), Error> {
        let parts = Place::of_version(key).zip(keys::version_revision(key));
        let Some((place, revision)) = parts else {
            self.report(Fault::Stray, told(key), "its key is cut short");
            return Ok(());
        };
        if self.pin.is_later(revision) {
            return Ok(());
        }
        let version = Version::open(self.db, key, value)?;
        if version.deleted {
            return self.deletion(key, &place, &version);
        }
        let stored = version.record(key)?;
        self.stands_where_its_name_leads(&stored.name, &place)?;
        self.is_logged(&stored.name, revision, |kind| {
            matches!(kind, ChangeKind::Created | ChangeKind::Updated)
        })?;
        if let Record::Article(article) = &stored.value {
            self.text(&stored.name, &place, &version, article.body.hash)?;
        }
        let url = match &stored.value {
            Record::Article(article) => article.canonical_url.as_ref().map(keys::url_head),
            Record::Statement(_) | Record::Entity(_) => None,
        };
        let heads = prepare::all_heads(&stored.name, &stored.value, &stored.committed);
        for head in heads.into_iter().chain(url) {
            self.is_led_to(&stored.name, &place, revision, &head)?;
        }
        Ok(())
    }

    fn deletion(&mut self, key: &[u8], place: &Place, version: &Version) -> Result<(), Error> {
        let revision = version.committed.revision;
        let remains = version.remains(key)?;
        self.stands_where_its_name_leads(&remains.name, place)?;
        if remains.erasure.is_some() {
            if self.db.get(&keys::erased(&remains.name))?.is_none() {
                self.report(Fault::Erasure, &remains.name, "no entry says that it was erased");
            }
            // Of what it was before, the log alone tells.
            return self.is_logged(&remains.name, revision, |_| true);
        }
        self.is_logged(&remains.name, revision, |kind| kind == ChangeKind::Deleted)?;
        match remains.url {
            Some(url) => self.is_led_to(&remains.name, place, revision, &keys::url_head(&url)),
            None => Ok(()),
        }
    }

    fn stands_where_its_name_leads(
        &mut self,
        name: &RecordName,
        place: &Place,
    ) -> Result<(), Error> {
        if places::place(self.db, name)?.as_ref() != Some(place) {
            self.report(Fault::Index, name, "its name does not lead to it");
        }
        Ok(())
    }

    fn is_logged(
        &mut self,
        name: &RecordName,
        revision: Revision,
        fits: impl Fn(ChangeKind) -> bool,
    ) -> Result<(), Error> {
        if !self.pin.is_logged(revision) {
            return Ok(());
        }
        let is_there = self.commit(revision)?.is_some();
        let kind = self.carried.done_to(name).filter(|_| is_there);
        if !kind.is_some_and(fits) {
            let found = kind.map_or("nothing of it".into(), |kind| format!("{kind:?}"));
            let detail = format!(
                "the log says of the commit of revision {revision}, which wrote it: {found}"
            );
            self.report(Fault::Log, name, detail);
        }
        Ok(())
    }

    /// The text of an article, which must be the one that its hash is of.
    fn text(
        &mut self,
        name: &RecordName,
        place: &Place,
        version: &Version,
        hash: Option<[u8; 32]>,
    ) -> Result<(), Error> {
        let (at, hash) = match (version.body, hash, place.iid()) {
            (Some(at), Some(hash), Some(iid)) => ((iid, at), hash),
            (None, None, _) => return Ok(()),
            (None, ..) => {
                self.report(Fault::Missing, name, "its text is not there");
                return Ok(());
            }
            _ => {
                self.report(Fault::Stray, name, "it has a text without a hash");
                return Ok(());
            }
        };
        let text = read_body(self.db, at.0, at.1)?;
        if *blake3::hash(text.as_bytes()).as_bytes() != hash {
            self.report(Fault::Unreadable, name, "its text is not the one that its hash is of");
        }
        Ok(())
    }

    /// That an index entry leads to a version for as long as it is the newest.
    fn is_led_to(
        &mut self,
        name: &RecordName,
        place: &Place,
        revision: Revision,
        head: &[u8],
    ) -> Result<(), Error> {
        let newer = self.carried.newer(place);
        let until = newer.unwrap_or(self.pin.head.revision.next());
        let from = |revision: Revision| {
            [head, place.untagged(), &revision.0.to_be_bytes()[..REVISION_BYTES]].concat()
        };
        let last = self.db.range(from(Revision::ZERO)..=from(revision)).next_back();
        let last = last.transpose().map_err(error::read)?;
        let covers = last.is_some_and(|(_, value)| {
            value.is_empty() || keys::end_of(&value).is_some_and(|end| end >= until)
        });
        if !covers {
            let detail = format!(
                "the index entry {} does not lead to its state of revision {revision}",
                head.escape_ascii()
            );
            self.report(Fault::Index, name, detail);
        }
        Ok(())
    }

    /// A chunk of a text: some version has it.
    pub(super) fn body(&mut self, key: &[u8], value: &IVec) -> Result<(), Error> {
        let Some((iid, revision, chunk)) = keys::body_parts(key) else {
            self.report(Fault::Stray, told(key), "its key is cut short");
            return Ok(());
        };
        if self.pin.is_later(revision) {
            return Ok(());
        }
        envelope::unwrap(key, value)?;
        let held = revision.max(self.pin.floor.revision);
        let version = version_at(self.db, held, &Place::article(iid))?;
        let has_it = version
            .as_ref()
            .and_then(|(_, version)| version.body)
            .is_some_and(|at| at.revision == revision && chunk < at.chunks);
        if has_it {
            return Ok(());
        }
        let erased = version.filter(|(_, version)| version.deleted);
        let erased = erased.map(|(key, version)| version.remains(&key)).transpose()?;
        match erased.filter(|remains| remains.erasure.is_some()) {
            Some(remains) => self.report(Fault::Erasure, remains.name, "its text is still there"),
            None => self.report(Fault::Stray, told(key), "no state of the article has it"),
        }
        Ok(())
    }

    /// A part of a long value, which must have so many.
    pub(super) fn continuation(&mut self, key: &[u8], value: &IVec) -> Result<(), Error> {
        envelope::unwrap(key, value)?;
        let Some((owner, chunk)) = keys::continued(key) else {
            self.report(Fault::Stray, told(key), "its key is cut short");
            return Ok(());
        };
        let count = match self.db.get(owner)? {
            // One that cannot be read is told of under its own key.
            Some(value) => match envelope::unwrap(owner, &value) {
                Ok(opened) => envelope::continuations(&opened).unwrap_or(0),
                Err(_) => return Ok(()),
            },
            None => 0,
        };
        if chunk >= count {
            self.report(Fault::Stray, told(key), "what it continues has no such part");
        }
        Ok(())
    }

    /// The name of an article or entity, which must lead to one of that name.
    pub(super) fn name(&mut self, key: &[u8], value: &IVec) -> Result<(), Error> {
        let iid = keys::Iid::from_bytes(value);
        let id = key.get(1..).and_then(|id| str::from_utf8(id).ok());
        let Some((iid, id)) = iid.zip(id) else {
            self.report(Fault::Unreadable, told(key), "it is cut short");
            return Ok(());
        };
        if self.pin.is_later(iid.revision()) {
            return Ok(());
        }
        let is_article = key.first() == Some(&keys::ARTICLE_ID);
        let (place, kind) = match is_article {
            true => (Place::article(iid), "articles"),
            false => (Place::entity(iid), "entities"),
        };
        let named = format!("{kind}/{id}");
        match version_at(self.db, self.pin.head.revision, &place)? {
            Some((key, version)) => {
                let found = match version.deleted {
                    true => version.remains(&key)?.name,
                    false => version.record(&key)?.name,
                };
                if found.to_string() != named {
                    self.report(Fault::Index, named, format!("its name leads to {found}"));
                }
            }
            None => {
                let mut statements = self.db.scan_prefix(Place::statements(iid));
                if !is_article || statements.next().is_none() {
                    self.report(Fault::Missing, named, "its name leads to nothing");
                }
            }
        }
        Ok(())
    }
}
