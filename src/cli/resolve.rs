//! `dicta resolve`.

use clap::{Args, ValueEnum};

use super::client::{Connection, request};
use super::failure::Failure;
use super::output::{Format, print, print_json};
use super::read::ReadArgs;
use super::text::layout::{columns, harmless};
use super::text::{FAINT, NAME, STRONG, styled, words};
use crate::rpc::pb;
use crate::rpc::pb::query_service_client::QueryServiceClient;

/// Finds which entities names may mean, in any script; exit code 1 where one
/// of the names means nothing that is known.
#[derive(Debug, Args)]
pub(super) struct Resolve {
    /// The names.
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    /// What kind of thing is named.
    #[arg(long, value_enum)]
    r#type: Option<Kind>,
    /// Words around the name, such as a title, a country or a post.
    #[arg(long, value_name = "WORDS", default_value = "", hide_default_value = true)]
    context: String,
    /// How many candidates to tell for each.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(i32).range(1..=50))]
    limit: i32,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    connection: Connection,
}

/// What kind of thing is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "the words say it all on the command line")]
enum Kind {
    Person,
    Organization,
    Place,
    Event,
    Facility,
    Post,
    Group,
    Work,
    Other,
}

impl Kind {
    fn to_pb(self) -> pb::EntityType {
        match self {
            Self::Person => pb::EntityType::Person,
            Self::Organization => pb::EntityType::Organization,
            Self::Place => pb::EntityType::Place,
            Self::Event => pb::EntityType::Event,
            Self::Facility => pb::EntityType::Facility,
            Self::Post => pb::EntityType::Post,
            Self::Group => pb::EntityType::Group,
            Self::Work => pb::EntityType::Work,
            Self::Other => pb::EntityType::Other,
        }
    }
}

impl Resolve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let kind = self.r#type.map_or(pb::EntityType::Unspecified, Kind::to_pb);
        let query = |name: &String| pb::EntityQuery {
            text: name.clone(),
            r#type: kind.into(),
            context: self.context.clone(),
            ..Default::default()
        };
        let asked = pb::ResolveEntitiesRequest {
            queries: self.names.iter().map(query).collect(),
            limit: self.limit,
            read: self.read.options(),
        };
        let mut client = QueryServiceClient::new(self.connection.connect().await?);
        let answer = client.resolve_entities(request(asked)).await?.into_inner();
        match self.connection.output {
            Format::Text => print(&as_text(&self.names, &answer.results))?,
            Format::Json => print_json(&answer, Format::Json)?,
            Format::Jsonl => {
                answer.results.iter().try_for_each(|result| print_json(result, Format::Jsonl))?;
            }
        }
        let unknown = answer.results.iter().any(|result| result.candidates.is_empty());
        if unknown { Err(Failure::No) } else { Ok(()) }
    }
}

fn as_text(names: &[String], results: &[pb::EntityResolution]) -> String {
    let blocks: Vec<String> =
        names.iter().zip(results).map(|(name, result)| resolution(name, result)).collect();
    blocks.join("\n")
}

/// A name, then a line for each candidate and one with the reasons.
fn resolution(name: &str, result: &pb::EntityResolution) -> String {
    let mut out = styled(STRONG, &harmless(name)) + "\n";
    if result.candidates.is_empty() {
        out.push_str("  nothing like it is known\n");
    }
    let entity = |candidate: &pb::EntityCandidate| candidate.entity.clone().unwrap_or_default();
    let row = |candidate: &pb::EntityCandidate| {
        let entity = entity(candidate);
        let kind = words(entity.r#type().as_str_name(), "ENTITY_TYPE_");
        [format!("{:.2}", candidate.score), harmless(&entity.display_name), kind, entity.name]
            .to_vec()
    };
    let rows: Vec<Vec<String>> = result.candidates.iter().map(row).collect();
    for (cells, candidate) in columns(&rows).iter().zip(&result.candidates) {
        if let [score, display, kind, name] = cells.as_slice() {
            let name = styled(NAME, name.trim_end());
            out.push_str(&format!("  {score}  {display}  {kind}  {name}\n"));
        }
        out.push_str(&format!("        {}\n", styled(FAINT, &reasons(candidate, &result.linked))));
    }
    out
}

fn reasons(candidate: &pb::EntityCandidate, linked: &str) -> String {
    let word = |reason| words(pb::ResolveReason::as_str_name(&reason), "RESOLVE_REASON_");
    let reasons: Vec<String> = candidate.reasons().map(word).collect();
    let mut text = reasons.join(", ");
    if !candidate.matched_name.is_empty() {
        text.push_str(&format!(": {}", harmless(&candidate.matched_name)));
    }
    if candidate.entity.as_ref().is_some_and(|entity| entity.name == linked) {
        text.push_str(" (beyond doubt)");
    }
    text
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use expect_test::expect;

    use super::*;

    fn candidate(display: &str, score: f64, reasons: &[pb::ResolveReason]) -> pb::EntityCandidate {
        pb::EntityCandidate {
            entity: Some(pb::Entity {
                name: format!("entities/{}", display.to_lowercase().replace(' ', "-")),
                r#type: pb::EntityType::Person as i32,
                display_name: display.into(),
                ..Default::default()
            }),
            score,
            reasons: reasons.iter().map(|reason| *reason as i32).collect(),
            matched_name: display.into(),
        }
    }

    #[test]
    fn candidates_are_told_with_score_and_reasons() {
        let found = pb::EntityResolution {
            candidates: vec![
                candidate(
                    "Nechirvan Barzani",
                    0.98,
                    &[pb::ResolveReason::FoldedName, pb::ResolveReason::TypeAgreement],
                ),
                candidate("Masrour Barzani", 0.41, &[pb::ResolveReason::PartialName]),
            ],
            linked: "entities/nechirvan-barzani".into(),
        };
        let names = ["Nêçîrvan Barzanî".to_owned(), "Nobody".to_owned()];
        expect![[r#"
            Nêçîrvan Barzanî
              0.98  Nechirvan Barzani  person  entities/nechirvan-barzani
                    folded name, type agreement: Nechirvan Barzani (beyond doubt)
              0.41  Masrour Barzani    person  entities/masrour-barzani
                    partial name: Masrour Barzani

            Nobody
              nothing like it is known
        "#]]
        .assert_eq(
            &strip_str(&as_text(&names, &[found, pb::EntityResolution::default()])).to_string(),
        );
    }
}
