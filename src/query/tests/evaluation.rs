//! Which of the sample records filters let pass.

use super::sample;
use crate::domain::record::Stored;
use crate::query::filter::Filter;
use crate::query::schema::Kind;

fn check(kind: Kind, records: &[Stored], filter: &str, expected: &str) {
    let parsed = match Filter::parse(filter, kind) {
        Ok(parsed) => parsed.unwrap(),
        Err(error) => panic!("\n{}", error.rendered(filter)),
    };
    let passed: Vec<String> = records
        .iter()
        .filter(|record| parsed.matches(record))
        .map(|record| record.name.to_string())
        .map(|name| name.rsplit('/').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(passed.join(" "), expected, "{filter}");
}

fn article(filter: &str, expected: &str) {
    check(Kind::Article, &sample::articles(), filter, expected);
}

fn statement(filter: &str, expected: &str) {
    check(Kind::Statement, &sample::statements(), filter, expected);
}

fn entity(filter: &str, expected: &str) {
    check(Kind::Entity, &sample::entities(), filter, expected);
}

#[test]
fn an_empty_filter_is_none() {
    assert_eq!(Filter::parse("  ", Kind::Article), Ok(None));
}

#[test]
fn texts_compare_whole_or_by_wildcard() {
    article("title = 'Iraq and the Region talk'", "full");
    article("title = Iraq", "");
    article("title = Iraq*", "full");
    article("title = '*talk'", "full");
    article("title = '*and the*'", "full");
    article("title != Iraq*", "plain");
    article("title = 'Iraq*Region*talk'", "full");
    article("title = '*a*n*e*talk*'", "full");
    article("title = 'Iraq*talk*talk'", "");
    article("title = 'Iraq and the Region talk*talk'", "");
    article("title = **", "full plain");
    article("title != '*Region*k'", "plain");
    article(r"title = '5 \* 3'", "plain");
    article("title = *", "full plain");
    article("title < Iraq", "plain");
    article("title >= 'Iraq'", "full");
    article("title:Region", "full");
    article("title:*", "full plain");
    article("name = articles/full", "full");
    article("name > 'articles/c'", "full plain");
    article("language = EN", "full");
    article("canonical_url = 'HTTPS://EXAMPLE.com/a#part'", "full");
    article("duplicate_of = articles/plain", "full");
    article("source_agency:AFP", "full");
    article("source_agency:AF", "");
}

#[test]
fn what_is_unset_passes_nothing_but_the_empty_text() {
    article("language != de", "full");
    article("language = ''", "plain bare");
    article("language != ''", "full");
    article("NOT language = de", "full plain bare");
    article("published_at < 2100", "full plain");
    article("-published_at:*", "bare");
    statement("speaker.anonymous != true", "full");
    statement("confidence != 0.9", "mixed");
    statement("NOT speaker:*", "bare");
    statement("speaker.entity = ''", "mixed bare");
}

#[test]
fn publishers_are_known_by_entity_or_by_name() {
    article("publisher = entities/rudaw", "full");
    article("publisher = Rudaw", "");
    article("publisher = Reuters", "plain");
    article("publisher.name = Rudaw OR publisher.name = Reuters", "full plain");
    article("publisher.entity:*", "full");
    statement("article.publisher = Reuters", "mixed");
}

#[test]
fn enums_go_by_either_of_their_names() {
    article("pub_status = WITHHELD", "plain");
    article("pub_status = PUB_STATUS_USABLE", "full bare");
    article("medium != TEXT", "plain");
    statement("kind = DIRECT", "full");
    statement("kind = MIXED", "mixed");
    statement("kind:INDIRECT", "bare");
    statement("rank = PREFERRED OR status = ORPHANED", "full mixed");
    entity("type = PERSON", "person");
    entity("type = OTHER", "bare");
}

#[test]
fn maps_have_keys() {
    article("labels:desk", "full plain");
    article("labels.desk = world", "full");
    article("labels.desk:world", "full");
    article("labels.desk != world", "plain");
    article("labels.desk:*", "full plain");
    article("labels:*", "full plain");
    article("labels.\"a.b\" = c", "full");
    article("labels:'a.b'", "full");
    article("labels.empty:*", "full");
    article("labels.empty = ''", "full plain bare");
    article("labels.empty != ''", "");
    article("labels.desk != ''", "full plain");
    article("labels.desk = w*", "full");
}

#[test]
fn lists_pass_where_any_element_does() {
    article("authors:'Ann Lee'", "full");
    article("authors = 'Bo*'", "full");
    article("authors:Ann", "");
    statement("topics:oil", "full mixed");
    statement("topics:oil AND topics:security", "full");
    statement("-topics:security", "mixed bare");
    statement("mentions.entity = entities/y", "full bare");
    statement("mentions.entity:entities/z", "full");
    statement("mentions:entity", "full mixed bare");
    statement("mentions:*", "full mixed");
    statement("addressees.entity = entities/z", "full");
    statement("addressees:*", "full");
    statement("content:need", "full mixed");
    statement("content = now", "full");
    statement("links.target = articles/b/statements/s", "full");
    statement("links:*", "full");
}

#[test]
fn times_compare_exactly_or_coarsely() {
    article("published_at = 2026-09-16T10:30:00Z", "full");
    article("published_at = 2026-09-16T13:30:00+03:00", "full");
    article("published_at = 2026-09", "full");
    article("published_at != 2026-09", "plain");
    article("published_at < 2026-10", "full");
    article("published_at <= 2026-10", "full plain");
    article("published_at > 2026-09", "plain");
    article("published_at >= \"2026-09-16T10:30\"", "full plain");
    article("create_time = 2026-10-01 AND update_time > 2026-10-02T08:00:00Z", "full plain bare");
    article("update_time = 2026-10-02T08:00:00.5Z", "full plain bare");
    statement("uttered_at = 2026-09", "full mixed");
    statement("uttered_at = 2026-09-16", "full");
    statement("uttered_at < 2026-09-16", "mixed");
    statement("uttered_at > 2026-09", "");
    statement("uttered_at >= 2026-09-16T00:00:00Z", "full");
    statement("reference_time >= 2026 AND reference_time <= 2026", "full");
    statement("reference_time = 2026-01", "");
    statement("article.published_at = 2026-09-17", "full");
    entity("start = 2026-09 AND end > 2026-09-17", "event");
}

#[test]
fn times_lie_within_a_span_or_overlap_it() {
    article("within(published_at, 2026-09-16T10:30:00Z, 2026-09-16T10:30:00Z)", "full");
    article("within(published_at, 2026-09, 2026-09)", "full");
    article("within(published_at, 2026-09, *) AND published_at < 2027", "full plain");
    article("within(published_at, *, 2026-09-30)", "full");
    article("NOT within(published_at, *, 2026-09)", "plain bare");
    statement("within(uttered_at, 2026-09-01, 2026-09-30)", "full mixed");
    statement("within(uttered_at, 2026-09-01, 2026-09-29)", "full");
    statement("overlaps(uttered_at, 2026-09-17, 2026-09-20)", "mixed");
    statement("overlaps(reference_time, 2026-09, 2026-09)", "full");
    statement("within(reference_time, 2026-09, 2026-09)", "");
    statement("overlaps(reference_time, 2027, *)", "");
    statement("overlaps(reference_time, *, *)", "full");
    entity("overlaps(start, 2026-09-16T12:00:00Z, *)", "event");
}

#[test]
fn coarse_times_have_parts() {
    statement("uttered_at.precision = MONTH", "mixed");
    statement("uttered_at.precision:DAY OR reference_time.precision = DECADE", "full");
    statement("uttered_at.start = 2026-09-01", "mixed");
    statement("uttered_at.start = 2026-09", "full mixed");
    statement("reference_time.end > 2026-11-24", "full");
    statement("reference_time.end = 2027-01-01T00:00:00Z", "full");
    statement("uttered_at.duration <= 86400s", "full");
    statement("uttered_at.duration > 86400.5s", "mixed");
}

#[test]
fn numbers_and_truths() {
    article("version = 1", "plain bare");
    article("version > 1.5", "full");
    statement("confidence >= 0.5", "full mixed");
    statement("confidence:0.5", "mixed");
    statement("speaker.anonymous = true", "mixed");
    statement("speaker.anonymous = false", "full");
}

#[test]
fn names_and_origins() {
    article("origin.batch = import-1", "full");
    statement("origin.extractor = dicta-rules", "full");
    statement("parent = articles/a/statements/mixed", "full");
    statement("language = ckb AND article.language = en", "full");
    statement("name = articles/a/statements/bare", "bare");
    entity("name = entities/event", "event");
    entity("place = entities/erbil", "event");
    entity("display_name:Barzani", "person");
    entity("description:President", "person");
    entity("names.text:'بارزانی'", "person");
    entity("names.language = CKB", "person");
}

#[test]
fn neighbours_that_name_parts_of_a_list_speak_of_one_element() {
    entity("external_ids.authority = wikidata AND external_ids.id = Q2", "event");
    entity("external_ids.id = Q2 external_ids.authority = wikidata", "event");
    entity("external_ids.id = Q2", "person event");
    entity(
        "(external_ids.authority = wikidata) AND type:* AND external_ids.id = Q2",
        "person event",
    );
    entity("names.text:Barzan AND names.language = ku", "person");
    entity("names.text:Barzan AND names.language = ckb", "");
}

#[test]
fn records_of_another_kind_have_none_of_the_fields() {
    check(Kind::Article, &sample::entities(), "title:*", "");
    check(Kind::Entity, &sample::statements(), "external_ids:*", "");
}

#[test]
fn connectives() {
    article("version = 1 title:* OR version = 3", "plain");
    article("(version = 1 AND title:*) OR version = 3", "full plain");
    article("NOT (version = 1 OR title:Iraq)", "");
    article("NOT version = 1 OR title:5", "full plain");
}
