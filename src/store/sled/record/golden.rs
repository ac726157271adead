//! The stored format, byte for byte: what was written stays readable, and is
//! written the same today. The files are never changed; another format gets
//! others.

use expect_test::expect_file;
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use super::envelope;
use super::golden_file::{Golden, Lines};
use super::packed::Packed;
use super::version::{BodyAt, Remains, Version};
use crate::domain::article::{Article, Medium, PubStatus, Publisher};
use crate::domain::body::{Body, BodyExtent};
use crate::domain::entity::{Entity, EntityName, EntityType, ExternalId, NameKind, Occupancy};
use crate::domain::id::{BatchId, EntityId, RecordName};
use crate::domain::origin::Origin;
use crate::domain::record::{Committed, Record};
use crate::domain::revision::Revision;
use crate::domain::selector::Selector;
use crate::domain::statement::{
    Anchoring, AnchoringKind, ArticleCopy, ContentSpan, Cue, LinkType, Mention, Qualifier, Rank,
    Retraction, RetractionKind, Speaker, Statement, StatementKind, StatementLink, StatementStatus,
    Term, Translation, Triple,
};
use crate::domain::text::{CanonicalUrl, LanguageTag};
use crate::domain::time::{CoarseTime, Timestamp};
use crate::store::catalogue::IndexEntry;
use crate::store::sled::keys::{self, Iid, Place};
use crate::store::{Change, ChangeKind, Counts, Identity, Remembered, RequestKey};

const FORMAT_3: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden/stored-format-3.txt");
const COMPRESSED_1: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden/stored-format-1-compressed.txt");

const ANCHORING_1: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden/stored-format-1-anchoring.txt");

const EDITED_3: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden/stored-format-3-edited.txt");

#[test]
fn what_was_written_in_format_3_reads_as_it_was() {
    let golden = Golden::read(FORMAT_3);
    assert_eq!(golden.record("article"), (name("articles/rain"), article()));
    assert_eq!(golden.record("statement"), (name("articles/rain/statements/s1"), statement()));
    assert_eq!(golden.record("entity"), (name("entities/rain"), entity()));
    assert_eq!(golden.version("article").committed, committed(7));
    assert_eq!(golden.version("article").body, Some(BODY));
    assert_eq!(golden.version("statement").committed, committed(9));
    let (key, _) = golden.entry("deletion");
    assert_eq!(golden.version("deletion").remains(key).unwrap(), remains());
    assert_eq!(golden.value::<Change>("change"), change());
    assert_eq!(golden.value::<Remembered>("request"), remembered());
    assert_eq!(golden.value::<Identity>("identity"), identity());
    assert_eq!(golden.value::<Counts>("counts"), counts());
}

#[test]
fn format_3_is_written_as_it_was() {
    let mut lines = Lines::default();
    let (article_at, entity_at) = (Place::article(iid(0)), Place::entity(iid(1)));
    let statement_at = Place::statement(iid(0), "s1");
    let (rain, time) = ("articles/rain", Some(1_767_225_600_000_000));
    let records = [
        ("article", rain, article(), &article_at, 7, Some(BODY)),
        ("statement", "articles/rain/statements/s1", statement(), &statement_at, 9, None),
        ("entity", "entities/rain", entity(), &entity_at, 7, None),
    ];
    for (what, of, record, place, revision, body) in records {
        let payload = Packed { flags: 0, bytes: super::encode(&name(of), record.clone()).unwrap() };
        let committed = committed(revision);
        lines.version(what, place, &Version { committed, body, deleted: false, payload });
    }
    for entry in [IndexEntry::ArticleTime(None), IndexEntry::ArticleTime(time)] {
        lines.indexed(&entry, &article_at, rain);
    }
    lines.indexed(&IndexEntry::ArticlePublisher("A\0B".into(), time), &article_at, rain);
    lines.indexed(&IndexEntry::Reference(name("articles/b")), &article_at, rain);
    let person: EntityId = "entities/person".parse().unwrap();
    for entry in [
        IndexEntry::StatementSpeaker(person.clone(), time.zip(time)),
        IndexEntry::StatementMention(person, time.zip(time)),
        IndexEntry::StatementTime(time.zip(time)),
        IndexEntry::StatementReference(5, 6),
        IndexEntry::StatementDue(6, 5),
        IndexEntry::Reference(name("articles/b/statements/t")),
    ] {
        lines.indexed(&entry, &statement_at, "articles/rain/statements/s1");
    }
    let wikidata = ExternalId { authority: "wikidata".into(), id: "Q1".into() };
    for entry in [
        IndexEntry::EntityNameKey("the rain".into()),
        IndexEntry::EntityExternalId(wikidata),
        IndexEntry::Reference(name("entities/place")),
    ] {
        lines.indexed(&entry, &entity_at, "entities/rain");
    }
    for (of, place) in [
        (rain, &article_at),
        ("articles/rain/statements/s1", &statement_at),
        ("entities/rain", &entity_at),
    ] {
        let key = [keys::created(&name(of), at(5)).as_slice(), place.untagged()].concat();
        lines.entry("creation", &[key.as_slice(), &7_u64.to_be_bytes()].concat(), &[]);
    }
    let deletion =
        Version { committed: committed(9), body: None, deleted: true, payload: remains().pack() };
    lines.version("deletion", &article_at, &deletion);
    let request = request();
    lines.value("change", &keys::change(Revision(7)), &change());
    lines.value("request", &keys::remembered(&request), &remembered());
    lines.value("identity", keys::IDENTITY, &identity());
    lines.value("counts", keys::COUNTS, &counts());
    lines.entry("expiry", &keys::expiry(at(5), &keys::remembered(&request)), &[]);
    lines.entry("article id", &keys::name(keys::ARTICLE_ID, "rain"), iid(0).as_bytes());
    lines.entry("entity id", &keys::name(keys::ENTITY_ID, "rain"), iid(1).as_bytes());
    let text = keys::body(iid(0), Revision(7), 0);
    envelope::seal(&text, 0, b"text", |key, value| lines.entry("text", key, &value));
    lines.entry("address", &keys::url_head(&url()), &keys::ended(Revision(9)));
    let counter =
        keys::head(&IndexEntry::ArticlePublisher("A\0B".into(), None), &name("articles/rain"));
    lines.entry("counter", &keys::counter(&counter).unwrap(), &3_u64.to_be_bytes());
    expect_file![FORMAT_3].assert_eq(&lines.0);
}

#[test]
fn an_anchoring_is_read_and_written_as_it_was() {
    check_statement(ANCHORING_1, anchored());
}

#[test]
fn an_edit_is_read_and_written_as_it_was() {
    let Record::Statement(mut edited) = statement() else { unreachable!() };
    edited.edited = true;
    check_statement(EDITED_3, Record::Statement(edited));
}

fn check_statement(path: &str, record: Record) {
    let (of, place) = ("articles/rain/statements/s1", Place::statement(iid(0), "s1"));
    let mut lines = Lines::default();
    let payload = Packed { flags: 0, bytes: super::encode(&name(of), record.clone()).unwrap() };
    let committed = committed(9);
    lines.version("statement", &place, &Version { committed, body: None, deleted: false, payload });
    expect_file![path].assert_eq(&lines.0);
    assert_eq!(Golden::read(path).record("statement"), (name(of), record));
}

/// Another version of the compressor may write other bytes, but reads these.
#[test]
fn what_was_compressed_in_format_3_reads_as_it_was() {
    let golden = Golden::read(COMPRESSED_1);
    let Record::Article(mut long) = article() else { unreachable!() };
    long.title = "rain and more rain, ".repeat(100);
    assert_eq!(golden.record("article"), (name("articles/rain"), Record::Article(long)));
}

const BODY: BodyAt = BodyAt { revision: Revision(7), chunks: 2, bytes: 9_000 };

fn iid(ordinal: u32) -> Iid {
    Iid::new(Revision(7), ordinal).unwrap()
}

fn name(text: &str) -> RecordName {
    text.parse().unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600).unwrap() + SignedDuration::new(second, 1_000)
}

fn committed(revision: u64) -> Committed {
    Committed {
        revision: Revision(revision),
        create_revision: Revision(7),
        create_time: at(7),
        update_time: at(revision as i64),
    }
}

fn time(text: &str) -> CoarseTime {
    CoarseTime::parse(text, "", None, "-03:30", format!("in {text}")).unwrap()
}

fn url() -> CanonicalUrl {
    CanonicalUrl::new("https://example.com/rain?page=1").unwrap()
}

fn origin() -> Origin {
    Origin {
        extractor: "rules".into(),
        extractor_version: "1.2".into(),
        rule: "cue-that".into(),
        principal: "tester".into(),
        batch: Some(BatchId::new("import-1").unwrap()),
        note: "by hand".into(),
    }
}

fn language(tag: &str) -> Option<LanguageTag> {
    Some(LanguageTag::new(tag).unwrap())
}

fn article() -> Record {
    let metadata = json!({ "float": 1.5, "big": u64::MAX, "less": -3, "list": ["x", null], "map": { "a": true } });
    Record::Article(Box::new(Article {
        title: "Rain — باران".into(),
        body: Body { extent: BodyExtent::Excerpt, hash: Some([7; 32]), length: 8_000, text: None },
        language: language("ckb-Arab"),
        canonical_url: Some(url()),
        publisher: Publisher {
            entity: Some("entities/outlet".parse().unwrap()),
            name: "The Outlet".into(),
        },
        authors: vec!["One Author".into(), "Another".into()],
        source_agency: "Agency".into(),
        published_at: Some(at(-2_000_000_000)),
        retrieved_at: Some(at(8)),
        pub_status: Some(PubStatus::Withheld),
        medium: Some(Medium::Podcast),
        labels: [("desk".into(), "world".into()), ("empty".into(), String::new())].into(),
        metadata: metadata.as_object().unwrap().clone(),
        duplicate_of: Some("articles/b".parse().unwrap()),
        origin: origin(),
        version: 3,
    }))
}

fn selector(exact: &str) -> Selector {
    Selector {
        exact: exact.into(),
        prefix: "before ".into(),
        suffix: " after".into(),
        start: Some(0),
        end: Some(9),
        verified: true,
    }
}

fn mention(text: &str) -> Mention {
    Mention {
        text: text.into(),
        selector: Some(selector(text)),
        entity: Some("entities/person".parse().unwrap()),
        kind: Some(EntityType::Group),
    }
}

fn statement() -> Record {
    let qualifiers = [Term::Text("hard".into()), Term::Number(-0.5), Term::Boolean(true)];
    Record::Statement(Box::new(Statement {
        kind: Some(StatementKind::Mixed),
        content: vec![ContentSpan { selector: selector("it rained"), quoted: true }],
        cue: Some(Cue { text: "said".into(), selector: Some(selector("said")) }),
        speaker: Some(Speaker {
            entity: Some("entities/person".parse().unwrap()),
            mention: Some(mention("the person")),
            anonymous: true,
            description: "a senior official".into(),
        }),
        addressees: vec![mention("the press")],
        mentions: vec![mention("one"), Mention { entity: None, ..mention("two") }],
        triple: Some(Triple {
            subject: Term::Entity("entities/rain".parse().unwrap()),
            predicate: "fell in".into(),
            object: Some(Term::Time(time("2026-09"))),
            qualifiers: qualifiers.map(|value| Qualifier { predicate: "how".into(), value }).into(),
        }),
        uttered_at: Some(time("2026-09-16T10:30")),
        reference_time: Some(time("0001")),
        language: language("en"),
        translation: Some(Translation {
            original_language: language("ku"),
            original_text: "baran bari".into(),
        }),
        confidence: Some(0.75),
        rank: Rank::Deprecated,
        rank_reason: "corrected".into(),
        parent: Some(crate::domain::id::StatementId::new("parent").unwrap()),
        topics: vec!["weather".into()],
        links: vec![StatementLink {
            target: "articles/b/statements/t".parse().unwrap(),
            kind: LinkType::Reverses,
            reason: "the same".into(),
            confidence: Some(0.5),
            origin: origin(),
        }],
        origin: origin(),
        status: StatementStatus::Retracted,
        retraction: Some(Retraction {
            kind: RetractionKind::Superseded,
            reason: "said better later".into(),
            by: "desk".into(),
            time: at(9),
        }),
        article: ArticleCopy {
            version: 3,
            publisher: "entities/outlet".into(),
            language: language("ckb-Arab"),
            published_at: Some(at(5)),
        },
        anchoring: None,
        edited: false,
    }))
}

/// The statement, carried over from an older version of its article.
fn anchored() -> Record {
    let Record::Statement(mut statement) = statement() else { unreachable!() };
    statement.anchoring = Some(Anchoring {
        kind: AnchoringKind::Reworded,
        previous_words: vec!["it poured".into()],
        from_version: 2,
    });
    Record::Statement(statement)
}

fn entity() -> Record {
    let name = |text: &str, kind| EntityName { text: text.into(), language: language("ku"), kind };
    Record::Entity(Box::new(Entity {
        kind: Some(EntityType::Event),
        display_name: "The Rain".into(),
        names: vec![name("Rain", NameKind::Label), name("باران", NameKind::Transliteration)],
        description: "Much rain".into(),
        external_ids: vec![ExternalId { authority: "wikidata".into(), id: "Q1".into() }],
        occupancies: vec![Occupancy {
            post: Some("entities/post".parse().unwrap()),
            title: "Rainmaker".into(),
            holder: Some("entities/person".parse().unwrap()),
            organization: Some("entities/office".parse().unwrap()),
            start: Some(time("2025-01")),
            end: Some(time("2026-01")),
            evidence: Some("articles/rain/statements/s1".parse().unwrap()),
            source_entity: Some("entities/absorbed".parse().unwrap()),
        }],
        start: Some(time("2026-09-01")),
        end: Some(time("2026-09-02")),
        place: Some("entities/place".parse().unwrap()),
        merged_into: Some("entities/weather".parse().unwrap()),
        referents: vec!["entities/absorbed".parse().unwrap()],
        origin: origin(),
    }))
}

fn remains() -> Remains {
    Remains { name: name("articles/rain"), article_version: 3, url: Some(url()), erasure: None }
}

fn request() -> RequestKey {
    RequestKey {
        principal: "tester".into(),
        method: "IngestArticle".into(),
        request_id: Uuid::from_u128(7),
    }
}

fn change() -> Change {
    Change {
        revision: Revision(7),
        previous: Revision(5),
        time: at(7),
        principal: "tester".into(),
        batch: Some(BatchId::new("import-1").unwrap()),
        request_id: Some(Uuid::from_u128(7)),
        records: vec![
            (name("entities/rain"), ChangeKind::Updated),
            (name("articles/rain"), ChangeKind::Created),
            (name("articles/rain/statements/s1"), ChangeKind::Created),
            (name("articles/rain/statements/s2"), ChangeKind::Deleted),
            (name("articles/b/statements/s1"), ChangeKind::Deleted),
        ],
    }
}

fn remembered() -> Remembered {
    Remembered {
        payload: [9; 32],
        outcome: 2,
        names: vec![name("articles/rain"), name("articles/rain/statements/s1")],
        expires: at(86_400),
        revision: Revision(7),
    }
}

fn identity() -> Identity {
    Identity { store_id: Uuid::from_u128(1), format_version: 1, token_key: [5; 32] }
}

fn counts() -> Counts {
    Counts { articles: 1, statements: 200, entities: 3, outlets: 4, speakers: 5 }
}
