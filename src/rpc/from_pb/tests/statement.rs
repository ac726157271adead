//! Statements that are refused, and for what.

use super::*;

#[test]
fn a_bad_statement_is_refused() {
    check_statement(|it| it.name = "articles/-/statements/s".into(), "");
    check_statement(|it| it.parent = "articles/-/statements/p".into(), "");
    check_statement(|it| it.name = "articles/b/statements/s".into(), "statements[0].name BAD_NAME");
    check_statement(|it| it.name = "articles/-/statements/S".into(), "statements[0].name BAD_NAME");
    check_statement(
        |it| it.parent = "articles/b/statements/p".into(),
        "statements[0].parent BAD_NAME",
    );
    check_statement(|it| it.parent.clone_from(&it.name), "statements[0].parent CONTRADICTION");
    check_statement(|it| it.kind = 9, "statements[0].kind UNKNOWN_ENUM_VALUE");
    check_statement(|it| it.content.clear(), "statements[0].content REQUIRED");
    check_statement(
        |it| it.content = vec![it.content[0].clone(); 65],
        "statements[0].content OVER_LIMIT",
    );
    check_statement(
        |it| it.content[0].selector = None,
        "statements[0].content[0].selector REQUIRED",
    );
    check_statement(|it| it.confidence = Some(1.1), "statements[0].confidence BAD_NUMBER");
    check_statement(|it| it.confidence = Some(f64::NAN), "statements[0].confidence BAD_NUMBER");
    check_statement(|it| it.rank = 9, "statements[0].rank UNKNOWN_ENUM_VALUE");
    check_statement(|it| it.rank_reason.clear(), "statements[0].rank_reason REQUIRED");
    check_statement(|it| it.topics.push(String::new()), "statements[0].topics[1] REQUIRED");
    check_statement(|it| it.language = "?".into(), "statements[0].language BAD_LANGUAGE");
    check_statement(
        |it| it.mentions.push(pb::Mention::default()),
        "statements[0].mentions[1].text REQUIRED",
    );
    check_statement(
        |it| it.addressees[0].r#type = 99,
        "statements[0].addressees[0].type UNKNOWN_ENUM_VALUE",
    );
    check_statement(|it| it.links[0].r#type = 0, "statements[0].links[0].type REQUIRED");
    check_statement(
        |it| it.links[0].target.clone_from(&it.name),
        "statements[0].links[0].target CONTRADICTION",
    );
    check_statement(
        |it| it.links[0].target = "articles/-/statements/x".into(),
        "statements[0].links[0].target BAD_NAME",
    );
    check_statement(
        |it| it.links[0].confidence = Some(-0.1),
        "statements[0].links[0].confidence BAD_NUMBER",
    );
}

#[test]
fn a_bad_speaker_is_refused() {
    let check = |spoil: fn(&mut pb::Speaker), expected: &str| {
        let expected = format!("statements[0].speaker.{expected}");
        check_statement(|it| spoil(it.speaker.as_mut().unwrap()), &expected);
    };
    check(|it| it.anonymous = true, "entity CONTRADICTION");
    check(|it| (it.anonymous, it.entity) = (true, String::new()), "mention.entity CONTRADICTION");
    check(|it| it.entity = "entities/other".into(), "mention.entity CONTRADICTION");
    check(|it| it.entity = "entities/".into(), "entity BAD_NAME");
    check(|it| it.description = text(513), "description OVER_LIMIT");
}

#[test]
fn a_bad_triple_is_refused() {
    use pb::term::Value;
    let check = |spoil: fn(&mut pb::Triple), expected: &str| {
        let expected = format!("statements[0].triple.{expected}");
        check_statement(|it| spoil(it.triple.as_mut().unwrap()), &expected);
    };
    check(|it| it.subject = None, "subject REQUIRED");
    check(|it| it.subject = Some(pb::Term::default()), "subject REQUIRED");
    check(|it| it.predicate.clear(), "predicate REQUIRED");
    check(|it| it.predicate = "Needs Support".into(), "predicate BAD_KEY");
    check(|it| it.qualifiers[1].value = None, "qualifiers[1].value REQUIRED");
    check(
        |it| it.object = Some(pb::Term { value: Some(Value::Number(f64::INFINITY)) }),
        "object.number BAD_NUMBER",
    );
    check(
        |it| it.object = Some(pb::Term { value: Some(Value::Entity("x".into())) }),
        "object.entity BAD_NAME",
    );
}

#[test]
fn a_bad_selector_is_refused() {
    check_selector(|it| (it.start, it.end) = (None, None), "");
    check_selector(|it| it.exact.clear(), "");
    check_selector(|it| *it = pb::Selector::default(), "exact REQUIRED");
    check_selector(|it| (it.start, it.exact) = (None, String::new()), "start REQUIRED");
    check_selector(|it| (it.end, it.exact) = (None, String::new()), "end REQUIRED");
    check_selector(|it| it.start = Some(-1), "start BAD_NUMBER");
    check_selector(|it| it.end = it.start, "end BAD_NUMBER");
    check_selector(|it| it.exact = text(65_537), "exact OVER_LIMIT");
    check_selector(|it| it.prefix = text(65), "prefix OVER_LIMIT");
}
