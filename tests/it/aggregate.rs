//! Statements counted by what they share.

use dicta::rpc::pb;
use dicta::rpc::pb::StatementDimension::{
    Kind, Language, Mention, PublishedMonth, Publisher, Speaker, Topic, UtteredDay, UtteredMonth,
};
use tonic::Status;

use crate::harness::{Dicta, Home, assert_invalid};
use crate::samples::{INDIRECT, QUOTE, article, at, ingest, named, person};

/// The groups with their counts of statements, articles and outlets.
async fn counted(
    server: &Dicta,
    request: pb::AggregateStatementsRequest,
) -> Result<String, Status> {
    let told = server.query().aggregate_statements(request).await?.into_inner();
    let counts = |counts: &pb::StatementCounts| {
        format!("{}/{}/{}", counts.statements, counts.articles, counts.outlets)
    };
    let group = |group: &pb::StatementGroup| {
        let keys: Vec<&str> = group.keys.iter().map(|key| key.value.as_str()).collect();
        format!("{}: {}", keys.join("+"), counts(group.counts.as_ref().unwrap()))
    };
    let mut lines: Vec<String> = told.groups.iter().map(group).collect();
    lines.extend(
        told.rest.iter().map(|rest| format!("{} more: {}", told.rest_groups, counts(rest))),
    );
    lines.push(format!("all: {}", counts(told.total.as_ref().unwrap())));
    Ok(lines.join(", "))
}

fn by(group_by: &[pb::StatementDimension]) -> pb::AggregateStatementsRequest {
    let group_by = group_by.iter().map(|dimension| (*dimension).into()).collect();
    pb::AggregateStatementsRequest { group_by, ..Default::default() }
}

fn statement(id: &str, speaker: &str, topics: &[&str], uttered: &str) -> pb::Statement {
    let uttered_at = pb::CoarseTime { start: uttered.into(), ..Default::default() };
    pb::Statement {
        speaker: Some(pb::Speaker { entity: format!("entities/{speaker}"), ..Default::default() }),
        topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
        uttered_at: Some(uttered_at),
        ..named(&format!("articles/-/statements/{id}"), QUOTE)
    }
}

/// Two articles of two outlets with four statements that stand, and one that is
/// deprecated; a third that is withheld.
async fn filled(server: &Dicta) {
    for id in ["jane", "john"] {
        server.entity(id, person(&id.to_uppercase())).await;
    }
    let of = |id: &str, publisher: &str, seconds, statements| pb::IngestArticleRequest {
        statements,
        ..ingest(pb::Article {
            publisher: Some(pb::Publisher { name: publisher.into(), ..Default::default() }),
            published_at: Some(at(seconds)),
            ..article(&format!("articles/{id}"))
        })
    };
    let outlet = pb::Statement {
        topics: vec!["oil".into()],
        mentions: vec![pb::Mention {
            text: "Jane".into(),
            entity: "entities/jane".into(),
            ..Default::default()
        }],
        ..named("articles/-/statements/s3", INDIRECT)
    };
    let wrong = pb::Statement {
        rank: pb::Rank::Deprecated.into(),
        rank_reason: "misheard".into(),
        ..statement("s4", "jane", &["oil"], "2026")
    };
    let first = vec![
        statement("s1", "jane", &["oil", "war"], "2026-09-16"),
        statement("s2", "john", &[], "2026"),
        outlet,
        wrong,
    ];
    server.store(of("a", "AFP", 1_700_000_000, first)).await;
    let second = vec![statement("s1", "jane", &["oil"], "2026-09")];
    server.store(of("b", "Reuters", 1_710_000_000, second)).await;
    let mut third = of("c", "Reuters", 0, vec![statement("s1", "jane", &["oil"], "2026-09")]);
    third.article.as_mut().unwrap().pub_status = pb::PubStatus::Withheld.into();
    server.store(third).await;
}

#[tokio::test]
async fn statements_are_counted_by_what_they_share() {
    let home = Home::new();
    let server = home.start().await;
    filled(&server).await;
    for (dimensions, expected) in [
        (vec![], "all: 4/2/2"),
        (vec![Speaker], "entities/jane: 2/2/2, : 1/1/1, entities/john: 1/1/1, all: 4/2/2"),
        (vec![Topic], "oil: 3/2/2, : 1/1/1, war: 1/1/1, all: 4/2/2"),
        (vec![Publisher], "AFP: 3/1/1, Reuters: 1/1/1, all: 4/2/2"),
        (vec![Mention], ": 3/2/2, entities/jane: 1/1/1, all: 4/2/2"),
        (vec![Language], "en: 4/2/2, all: 4/2/2"),
        (vec![Kind], "INDIRECT: 4/2/2, all: 4/2/2"),
        (vec![UtteredMonth], "2026-09: 2/2/2, : 1/1/1, 2026: 1/1/1, all: 4/2/2"),
        (
            vec![UtteredDay],
            ": 1/1/1, 2026: 1/1/1, 2026-09-16: 1/1/1, 2026-09/2026-10: 1/1/1, all: 4/2/2",
        ),
        (vec![PublishedMonth], "2023-11: 3/1/1, 2024-03: 1/1/1, all: 4/2/2"),
        (
            vec![Speaker, Topic],
            "entities/jane+oil: 2/2/2, +oil: 1/1/1, entities/jane+war: 1/1/1, \
             entities/john+: 1/1/1, all: 4/2/2",
        ),
    ] {
        let told = counted(&server, by(&dimensions)).await.unwrap();
        assert_eq!(told, expected, "{dimensions:?}");
    }
    let request = by(&[Speaker]);
    let told = server.query().aggregate_statements(request).await.unwrap().into_inner();
    assert_eq!(told.groups[0].keys[0].display_name, "JANE");
    assert_eq!(told.revision, server.revision().await);
    server.stop().await;
}

#[tokio::test]
async fn groups_can_be_narrowed_ordered_and_summed() {
    let home = Home::new();
    let server = home.start().await;
    filled(&server).await;
    let asked = |filter: &str, order_by: &str, limit, include_all| pb::AggregateStatementsRequest {
        filter: filter.into(),
        order_by: order_by.into(),
        limit,
        include_all,
        ..by(&[Speaker])
    };
    for (request, expected) in [
        (asked("", "keys", 1, false), ": 1/1/1, 2 more: 3/2/2, all: 4/2/2"),
        (asked("", "outlets desc", 1, false), "entities/jane: 2/2/2, 2 more: 2/1/1, all: 4/2/2"),
        (asked("", "", 1, true), "entities/jane: 4/3/2, 2 more: 2/1/1, all: 6/3/2"),
        (asked("speaker.entity = entities/john", "", 0, false), "entities/john: 1/1/1, all: 1/1/1"),
        (asked("topics:peace", "", 0, false), "all: 0/0/0"),
    ] {
        assert_eq!(counted(&server, request).await.unwrap(), expected);
    }
    let before = pb::AggregateStatementsRequest {
        read: Some(pb::ReadOptions {
            as_of: Some(pb::read_options::AsOf::Revision(3)),
            ..Default::default()
        }),
        ..by(&[Publisher])
    };
    assert_eq!(counted(&server, before).await.unwrap(), "AFP: 3/1/1, all: 3/1/1");
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_counted_by_is_refused() {
    let home = Home::new();
    let server = home.start().await;
    let raw = |group_by: &[i32]| pb::AggregateStatementsRequest {
        group_by: group_by.to_vec(),
        ..Default::default()
    };
    for (request, reason, field) in [
        (raw(&[0]), "REQUIRED", "group_by[0]"),
        (raw(&[99]), "UNKNOWN_ENUM_VALUE", "group_by[0]"),
        (raw(&[1, 1]), "DUPLICATE", "group_by"),
        (raw(&[1, 2, 3, 4]), "OVER_LIMIT", "group_by"),
        (pb::AggregateStatementsRequest { limit: -1, ..raw(&[1]) }, "BAD_NUMBER", "limit"),
        (
            pb::AggregateStatementsRequest { order_by: "speaker".into(), ..raw(&[1]) },
            "BAD_ORDER",
            "order_by",
        ),
        (
            pb::AggregateStatementsRequest { filter: "title:a".into(), ..raw(&[1]) },
            "BAD_FILTER",
            "filter",
        ),
    ] {
        let status = server.query().aggregate_statements(request).await.unwrap_err();
        assert_invalid(&status, reason, field);
    }
    server.stop().await;
}

#[tokio::test]
async fn merged_entities_count_as_one() {
    let home = Home::new();
    let server = home.start().await;
    filled(&server).await;
    let merge = pb::MergeEntitiesRequest {
        survivor: "entities/jane".into(),
        absorbed: "entities/john".into(),
        ..Default::default()
    };
    server.ingest().merge_entities(merge).await.unwrap();
    let told = counted(&server, by(&[Speaker])).await.unwrap();
    assert_eq!(told, "entities/jane: 3/2/2, : 1/1/1, all: 4/2/2");
    let john = pb::AggregateStatementsRequest {
        filter: "speaker.entity = entities/john".into(),
        ..by(&[Speaker])
    };
    assert_eq!(counted(&server, john).await.unwrap(), "entities/jane: 3/2/2, all: 3/2/2");
    server.stop().await;
}
