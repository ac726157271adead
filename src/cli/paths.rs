//! `dicta paths`.

use clap::Args;

use super::client::{Connection, request};
use super::failure::Failure;
use super::output::{Format, print, print_json};
use super::read::{ReadArgs, entity_name};
use super::relations::RelationArgs;
use super::text::layout::harmless;
use super::text::relation;
use super::text::{FAINT, NAME, STRONG, styled};
use crate::domain::id::EntityId;
use crate::rpc::pb;
use crate::rpc::pb::query_service_client::QueryServiceClient;

/// Tells how two entities are connected, and by which statements.
#[derive(Debug, Args)]
pub(super) struct Paths {
    /// From this entity.
    #[arg(value_name = "ENTITY", value_parser = entity_name)]
    from: EntityId,
    /// To this one.
    #[arg(value_name = "ENTITY", value_parser = entity_name)]
    to: EntityId,
    #[command(flatten)]
    relations: RelationArgs,
    /// The most steps of a path, up to 3.
    #[arg(long, value_name = "N", default_value_t = 3)]
    max_hops: i32,
    /// How many paths to tell, up to 20.
    #[arg(long, value_name = "N", default_value_t = 3)]
    limit: i32,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    connection: Connection,
}

impl Paths {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut client = QueryServiceClient::new(self.connection.connect().await?);
        let asked = pb::FindPathsRequest {
            from: self.from.to_string(),
            to: self.to.to_string(),
            max_hops: self.max_hops,
            limit: self.limit,
            kinds: self.relations.kinds(),
            filter: self.relations.filter,
            evidence_limit: self.relations.evidence,
            include_all: self.relations.all,
            read: self.read.options(),
        };
        let found = client.find_paths(request(asked)).await?.into_inner();
        match self.connection.output {
            Format::Text => print(&as_text(&found)),
            format => print_json(&found, format),
        }
    }
}

fn as_text(found: &pb::FindPathsResponse) -> String {
    let blocks: Vec<String> = found.paths.iter().map(path).collect();
    let mut out = match blocks.is_empty() {
        true => "No path was found.\n".to_owned(),
        false => blocks.join("\n"),
    };
    if found.partial {
        let followed = found.entities_followed;
        out.push_str(&format!(
            "\nThe relations of {followed} entities were followed, not all of them to the end:\n\
             there may be other paths.\n"
        ));
    }
    out
}

fn path(path: &pb::EntityPath) -> String {
    let mut out = String::new();
    for (number, step) in path.steps.iter().enumerate() {
        if number == 0 {
            out.push_str(&stop(&step.from_display_name, &step.from));
        }
        for relation in &step.relations {
            out.push_str(&relation::told(relation, 4));
        }
        out.push_str(&stop(&step.to_display_name, &step.to));
    }
    let steps = match path.steps.len() {
        1 => "1 step".to_owned(),
        count => format!("{count} steps"),
    };
    format!("{}\n{out}", styled(FAINT, &steps))
}

fn stop(display_name: &str, name: &str) -> String {
    let shown = styled(STRONG, &harmless(display_name));
    format!("{shown}  {}\n", styled(NAME, &harmless(name)))
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_path_is_told_step_by_step() {
        let step = |from: &str, to: &str, kind: pb::RelationKind| pb::PathStep {
            from: format!("entities/{from}"),
            from_display_name: from.to_uppercase(),
            to: format!("entities/{to}"),
            to_display_name: to.to_uppercase(),
            relations: vec![pb::Relation {
                kind: kind.into(),
                direction: pb::RelationDirection::Mutual.into(),
                weight: 1,
                evidence: vec!["articles/x/statements/y".into()],
                ..Default::default()
            }],
        };
        let found = pb::FindPathsResponse {
            paths: vec![pb::EntityPath {
                steps: vec![
                    step("a", "b", pb::RelationKind::MentionedWith),
                    step("b", "c", pb::RelationKind::Addressed),
                ],
            }],
            partial: true,
            entities_followed: 2,
            ..Default::default()
        };
        expect![[r#"
            2 steps
            A  entities/a
                ↔ mentioned with it · once
                  articles/x/statements/y
            B  entities/b
                ↔ said to it · once
                  articles/x/statements/y
            C  entities/c

            The relations of 2 entities were followed, not all of them to the end:
            there may be other paths.
        "#]]
        .assert_eq(&strip_str(&as_text(&found)).to_string());
        assert_eq!(as_text(&pb::FindPathsResponse::default()), "No path was found.\n");
    }
}
