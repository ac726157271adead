//! Updates, creations and deletions.

use super::*;

fn article_update(paths: &[&str]) -> Result<Vec<ArticleField>, Error> {
    let article = Some(samples::article());
    let paths = paths.iter().map(ToString::to_string).collect();
    let update_mask = Some(prost_types::FieldMask { paths });
    let request = pb::UpdateArticleRequest { article, update_mask, ..Default::default() };
    from_pb::update_article(request, "").map(|command| command.fields)
}

#[test]
fn a_mask_names_fields() {
    assert_eq!(article_update(&["title", "etag", "title"]), Ok(vec![ArticleField::Title]));
    assert_eq!(article_update(&["labels.a/b.c"]), Ok(vec![ArticleField::Label("a/b.c".into())]));
    assert_eq!(
        article_update(&["metadata.`live`"]),
        Ok(vec![ArticleField::MetadataKey("live".into())])
    );
    assert_eq!(article_update(&["*"]).unwrap().len(), 13);
    assert_eq!(article_update(&[]).unwrap().len(), 13);
    for bad in ["body", "body_extent", "canonical_url", "titel", "origin.note", "labels."] {
        let field = "update_mask.paths[0]";
        let reason = if bad == "labels." { "BAD_KEY" } else { "BAD_MASK" };
        assert_eq!(faults(article_update(&[bad])), [format!("{field} {reason}")], "{bad}");
    }
    let Err(Error::Invalid(faults)) = article_update(&["publishd_at"]) else { panic!() };
    assert!(faults[0].description.contains("`published_at`"), "{}", faults[0].description);
}

#[test]
fn an_update_without_a_mask_takes_what_is_set() {
    let entity = pb::Entity {
        name: "entities/a".into(),
        description: "A minister".into(),
        etag: "7".into(),
        ..Default::default()
    };
    let request = pb::UpdateEntityRequest { entity: Some(entity), ..Default::default() };
    let command = from_pb::update_entity(request.clone(), "").unwrap();
    assert_eq!(command.fields, [EntityField::Description]);
    assert_eq!(command.etag.as_deref(), Some("7"));
    let update_mask = Some(prost_types::FieldMask { paths: vec!["*".into()] });
    let request = pb::UpdateEntityRequest { update_mask, ..request };
    assert_eq!(faults(from_pb::update_entity(request, "")), ["entity.display_name REQUIRED"]);
}

#[test]
fn creations_and_deletions_are_checked() {
    let request = pb::CreateStatementRequest {
        parent: "articles/a".into(),
        statement_id: "new".into(),
        statement: Some(samples::statement()),
        ..Default::default()
    };
    let command = from_pb::create_statement(request.clone(), "").unwrap();
    assert_eq!(command.draft.id.unwrap().as_str(), "new");
    let request = pb::CreateStatementRequest { statement_id: "New".into(), ..request };
    assert_eq!(faults(from_pb::create_statement(request, "")), ["statement_id BAD_ID"]);

    let request =
        pb::CreateEntityRequest { entity: Some(pb::Entity::default()), ..Default::default() };
    assert_eq!(faults(from_pb::create_entity(request, "")), ["entity.display_name REQUIRED"]);

    let request = pb::DeleteEntityRequest { name: "articles/a".into(), ..Default::default() };
    assert_eq!(faults(from_pb::delete_entity(request, "")), ["name BAD_NAME"]);
    let request = pb::DeleteStatementRequest { etag: "7".into(), ..Default::default() };
    assert_eq!(faults(from_pb::delete_statement(request, "")), ["name REQUIRED"]);
}
