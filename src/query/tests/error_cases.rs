//! What is said of filters that are wrong, and where the mark stands.

use expect_test::{Expect, expect};

use crate::query::filter::Filter;
use crate::query::schema::Kind;

fn check(kind: Kind, filter: &str, expected: Expect) {
    let error = Filter::parse(filter, kind).unwrap_err();
    expected.assert_eq(&format!("{}\n", error.rendered(filter)));
}

fn article(filter: &str, expected: Expect) {
    check(Kind::Article, filter, expected);
}

fn statement(filter: &str, expected: Expect) {
    check(Kind::Statement, filter, expected);
}

fn entity(filter: &str, expected: Expect) {
    check(Kind::Entity, filter, expected);
}

#[test]
fn syntax() {
    article(
        "title = \"x\" AND",
        expect![[r#"
        title = "x" AND
                       ^ the filter ends where a comparison such as `field = value` is expected
    "#]],
    );
    article(
        "AND title = x",
        expect![[r#"
        AND title = x
        ^ `AND` stands where a comparison such as `field = value` is expected
    "#]],
    );
    article(
        "title = ",
        expect![[r#"
        title = 
                ^ the filter ends where a value after `=` is expected
    "#]],
    );
    article(
        "title = AND version = 1",
        expect![[r#"
        title = AND version = 1
                ^ `AND` stands where a value after `=` is expected
    "#]],
    );
    article(
        "title = \"Iraq",
        expect![[r#"
        title = "Iraq
                ^ this quote is never closed
    "#]],
    );
    article(
        r"title = 'a\q'",
        expect![[r#"
            title = 'a\q'
                      ^ this is no escape: there are \\, \", \', \*, \n, \t, \r and \u with four digits
        "#]],
    );
    article(
        r"title = '\ud800'",
        expect![[r#"
            title = '\ud800'
                     ^ this is no escape: there are \\, \", \', \*, \n, \t, \r and \u with four digits
        "#]],
    );
    article(
        "(title = x",
        expect![[r#"
        (title = x
        ^ this parenthesis is never closed
    "#]],
    );
    article(
        "title = x)",
        expect![[r#"
        title = x)
                 ^ `)` stands where AND, OR or the end is expected
    "#]],
    );
    article(
        "NOT NOT title = x",
        expect![[r#"
        NOT NOT title = x
            ^ `NOT` stands where a comparison such as `field = value` is expected
    "#]],
    );
    article(
        "title == x",
        expect![[r#"
            title == x
                  ^ `==` is no comparator; did you mean `=`?
        "#]],
    );
    article(
        "title ! x",
        expect![[r#"
        title ! x
              ^ `!` alone is no operator; did you mean `NOT`?
    "#]],
    );
    article(
        "title = a=b",
        expect![[r#"
        title = a=b
                 ^ `=` stands where AND, OR or the end is expected
    "#]],
    );
    article(
        "labels. = x",
        expect![[r#"
        labels. = x
                ^ `=` stands where the name of a part is expected
    "#]],
    );
    article(
        "title = (a OR b)",
        expect![[r#"
        title = (a OR b)
                ^ a list of values is not served: compare with each, as in `a = 1 OR a = 2`
    "#]],
    );
    article(
        "title, version",
        expect![[r#"
        title, version
             ^ `,` stands where AND, OR or the end is expected
    "#]],
    );
    article(
        "نێچیرڤان = 'x",
        expect![[r#"
        نێچیرڤان = 'x
                   ^ this quote is never closed
    "#]],
    );
    article(
        "title =\n\"日本\" AND AND version = 1",
        expect![[r#"
        title = "日本" AND AND version = 1
                           ^ `AND` stands where a comparison such as `field = value` is expected
    "#]],
    );
}

#[test]
fn words_and_functions_are_not_served() {
    article(
        "Barzani",
        expect![[r#"
        Barzani
        ^ `Barzani` stands alone: lists do not search for words; compare a field, as in `field = "value"`, or write `field:*` for one that is set
    "#]],
    );
    article(
        "title",
        expect![[r#"
        title
        ^ `title` stands alone: lists do not search for words; compare a field, as in `field = "value"`, or write `field:*` for one that is set; did you mean `title:*`?
    "#]],
    );
    article(
        "title = x and version = 2",
        expect![[r#"
        title = x and version = 2
                  ^ `and` stands alone: lists do not search for words; compare a field, as in `field = "value"`, or write `field:*` for one that is set; did you mean `AND`?
    "#]],
    );
    article(
        "title = x && version = 2",
        expect![[r#"
        title = x && version = 2
                  ^ `&&` stands alone: lists do not search for words; compare a field, as in `field = "value"`, or write `field:*` for one that is set; did you mean `AND`?
    "#]],
    );
    article(
        "\"two words\"",
        expect![[r#"
        "two words"
        ^ `two words` stands alone: lists do not search for words; compare a field, as in `field = "value"`, or write `field:*` for one that is set
    "#]],
    );
    article(
        "published_at > timestamp(\"2026\")",
        expect![[r#"
            published_at > timestamp("2026")
                           ^ no function stands here: there are `within(field, start, end)` and `overlaps(field, start, end)`, each in the place of a comparison
        "#]],
    );
    article(
        "regex(title, 'x')",
        expect![[r#"
            regex(title, 'x')
            ^ there is no function `regex`: there are `within(field, start, end)` and `overlaps(field, start, end)`
        "#]],
    );
}

#[test]
fn fields() {
    article(
        "titel = x",
        expect![[r#"
        titel = x
        ^ `titel` is no field of articles; did you mean `title`?
    "#]],
    );
    article(
        "publisher.nam = x",
        expect![[r#"
        publisher.nam = x
        ^ `publisher.nam` is no field of articles; did you mean `publisher.name`?
    "#]],
    );
    article(
        "body = x",
        expect![[r#"
        body = x
        ^ `body` is no field of articles: there are name, title, language, canonical_url, publisher, publisher.entity, publisher.name, authors, source_agency, published_at, pub_status, medium, labels, duplicate_of, origin.batch, version, create_time, update_time
    "#]],
    );
    article(
        "near_duplicates.article = 'articles/x'",
        expect![[r#"
        near_duplicates.article = 'articles/x'
        ^ `near_duplicates.article` is no field of articles, since it has no past: ask ListNearDuplicates, with the article as its parent and a filter of its own
    "#]],
    );
    article(
        "labels.a.b = x",
        expect![[r#"
        labels.a.b = x
        ^ a key of `labels` with dots in it stands in quotes; did you mean `labels."a.b"`?
    "#]],
    );
    statement(
        "speeker.entity = 'entities/x'",
        expect![[r#"
        speeker.entity = 'entities/x'
        ^ `speeker.entity` is no field of statements; did you mean `speaker.entity`?
    "#]],
    );
    statement(
        "article_publisher = x",
        expect![[r#"
        article_publisher = x
        ^ `article_publisher` is no field of statements; did you mean `article.publisher`?
    "#]],
    );
    statement(
        "title = x",
        expect![[r#"
            title = x
            ^ `title` is no field of statements: there are name, kind, speaker, speaker.entity, speaker.mention.text, speaker.description, speaker.anonymous, mentions, mentions.text, mentions.entity, addressees, addressees.text, addressees.entity, content, cue.text, triple, triple.subject, triple.predicate, triple.object, uttered_at, uttered_at.start, uttered_at.end, uttered_at.precision, uttered_at.duration, reference_time, reference_time.start, reference_time.end, reference_time.precision, reference_time.duration, language, confidence, rank, status, topics, parent, links, links.target, links.type, article.publisher, article.language, article.published_at, origin.batch, origin.extractor, origin.principal, create_time, update_time
        "#]],
    );
    entity(
        "name = 'entities/x' AND external_id.id = Q1",
        expect![[r#"
        name = 'entities/x' AND external_id.id = Q1
                                ^ `external_id.id` is no field of entities; did you mean `external_ids.id`?
    "#]],
    );
}

#[test]
fn types() {
    statement(
        "kind = FOO",
        expect![[r#"
        kind = FOO
               ^ `FOO` is no value of `kind`: there are DIRECT, MIXED, INDIRECT, NARRATED
    "#]],
    );
    statement(
        "kind = direct",
        expect![[r#"
        kind = direct
               ^ `direct` is no value of `kind`: there are DIRECT, MIXED, INDIRECT, NARRATED; did you mean `DIRECT`?
    "#]],
    );
    statement(
        "rank > NORMAL",
        expect![[r#"
        rank > NORMAL
             ^ `>` does not go with `rank`, which has no order: use `=` or `!=`
    "#]],
    );
    statement(
        "kind = STATEMENT_KIND_UNSPECIFIED",
        expect![[r#"
        kind = STATEMENT_KIND_UNSPECIFIED
               ^ `STATEMENT_KIND_UNSPECIFIED` is no value of `kind`: there are DIRECT, MIXED, INDIRECT, NARRATED
    "#]],
    );
    statement(
        "speaker.anonymous = yes",
        expect![[r#"
        speaker.anonymous = yes
                            ^ `speaker.anonymous` is true or false, not `yes`
    "#]],
    );
    statement(
        "speaker.anonymous = TRUE",
        expect![[r#"
        speaker.anonymous = TRUE
                            ^ `speaker.anonymous` is true or false, not `TRUE`; did you mean `true`?
    "#]],
    );
    statement(
        "confidence > high",
        expect![[r#"
        confidence > high
                     ^ `confidence` is a number, not `high`
    "#]],
    );
    statement(
        "confidence > nan",
        expect![[r#"
        confidence > nan
                     ^ `confidence` is a number, not `nan`
    "#]],
    );
    statement(
        "uttered_at = yesterday",
        expect![[r#"
        uttered_at = yesterday
                     ^ `uttered_at` is a time, not `yesterday`: write it like 2026, 2026-09, 2026-09-16 or 2026-09-16T10:30:00Z
    "#]],
    );
    statement(
        "uttered_at > 2026-02-30",
        expect![[r#"
        uttered_at > 2026-02-30
                     ^ `uttered_at` is a time, not `2026-02-30`: write it like 2026, 2026-09, 2026-09-16 or 2026-09-16T10:30:00Z
    "#]],
    );
    statement(
        "uttered_at = ''",
        expect![[r#"
        uttered_at = ''
                     ^ `uttered_at` is a time, not ``: write it like 2026, 2026-09, 2026-09-16 or 2026-09-16T10:30:00Z
    "#]],
    );
    statement(
        "speaker.entity = x",
        expect![[r#"
        speaker.entity = x
                         ^ `x` is no name of this kind: write it as `entities/{entity}`
    "#]],
    );
    statement(
        "speaker.entity = 'articles/x'",
        expect![[r#"
        speaker.entity = 'articles/x'
                         ^ `articles/x` is no name of this kind: write it as `entities/{entity}`
    "#]],
    );
    statement(
        "parent = 'articles/x'",
        expect![[r#"
        parent = 'articles/x'
                 ^ `articles/x` is no name of this kind: write it as `articles/{article}/statements/{statement}`
    "#]],
    );
    statement(
        "speaker = x",
        expect![[r#"
        speaker = x
                ^ `=` does not go with `speaker`, which has parts: name one, or write `speaker:*`
    "#]],
    );
    statement(
        "speaker:x",
        expect![[r#"
        speaker:x
                ^ `speaker` has no part `x`: write `speaker:*`
    "#]],
    );
    statement(
        "topics != x",
        expect![[r#"
        topics != x
               ^ `!=` does not go with `topics`, which is a list: use `=` or `:`, and `NOT topics:…` for the contrary
    "#]],
    );
    statement(
        "topics = ''",
        expect![[r#"
        topics = ''
                 ^ an empty text says nothing here: write `topics:*`
    "#]],
    );
    article(
        "language = 'not a language'",
        expect![[r#"
        language = 'not a language'
                   ^ `not a language` is no BCP-47 language tag: write it like `en`, `ckb` or `pt-BR`
    "#]],
    );
    article(
        "canonical_url = example.com",
        expect![[r#"
        canonical_url = example.com
                        ^ `example.com` is no absolute http or https address of at most 2,048 bytes
    "#]],
    );
    article(
        "title < 'a*'",
        expect![[r#"
        title < 'a*'
                ^ `*` goes with `=`, `!=` and `:`; in quotes, `\*` is the sign itself
    "#]],
    );
    article(
        "title:''",
        expect![[r#"
        title:''
              ^ an empty text says nothing here: write `title:*`
    "#]],
    );
    article(
        "labels = x",
        expect![[r#"
        labels = x
               ^ `=` does not go with `labels`, which is a map: write `labels.KEY = "value"`, or `labels:KEY`
    "#]],
    );
}

#[test]
fn named_tests() {
    statement(
        "witin(uttered_at, 2026, 2027)",
        expect![[r#"
            witin(uttered_at, 2026, 2027)
            ^ there is no function `witin`: there are `within(field, start, end)` and `overlaps(field, start, end)`; did you mean `within`?
        "#]],
    );
    statement(
        "Overlaps(uttered_at, 2026, 2027)",
        expect![[r#"
            Overlaps(uttered_at, 2026, 2027)
            ^ there is no function `Overlaps`: there are `within(field, start, end)` and `overlaps(field, start, end)`; did you mean `overlaps`?
        "#]],
    );
    statement(
        "within(uttered_at, 2026)",
        expect![[r#"
            within(uttered_at, 2026)
            ^ `within` takes a field, a start and an end, as in `within(create_time, 2026-09, 2026-10)`, not 2 arguments
        "#]],
    );
    statement(
        "within(uttered, 2026, 2027)",
        expect![[r#"
            within(uttered, 2026, 2027)
                   ^ `uttered` is no time of statements: there are uttered_at, uttered_at.start, uttered_at.end, reference_time, reference_time.start, reference_time.end, article.published_at, create_time, update_time
        "#]],
    );
    statement(
        "within(kind, 2026, 2027)",
        expect![[r#"
        within(kind, 2026, 2027)
               ^ `kind` is no time: `within` compares one
    "#]],
    );
    statement(
        "within(uttered_at, soon, *)",
        expect![[r#"
        within(uttered_at, soon, *)
                           ^ `uttered_at` is a time, not `soon`: write it like 2026, 2026-09, 2026-09-16 or 2026-09-16T10:30:00Z
    "#]],
    );
    statement(
        "within(uttered_at, 2027, 2026)",
        expect![[r#"
        within(uttered_at, 2027, 2026)
                                 ^ the end lies before the start
    "#]],
    );
    statement(
        "overlaps(uttered_at, 2026, 2027",
        expect![[r#"
        overlaps(uttered_at, 2026, 2027
                ^ this parenthesis is never closed
    "#]],
    );
    statement(
        "overlaps(uttered_at (2026))",
        expect![[r#"
        overlaps(uttered_at (2026))
                            ^ `(` stands where `,` or `)` is expected
    "#]],
    );
    statement(
        "overlaps(,)",
        expect![[r#"
        overlaps(,)
                 ^ `,` stands where a field or a value is expected
    "#]],
    );
    statement(
        "overlaps(uttered_at = 2026, *, *)",
        expect![[r#"
        overlaps(uttered_at = 2026, *, *)
                            ^ `=` stands where `,` or `)` is expected
    "#]],
    );
    statement(
        "uttered_at = within(2026, 2027)",
        expect![[r#"
        uttered_at = within(2026, 2027)
                     ^ no function stands here: there are `within(field, start, end)` and `overlaps(field, start, end)`, each in the place of a comparison
    "#]],
    );
    statement(
        "uttered_at.duration < 1h",
        expect![[r#"
        uttered_at.duration < 1h
                              ^ `uttered_at.duration` is a duration, not `1h`: write it like 3600s
    "#]],
    );
    statement(
        "uttered_at.precision = MONTHS",
        expect![[r#"
        uttered_at.precision = MONTHS
                               ^ `MONTHS` is no value of `uttered_at.precision`: there are SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER, SEASON, YEAR, DECADE, CENTURY; did you mean `MONTH`?
    "#]],
    );
}

#[test]
fn limits() {
    let deep = |depth| format!("{}version=1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&deep(32), Kind::Article).is_ok());
    let error = Filter::parse(&deep(33), Kind::Article).unwrap_err();
    assert_eq!(error.to_string(), "column 33: parentheses may stand at most 32 deep");

    let long = |bytes: usize| format!("title='{}'", "é".repeat((bytes - 8) / 2));
    assert!(Filter::parse(&long(4096), Kind::Article).is_ok());
    let error = Filter::parse(&long(4098), Kind::Article).unwrap_err();
    assert_eq!(error.column, 2052);
    assert_eq!(error.message, "the filter has 4098 bytes; at most 4096 are taken");

    let many = |comparisons: usize| "version=1 ".repeat(comparisons);
    assert!(Filter::parse(&many(200), Kind::Article).is_ok());
    let error = Filter::parse(&many(201), Kind::Article).unwrap_err();
    assert_eq!(error.column, 2001);
    assert_eq!(error.message, "the filter has more than 200 comparisons: ask in several calls");
}
