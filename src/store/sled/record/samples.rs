//! Records of every shape, and that each reads as it was written.

use std::sync::Arc;

use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value as Json};
use sled::IVec;
use uuid::Uuid;

use super::envelope;
use super::log::Value;
use super::packed::{Packed, unpack};
use crate::domain::article::{Article, Medium, PubStatus, Publisher};
use crate::domain::body::{Body, BodyExtent};
use crate::domain::entity::{Entity, EntityName, EntityType, ExternalId, NameKind, Occupancy};
use crate::domain::id::{ArticleId, BatchId, EntityId, RecordName, StatementId, StatementName};
use crate::domain::origin::Origin;
use crate::domain::record::Record;
use crate::domain::revision::Revision;
use crate::domain::selector::Selector;
use crate::domain::statement::{
    Anchoring, AnchoringKind, ArticleCopy, ContentSpan, Cue, LinkType, Mention, Qualifier, Rank,
    Retraction, RetractionKind, Speaker, Statement, StatementKind, StatementLink, StatementStatus,
    Term, Translation, Triple,
};
use crate::domain::text::{CanonicalUrl, LanguageTag};
use crate::domain::time::{CoarseTime, Precision, Timestamp};
use crate::store::sled::source::{Entry, Source};
use crate::store::{Change, ChangeKind, Error, Remembered};

fn id() -> impl Strategy<Value = String> {
    "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
}

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,12}"
}

fn entity_id() -> impl Strategy<Value = EntityId> {
    id().prop_map(|id| EntityId::new(&id).unwrap())
}

fn article_id() -> impl Strategy<Value = ArticleId> {
    id().prop_map(|id| ArticleId::new(&id).unwrap())
}

fn statement_id() -> impl Strategy<Value = StatementId> {
    id().prop_map(|id| StatementId::new(&id).unwrap())
}

fn statement_name() -> impl Strategy<Value = StatementName> {
    (article_id(), statement_id())
        .prop_map(|(article, statement)| StatementName { article, statement })
}

fn record_name() -> impl Strategy<Value = RecordName> {
    prop_oneof![
        article_id().prop_map(RecordName::Article),
        statement_name().prop_map(RecordName::Statement),
        entity_id().prop_map(RecordName::Entity),
    ]
}

fn language() -> impl Strategy<Value = Option<LanguageTag>> {
    of(select(vec!["en", "ckb-Arab", "pt-BR"]).prop_map(|tag| LanguageTag::new(tag).unwrap()))
}

fn moment() -> impl Strategy<Value = Timestamp> {
    (Timestamp::MIN.as_nanosecond()..=Timestamp::MAX.as_nanosecond())
        .prop_map(|nanos| Timestamp::from_nanosecond(nanos).unwrap())
}

fn coarse_time() -> impl Strategy<Value = CoarseTime> {
    let starts = vec!["0001", "2026-09", "2026-02-28", "2024-02-29T23", "9998-12-31T23:59:59"];
    let offsets = select(vec!["", "Z", "+05:45", "-11:00"]);
    (select(starts), offsets, text())
        .prop_map(|(start, offset, text)| CoarseTime::parse(start, "", None, offset, text).unwrap())
}

fn precision() -> impl Strategy<Value = Precision> {
    use Precision::*;
    select(vec![Second, Minute, Hour, Day, Week, Month, Quarter, Season, Year, Decade, Century])
}

/// A coarse time of any precision, on its border or not: what is stored is not
/// judged again.
fn any_time() -> impl Strategy<Value = CoarseTime> {
    (coarse_time(), precision()).prop_map(|(time, precision)| CoarseTime { precision, ..time })
}

fn origin() -> impl Strategy<Value = Origin> {
    let batch = of(id().prop_map(|id| BatchId::new(&id).unwrap()));
    (text(), text(), text(), text(), batch, text()).prop_map(
        |(extractor, extractor_version, rule, principal, batch, note)| Origin {
            extractor,
            extractor_version,
            rule,
            principal,
            batch,
            note,
        },
    )
}

fn selector() -> impl Strategy<Value = Selector> {
    (text(), text(), text(), any::<Option<u32>>(), any::<Option<u32>>(), any::<bool>()).prop_map(
        |(exact, prefix, suffix, start, end, verified)| Selector {
            exact,
            prefix,
            suffix,
            start,
            end,
            verified,
        },
    )
}

fn entity_type() -> impl Strategy<Value = EntityType> {
    use EntityType::*;
    select(vec![Person, Organization, Place, Event, Facility, Post, Group, Work, Other])
}

fn json() -> impl Strategy<Value = Json> {
    let number = any::<f64>().prop_filter("finite", |number| number.is_finite());
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        number.prop_map(Json::from),
        text().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            btree_map(text(), inner, 0..4).prop_map(|map| Json::from(Map::from_iter(map))),
        ]
    })
}

fn article() -> impl Strategy<Value = Article> {
    let body = (
        select(vec![BodyExtent::Full, BodyExtent::Excerpt, BodyExtent::None]),
        any::<Option<[u8; 32]>>(),
        any::<u32>(),
    )
        .prop_map(|(extent, hash, length)| Body { extent, hash, length, text: None });
    let url = of("[a-z/?=]{0,20}"
        .prop_map(|path| CanonicalUrl::new(&format!("https://example.com/{path}")).unwrap()));
    let publisher = (of(entity_id()), text()).prop_map(|(entity, name)| Publisher { entity, name });
    let status = of(select(vec![PubStatus::Usable, PubStatus::Withheld, PubStatus::Canceled]));
    let medium = of(select({
        use Medium::*;
        vec![Text, Broadcast, SocialPost, PressRelease, Transcript, Podcast, Other]
    }));
    let head = (text(), body, language(), url, publisher, vec(text(), 0..3), text());
    let times = (of(moment()), of(moment()), status, medium);
    let rest = (
        btree_map(text(), text(), 0..3),
        btree_map(text(), json(), 0..3).prop_map(Map::from_iter),
        of(article_id()),
        origin(),
        any::<u32>(),
    );
    (head, times, rest).prop_map(|(head, times, rest)| {
        let (title, body, language, canonical_url, publisher, authors, source_agency) = head;
        let (published_at, retrieved_at, pub_status, medium) = times;
        let (labels, metadata, duplicate_of, origin, version) = rest;
        Article {
            title,
            body,
            language,
            canonical_url,
            publisher,
            authors,
            source_agency,
            published_at,
            retrieved_at,
            pub_status,
            medium,
            labels,
            metadata,
            duplicate_of,
            origin,
            version,
        }
    })
}

fn mention() -> impl Strategy<Value = Mention> {
    (text(), of(selector()), of(entity_id()), of(entity_type()))
        .prop_map(|(text, selector, entity, kind)| Mention { text, selector, entity, kind })
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        entity_id().prop_map(Term::Entity),
        text().prop_map(Term::Text),
        any::<f64>().prop_filter("a number", |number| !number.is_nan()).prop_map(Term::Number),
        any_time().prop_map(Term::Time),
        any::<bool>().prop_map(Term::Boolean),
    ]
}

fn triple() -> impl Strategy<Value = Triple> {
    let qualifier = (text(), term()).prop_map(|(predicate, value)| Qualifier { predicate, value });
    (term(), text(), of(term()), vec(qualifier, 0..3)).prop_map(
        |(subject, predicate, object, qualifiers)| Triple {
            subject,
            predicate,
            object,
            qualifiers,
        },
    )
}

fn link() -> impl Strategy<Value = StatementLink> {
    let kind = select({
        use LinkType::*;
        vec![Supports, Contradicts, Reaffirms, Softens, Reverses, Denies, Corrects]
    });
    (statement_name(), kind, text(), of(0.0..=1.0), origin()).prop_map(
        |(target, kind, reason, confidence, origin)| StatementLink {
            target,
            kind,
            reason,
            confidence,
            origin,
        },
    )
}

fn retraction() -> impl Strategy<Value = Retraction> {
    let kind = select({
        use RetractionKind::*;
        vec![WithdrawnByPublisher, RecordingError, Superseded]
    });
    (kind, text(), text(), moment()).prop_map(|(kind, reason, by, time)| Retraction {
        kind,
        reason,
        by,
        time,
    })
}

fn article_copy() -> impl Strategy<Value = ArticleCopy> {
    (any::<u32>(), text(), language(), of(moment())).prop_map(
        |(version, publisher, language, published_at)| ArticleCopy {
            version,
            publisher,
            language,
            published_at,
        },
    )
}

fn anchoring() -> impl Strategy<Value = Anchoring> {
    let kind = select({
        use AnchoringKind::*;
        vec![Unchanged, Moved, Reworded]
    });
    (kind, vec(text(), 0..2), any::<u32>()).prop_map(|(kind, previous_words, from_version)| {
        Anchoring { kind, previous_words, from_version }
    })
}

fn statement() -> impl Strategy<Value = Statement> {
    let kind = of(select({
        use StatementKind::*;
        vec![Direct, Mixed, Indirect, Narrated]
    }));
    let span =
        (selector(), any::<bool>()).prop_map(|(selector, quoted)| ContentSpan { selector, quoted });
    let cue = (text(), of(selector())).prop_map(|(text, selector)| Cue { text, selector });
    let speaker = (of(entity_id()), of(mention()), any::<bool>(), text()).prop_map(
        |(entity, mention, anonymous, description)| Speaker {
            entity,
            mention,
            anonymous,
            description,
        },
    );
    let translation = (language(), text()).prop_map(|(original_language, original_text)| {
        Translation { original_language, original_text }
    });
    let rank = select(vec![Rank::Preferred, Rank::Normal, Rank::Deprecated]);
    let status = select({
        use StatementStatus::*;
        vec![Active, Orphaned, Retracted]
    });
    let said = (kind, vec(span, 0..3), of(cue), of(speaker));
    let about = (vec(mention(), 0..2), vec(mention(), 0..3), of(triple()));
    let times = (of(any_time()), of(any_time()), language(), of(translation));
    let judged = (of(0.0..=1.0), rank, text(), of(statement_id()), vec(text(), 0..3));
    let article = (article_copy(), of(anchoring()), any::<bool>());
    let rest = (vec(link(), 0..2), origin(), status, of(retraction()), article);
    (said, about, times, judged, rest).prop_map(|(said, about, times, judged, rest)| {
        let (kind, content, cue, speaker) = said;
        let (addressees, mentions, triple) = about;
        let (uttered_at, reference_time, language, translation) = times;
        let (confidence, rank, rank_reason, parent, topics) = judged;
        let (links, origin, status, retraction, (article, anchoring, edited)) = rest;
        Statement {
            kind,
            content,
            cue,
            speaker,
            addressees,
            mentions,
            triple,
            uttered_at,
            reference_time,
            language,
            translation,
            confidence,
            rank,
            rank_reason,
            parent,
            topics,
            links,
            origin,
            status,
            retraction,
            article,
            anchoring,
            edited,
        }
    })
}

fn occupancy() -> impl Strategy<Value = Occupancy> {
    let ends = (of(any_time()), of(any_time()));
    let who = (of(entity_id()), text(), of(entity_id()), of(entity_id()));
    (who, ends, of(statement_name()), of(entity_id())).prop_map(
        |((post, title, holder, organization), (start, end), evidence, source_entity)| Occupancy {
            post,
            title,
            holder,
            organization,
            start,
            end,
            evidence,
            source_entity,
        },
    )
}

fn entity() -> impl Strategy<Value = Entity> {
    let kind = select({
        use NameKind::*;
        vec![Label, Alias, Transliteration, Abbreviation]
    });
    let name = (text(), language(), kind).prop_map(|(text, language, kind)| EntityName {
        text,
        language,
        kind,
    });
    let external = (text(), text()).prop_map(|(authority, id)| ExternalId { authority, id });
    let head = (of(entity_type()), text(), vec(name, 0..4), text(), vec(external, 0..3));
    let rest = (of(entity_id()), of(entity_id()), vec(entity_id(), 0..3), origin());
    let times = (vec(occupancy(), 0..2), of(any_time()), of(any_time()));
    (head, times, rest).prop_map(|(head, times, rest)| {
        let (kind, display_name, names, description, external_ids) = head;
        let (occupancies, start, end) = times;
        let (place, merged_into, referents, origin) = rest;
        Entity {
            kind,
            display_name,
            names,
            description,
            external_ids,
            occupancies,
            start,
            end,
            place,
            merged_into,
            referents,
            origin,
        }
    })
}

fn change() -> impl Strategy<Value = Change> {
    let kind = select(vec![ChangeKind::Created, ChangeKind::Updated, ChangeKind::Deleted]);
    // Few names, so that runs of one article's statements come about.
    let near = (select(vec!["a", "b"]), select(vec!["", "s", "t"])).prop_map(|(article, id)| {
        let name = match id {
            "" => format!("articles/{article}"),
            id => format!("articles/{article}/statements/{id}"),
        };
        name.parse().unwrap()
    });
    let records = vec((prop_oneof![near, record_name()], kind), 0..8);
    let batch = of(id().prop_map(|id| BatchId::new(&id).unwrap()));
    let request_id = any::<Option<u128>>();
    (any::<u64>(), any::<u64>(), moment(), text(), batch, request_id, records).prop_map(
        |(revision, previous, time, principal, batch, request_id, records)| Change {
            revision: Revision(revision),
            previous: Revision(previous),
            time,
            principal,
            batch,
            request_id: request_id.map(Uuid::from_u128),
            records,
        },
    )
}

fn remembered() -> impl Strategy<Value = Remembered> {
    let names = vec(record_name(), 0..5);
    (any::<[u8; 32]>(), any::<u32>(), names, moment(), any::<u64>()).prop_map(
        |(payload, outcome, names, expires, revision)| Remembered {
            payload,
            outcome,
            names,
            expires,
            revision: Revision(revision),
        },
    )
}

/// Where the parts of long values stand.
#[derive(Default)]
struct Sealed(std::collections::BTreeMap<Vec<u8>, IVec>);

impl Source for Sealed {
    fn get(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        Ok(self.0.get(key).cloned())
    }

    fn first(&self, _: &[u8], _: &[u8]) -> Result<Option<Entry>, Error> {
        Ok(None)
    }
}

fn reads_as_written<T: Value>(value: &T) -> T {
    let mut sealed = Sealed::default();
    value.seal(b"key", |key, value| {
        sealed.0.insert(key.to_vec(), value.into());
    });
    T::open(&sealed, b"key", &sealed.0[b"key".as_slice()]).unwrap()
}

fn record_reads_as_written(name: RecordName, record: Record) {
    let tag = match &record {
        Record::Article(_) => super::keys::ARTICLE,
        Record::Statement(_) => super::keys::STATEMENT,
        Record::Entity(_) => super::keys::ENTITY,
    };
    let payload = super::encode(&name, record.clone()).unwrap();
    assert_eq!(super::decode(tag, &payload), Ok((name, record)));
}

proptest! {
    #[test]
    fn an_article_reads_as_it_was_written(id in article_id(), article in article()) {
        record_reads_as_written(id.into(), Record::Article(Box::new(article)));
    }

    #[test]
    fn a_statement_reads_as_it_was_written(name in statement_name(), statement in statement()) {
        record_reads_as_written(name.into(), Record::Statement(Box::new(statement)));
    }

    #[test]
    fn an_entity_reads_as_it_was_written(id in entity_id(), entity in entity()) {
        record_reads_as_written(id.into(), Record::Entity(Box::new(entity)));
    }

    #[test]
    fn a_change_reads_as_it_was_written(change in change()) {
        prop_assert_eq!(reads_as_written(&change), change);
    }

    #[test]
    fn a_request_reads_as_it_was_written(remembered in remembered()) {
        prop_assert_eq!(reads_as_written(&remembered), remembered);
    }

    #[test]
    fn content_of_any_length_reads_as_it_was_sealed(
        length in 0_usize..40_000,
        key in vec(any::<u8>(), 1..300),
    ) {
        let content: Vec<u8> = (0..length).map(|at| (at * 31 % 251) as u8).collect();
        let mut sealed = Sealed::default();
        envelope::seal(&key, 0, &content, |key, value| {
            assert!(key.len() + value.len() <= 6_000);
            sealed.0.insert(key.to_vec(), value.into());
        });
        let opened = envelope::open(&sealed, &key, &sealed.0[&key]).unwrap();
        prop_assert_eq!(opened.content.as_ref(), content.as_slice());
    }

    #[test]
    fn a_changed_byte_shows(at in 0_usize..46, bit in 0_u32..8) {
        let mut sealed = Vec::new();
        envelope::seal(b"key", 0, &[5; 40], |_, value| sealed = value);
        sealed[at] ^= 1 << bit;
        let opened = envelope::open(&Sealed::default(), b"key", &sealed.into());
        prop_assert!(matches!(opened, Err(Error::Corrupt(_) | Error::Incompatible(_))));
    }

    #[test]
    fn what_is_packed_unpacks(bytes in vec(any::<u8>(), 0..3_000), repeated in 1_usize..4) {
        let plain = bytes.repeat(repeated);
        let packed = Packed::new(plain.clone());
        let unpacked = unpack(packed.flags, &packed.bytes).unwrap();
        prop_assert_eq!(unpacked.as_ref(), plain.as_slice());
    }
}

#[test]
fn a_value_under_another_key_is_damaged() {
    let mut sealed = Vec::new();
    envelope::seal(b"Akey", 0, b"content", |_, value| sealed = value);
    let opened = envelope::open(&Sealed::default(), b"Ayek", &sealed.into());
    let Err(Error::Corrupt(said)) = opened.map(|_| ()) else { panic!() };
    assert_eq!(said, "a version of an article (key Ayek): its checksum does not fit");
}

#[test]
fn a_text_survives_compression() {
    let text: Arc<str> = "باران ".repeat(5_000).into();
    let shrunk = super::packed::compress(text.as_bytes()).unwrap();
    assert!(shrunk.len() < text.len() / 10);
    assert_eq!(super::packed::decompress(&shrunk, text.len()).unwrap(), text.as_bytes());
}
