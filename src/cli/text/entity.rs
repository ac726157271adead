//! Entities written for reading.

use super::layout::{columns, fields, harmless, indented};
use super::{NAME, STRONG, dotted, styled, time, words};
use crate::rpc::pb;

/// Entities as a table: name to show, type, resource name.
pub(in crate::cli) fn table(entities: &[pb::Entity]) -> String {
    let row = |entity: &pb::Entity| {
        [harmless(&entity.display_name), kind(entity), entity.name.clone()].to_vec()
    };
    let rows: Vec<Vec<String>> = entities.iter().map(row).collect();
    let line = |row: Vec<String>| match row.as_slice() {
        [display, kind, name] => {
            format!("{}  {kind}  {}\n", styled(STRONG, display), styled(NAME, name.trim_end()))
        }
        _ => String::new(),
    };
    columns(&rows).into_iter().map(line).collect()
}

/// An entity with all that is told of it.
pub(in crate::cli) fn full(entity: &pb::Entity) -> String {
    let display = styled(STRONG, &harmless(&entity.display_name));
    let mut out = format!("{display}  {}\n", kind(entity));
    out.push_str(&indented(&entity.description, 2));
    let rows = [
        ("name", vec![entity.name.clone()]),
        ("merged into", vec![entity.merged_into.clone()]),
        ("absorbed", entity.referents.clone()),
        ("names", names(entity)),
        ("posts", entity.occupancies.iter().map(occupancy).collect()),
        ("began", vec![time::coarse(entity.start.as_ref())]),
        ("ended", vec![time::coarse(entity.end.as_ref())]),
        ("place", vec![entity.place.clone()]),
        (
            "ids",
            entity
                .external_ids
                .iter()
                .map(|id| sourced(&format!("{} {}", id.authority, id.id), &id.source_entity))
                .collect(),
        ),
        ("state", vec![format!("revision {}", entity.revision)]),
    ];
    let told: Vec<(&str, Vec<String>)> = rows
        .into_iter()
        .map(|(label, values)| (label, values.into_iter().filter(|v| !v.is_empty()).collect()))
        .filter(|(_, values): &(&str, Vec<String>)| !values.is_empty())
        .collect();
    out.push_str(&fields(&told));
    out
}

/// A merge: the survivor, and in what the entities disagree.
pub(in crate::cli) fn merged(merged: &pb::MergeEntitiesResponse) -> String {
    let mut out = merged.entity.as_ref().map_or_else(String::new, full);
    for conflict in &merged.conflicts {
        let [field, kept, other] =
            [&conflict.field, &conflict.kept, &conflict.other].map(|text| harmless(text));
        let absorbed = styled(NAME, &conflict.absorbed);
        out.push_str(&format!("\n{absorbed} disagrees in {field}\n"));
        out.push_str(&fields(&[("shown", vec![kept]), ("not shown", vec![other])]));
    }
    out
}

/// What is apart again.
pub(in crate::cli) fn unmerged(apart: &pb::UnmergeEntitiesResponse) -> String {
    let entities = apart.entity.iter().chain(&apart.survivor).map(full);
    entities.collect::<Vec<_>>().join("\n")
}

fn kind(entity: &pb::Entity) -> String {
    words(entity.r#type().as_str_name(), "ENTITY_TYPE_")
}

/// The names, each language with its own on one line.
fn names(entity: &pb::Entity) -> Vec<String> {
    let mut languages: Vec<&str> = Vec::new();
    for name in &entity.names {
        if !languages.contains(&name.language.as_str()) {
            languages.push(&name.language);
        }
    }
    let line = |language: &str| {
        let of = entity.names.iter().filter(|name| name.language == language);
        let texts: Vec<String> = of.map(|name| sourced(&name.text, &name.source_entity)).collect();
        let tag = if language.is_empty() { "any" } else { language };
        format!("{tag}: {}", texts.join(", "))
    };
    languages.into_iter().map(line).collect()
}

/// A post held: what, where, by whom, since and until when.
fn occupancy(occupancy: &pb::Occupancy) -> String {
    let post = match occupancy.title.as_str() {
        "" => occupancy.post.as_str(),
        title => title,
    };
    let (start, end) =
        (time::coarse(occupancy.start.as_ref()), time::coarse(occupancy.end.as_ref()));
    let span = match (start.as_str(), end.as_str()) {
        ("", "") => String::new(),
        (start, "") => format!("since {start}"),
        ("", end) => format!("until {end}"),
        (start, end) => format!("{start} to {end}"),
    };
    let held = [post, occupancy.holder.as_str(), occupancy.organization.as_str(), &span];
    sourced(&dotted(held), &occupancy.source_entity)
}

/// A value, with the entity that it came by where entities were merged.
fn sourced(value: &str, source: &str) -> String {
    match source {
        "" => value.to_owned(),
        source => format!("{value} (by {source})"),
    }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use expect_test::expect;

    use super::*;

    fn entity() -> pb::Entity {
        let name = |text: &str, language: &str| pb::EntityName {
            text: text.into(),
            language: language.into(),
            ..Default::default()
        };
        pb::Entity {
            name: "entities/nechirvan-barzani".into(),
            r#type: pb::EntityType::Person as i32,
            display_name: "Nechirvan Barzani".into(),
            description: "President of the Kurdistan Region of Iraq.".into(),
            names: vec![
                name("Nechirvan Barzani", "en"),
                name("نێچیرڤان بارزانی", "ckb"),
                name("Nechervan Idris Barzani", "en"),
            ],
            external_ids: vec![pb::ExternalId {
                authority: "wikidata".into(),
                id: "Q1".into(),
                ..Default::default()
            }],
            occupancies: vec![pb::Occupancy {
                title: "President".into(),
                organization: "entities/kurdistan-region".into(),
                start: Some(pb::CoarseTime {
                    start: "2019-06-10".into(),
                    precision: pb::TimePrecision::Day as i32,
                    ..Default::default()
                }),
                ..Default::default()
            }],
            revision: 3,
            ..Default::default()
        }
    }

    #[test]
    fn an_entity_is_told_in_full() {
        expect![[r#"
            Nechirvan Barzani  person
              President of the Kurdistan Region of Iraq.
              name   entities/nechirvan-barzani
              names  en: Nechirvan Barzani, Nechervan Idris Barzani
                     ckb: نێچیرڤان بارزانی
              posts  President · entities/kurdistan-region · since 2019-06-10
              ids    wikidata Q1
              state  revision 3
        "#]]
        .assert_eq(&strip_str(&full(&entity())).to_string());
    }

    #[test]
    fn a_merge_is_told_with_what_the_two_disagree_in() {
        let mut entity = pb::Entity {
            name: "entities/roe".into(),
            display_name: "Jane Roe".into(),
            referents: vec!["entities/j-roe".into()],
            names: vec![pb::EntityName { text: "J. Roe".into(), ..Default::default() }],
            revision: 4,
            ..Default::default()
        };
        entity.names[0].source_entity = "entities/j-roe".into();
        let conflict = pb::MergeConflict {
            field: "description".into(),
            absorbed: "entities/j-roe".into(),
            kept: "A mayor".into(),
            other: "A minister".into(),
        };
        let answer = pb::MergeEntitiesResponse {
            entity: Some(entity),
            conflicts: vec![conflict],
            ..Default::default()
        };
        expect![[r#"
            Jane Roe  unspecified
              name      entities/roe
              absorbed  entities/j-roe
              names     any: J. Roe (by entities/j-roe)
              state     revision 4

            entities/j-roe disagrees in description
              shown      A mayor
              not shown  A minister
        "#]]
        .assert_eq(&strip_str(&merged(&answer)).to_string());
    }

    #[test]
    fn entities_make_an_aligned_table() {
        let place = pb::Entity {
            name: "entities/tokyo".into(),
            r#type: pb::EntityType::Place as i32,
            display_name: "東京".into(),
            ..Default::default()
        };
        expect![[r#"
            Nechirvan Barzani  person  entities/nechirvan-barzani
            東京               place   entities/tokyo
        "#]]
        .assert_eq(&strip_str(&table(&[entity(), place])).to_string());
    }
}
