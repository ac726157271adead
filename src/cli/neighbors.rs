//! `dicta neighbors`.

use clap::Args;

use super::client::{Connection, request};
use super::failure::Failure;
use super::output::{Format, print, print_json};
use super::read::{ReadArgs, entity_name};
use super::relations::RelationArgs;
use super::text::layout::{harmless, shortened};
use super::text::relation;
use super::text::{NAME, STRONG, WIDTH, dotted, styled, words};
use crate::domain::id::EntityId;
use crate::rpc::pb;
use crate::rpc::pb::query_service_client::QueryServiceClient;

/// Tells whom and what an entity is related to, and by which statements.
#[derive(Debug, Args)]
pub(super) struct Neighbors {
    /// The entity.
    #[arg(value_name = "ENTITY", value_parser = entity_name)]
    entity: EntityId,
    #[command(flatten)]
    relations: RelationArgs,
    /// How many neighbors to tell.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: i32,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    connection: Connection,
}

impl Neighbors {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut client = QueryServiceClient::new(self.connection.connect().await?);
        let asked = pb::ListNeighborsRequest {
            name: self.entity.to_string(),
            kinds: self.relations.kinds(),
            filter: self.relations.filter,
            evidence_limit: self.relations.evidence,
            include_all: self.relations.all,
            page_size: self.limit,
            page_token: String::new(),
            read: self.read.options(),
        };
        let page = client.list_neighbors(request(asked)).await?.into_inner();
        match self.connection.output {
            Format::Text => {
                print(&as_text(&page))?;
                if !page.next_page_token.is_empty() {
                    anstream::eprintln!("\nThere are more: --limit N tells N.");
                }
                if page.partial {
                    anstream::eprintln!(
                        "\nOnly the newest statements were looked at: --filter \
                         'within(uttered_at, START, END)' looks at others."
                    );
                }
                Ok(())
            }
            format => print_json(&page, format),
        }
    }
}

fn as_text(page: &pb::ListNeighborsResponse) -> String {
    let blocks: Vec<String> = page.neighbors.iter().map(neighbor).collect();
    if blocks.is_empty() { "Nothing is related to it.".into() } else { blocks.join("\n") }
}

fn neighbor(neighbor: &pb::Neighbor) -> String {
    let name = match neighbor.display_name.as_str() {
        "" => "(deleted)",
        name => name,
    };
    let kind = words(neighbor.r#type().as_str_name(), "ENTITY_TYPE_");
    let about = dotted([kind.as_str(), &relation::times(neighbor.weight)]);
    let mut out = format!("{}  {about}\n", styled(STRONG, &shortened(&harmless(name), WIDTH - 24)));
    out.push_str(&format!("  {}\n", styled(NAME, &harmless(&neighbor.name))));
    for relation in &neighbor.relations {
        out.push_str(&relation::told(relation, 2));
    }
    out
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use expect_test::expect;

    use super::*;

    #[test]
    fn each_neighbor_is_told_with_the_evidence() {
        let time = |start: &str| {
            let precision = pb::TimePrecision::Day.into();
            Some(pb::CoarseTime { start: start.into(), precision, ..Default::default() })
        };
        let page = pb::ListNeighborsResponse {
            neighbors: vec![pb::Neighbor {
                name: "entities/general".into(),
                display_name: "The General".into(),
                r#type: pb::EntityType::Person.into(),
                weight: 2,
                relations: vec![
                    pb::Relation {
                        kind: pb::RelationKind::SaidAbout.into(),
                        direction: pb::RelationDirection::Outgoing.into(),
                        weight: 2,
                        first_time: time("2023-11-14"),
                        last_time: time("2023-11-16"),
                        evidence: vec!["articles/a/statements/s".into()],
                        ..Default::default()
                    },
                    pb::Relation {
                        kind: pb::RelationKind::Claimed.into(),
                        direction: pb::RelationDirection::Incoming.into(),
                        predicate: "received".into(),
                        weight: 1,
                        ..Default::default()
                    },
                ],
            }],
            ..Default::default()
        };
        expect![[r#"
            The General  person · 2 times
              entities/general
              → said about it · 2 times · 2023-11-14 to 2023-11-16
                articles/a/statements/s
              ← received · once
        "#]]
        .assert_eq(&strip_str(&as_text(&page)).to_string());
    }
}
