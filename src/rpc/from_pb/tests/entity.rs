//! Entities that are refused, and for what.

use super::*;

#[test]
fn a_bad_entity_is_refused() {
    check_entity(|it| it.display_name.clear(), "");
    check_entity(|it| it.name = "minister".into(), "entities[0].name BAD_NAME");
    check_entity(|it| *it = pb::Entity::default(), "entities[0].display_name REQUIRED");
    check_entity(|it| it.display_name = " ".into(), "entities[0].display_name REQUIRED");
    check_entity(|it| it.r#type = 99, "entities[0].type UNKNOWN_ENUM_VALUE");
    check_entity(|it| it.names[0].text.clear(), "entities[0].names[0].text REQUIRED");
    check_entity(|it| it.names[0].kind = 9, "entities[0].names[0].kind UNKNOWN_ENUM_VALUE");
    check_entity(
        |it| it.external_ids[0].authority = "Wikidata".into(),
        "entities[0].external_ids[0].authority BAD_KEY",
    );
    check_entity(|it| it.external_ids[0].id.clear(), "entities[0].external_ids[0].id REQUIRED");
    check_entity(
        |it| it.external_ids[0].id = text(129),
        "entities[0].external_ids[0].id OVER_LIMIT",
    );
    check_entity(
        |it| (it.occupancies[0].post, it.occupancies[0].title) = Default::default(),
        "entities[0].occupancies[0].title REQUIRED",
    );
    check_entity(
        |it| it.occupancies[0].evidence = "articles/a".into(),
        "entities[0].occupancies[0].evidence BAD_NAME",
    );
    check_entity(
        |it| it.end = Some(pb::CoarseTime { start: "2025".into(), ..Default::default() }),
        "entities[0].end BAD_TIME",
    );
    check_entity(|it| it.place = "paris".into(), "entities[0].place BAD_NAME");
}
