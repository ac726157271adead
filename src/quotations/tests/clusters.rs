//! Which statements make a quotation, and what is told of it.

use super::base::{
    Base, By, article, article_with, entity, no_article, no_statement, prose, said, said_in,
};
use crate::domain::article::PubStatus;
use crate::domain::id::EntityId;
use crate::quotations::{Listing, QuotationOrder, QuotationSpeaker};

const QUOTE: &str = "We will open the bridge in May and not before";
const JANE: By<'static> = By::Entity("jane-roe");

fn base(quotes: &[(By<'_>, &str)]) -> Base {
    let mut base = Base::new();
    for (at, (by, words)) in quotes.iter().enumerate() {
        let id = format!("a{at}");
        base.apply(&[article(&id, &prose(at as u64, 60), at as i64), said(&id, "s", *by, words)]);
    }
    base.commit();
    base
}

#[track_caller]
fn check(quotes: &[(By<'_>, &str)], expected: &[&[&str]]) {
    let expected: Vec<Vec<String>> = expected
        .iter()
        .map(|cluster| cluster.iter().map(|article| format!("{article}/s")).collect())
        .collect();
    assert_eq!(base(quotes).clusters(), expected);
}

#[test]
fn the_same_words_by_the_same_speaker_are_one_quotation() {
    check(
        &[(JANE, QUOTE), (JANE, "“we will open the bridge — in May, and not before.”")],
        &[&["a0", "a1"]],
    );
    check(
        &[(JANE, QUOTE), (JANE, "We will open that bridge in May and not before")],
        &[&["a0", "a1"]],
    );
    check(&[(JANE, QUOTE), (By::Entity("john-doe"), QUOTE)], &[&["a0"], &["a1"]]);
    check(&[(By::Name("Jane Roe"), QUOTE), (By::Name("Jane ROE"), QUOTE)], &[&["a0", "a1"]]);
    check(&[(By::Nobody, QUOTE), (By::Nobody, QUOTE)], &[&["a0"], &["a1"]]);
    check(
        &[(By::Name("the president"), QUOTE), (By::Name("the president"), QUOTE)],
        &[&["a0"], &["a1"]],
    );
    check(&[(JANE, "Too short to count"), (JANE, "Too short to count")], &[]);
}

#[test]
fn a_negation_or_another_figure_makes_another_quotation() {
    check(
        &[(JANE, "we will sell the bridge to them"), (JANE, "we will not sell the bridge to them")],
        &[&["a0"], &["a1"]],
    );
    check(
        &[(JANE, "it will cost 5 million in all"), (JANE, "it will cost 6 million in all")],
        &[&["a0"], &["a1"]],
    );
}

#[test]
fn wordings_are_connected_step_by_step() {
    let (one, two, three) = (
        "alfa bravo charlie delta echo foxtrot golf hotel india juliet",
        "alfa bravo charlie delta echo foxtrot golf hotel red blue",
        "alfa bravo charlie delta echo foxtrot green pink red blue",
    );
    check(&[(JANE, one), (JANE, three)], &[&["a0"], &["a1"]]);
    check(&[(JANE, one), (JANE, three), (JANE, two)], &[&["a0", "a1", "a2"]]);
    let mut base = base(&[(JANE, one), (JANE, three), (JANE, two)]);
    base.take(&[no_statement("a2", "s")]);
    assert_eq!(base.clusters(), [["a0/s"], ["a1/s"]]);
}

#[test]
fn what_is_told_of_a_quotation() {
    let mut base = Base::new();
    let agency = |name: &'static str| {
        move |it: &mut crate::domain::article::Article| {
            it.source_agency = "AP".into();
            it.publisher.name = name.into();
        }
    };
    base.take(&[
        article_with("a0", &prose(0, 60), 3, agency("Daily One")),
        article_with("a1", &prose(1, 60), 1, agency("Daily Two")),
        article_with("a2", &prose(2, 60), 2, |it| it.publisher.name = "Daily Two".into()),
        said("a0", "s", JANE, QUOTE),
        said("a1", "s", JANE, "We will open a bridge in May and not before"),
        said("a2", "s", JANE, QUOTE),
    ]);
    let [quotation] = base.all().try_into().unwrap();
    assert_eq!(quotation.text, QUOTE);
    assert_eq!((quotation.articles, quotation.outlets, quotation.origins), (3, 2, (2, 2)));
    assert_eq!((quotation.wording_count, quotation.drift), (2, 1));
    assert_eq!(quotation.first_seen.unwrap().as_second(), 86_400);
    assert_eq!(quotation.last_seen.unwrap().as_second(), 3 * 86_400);
    assert_eq!(quotation.speaker, QuotationSpeaker::Entity(EntityId::new("jane-roe").unwrap()));
    assert_eq!(quotation.wordings[0].changes, []);
    let changed = quotation.wordings[1].changes.iter().find(|it| it.said != it.given).unwrap();
    assert_eq!((changed.said.as_str(), changed.given.as_str()), ("the", "a"));
}

#[test]
fn an_id_goes_on_when_a_quotation_is_taken_in_or_its_first_statement_goes() {
    let mut base = base(&[(JANE, QUOTE)]);
    let old = base.all()[0].id.clone();
    // Published earlier: the quotation is now known by this one.
    base.take(&[article("b", &prose(9, 60), -5), said("b", "s", JANE, QUOTE)]);
    let new = base.all()[0].id.clone();
    assert_ne!(old, new);
    let by_id = |base: &Base, id: &str| base.reader().quotation(id).unwrap().map(|it| it.id);
    assert_eq!(by_id(&base, &old).as_ref(), Some(&new));
    base.take(&[no_statement("b", "s")]);
    assert_eq!(by_id(&base, &new).as_ref(), Some(&old));
    base.take(&[no_statement("a0", "s")]);
    assert_eq!(by_id(&base, &old), None);
    for bad in ["", "q", "qxyz", "q1", "Q0000000000000001"] {
        assert_eq!(by_id(&base, bad), None);
    }
}

#[test]
fn merged_speakers_are_one_and_come_apart_again() {
    let mut base = base(&[(JANE, QUOTE), (By::Entity("j-roe"), QUOTE), (By::Entity("roe"), QUOTE)]);
    assert_eq!(base.clusters().len(), 3);
    base.take(&[entity("roe", Some("j-roe")), entity("j-roe", Some("jane-roe"))]);
    assert_eq!(base.clusters(), [["a0/s", "a1/s", "a2/s"]]);
    let absorbed = EntityId::new("roe").unwrap();
    let list = |base: &Base| {
        let listing = Listing { speaker: Some(absorbed.clone()), ..Listing::default() };
        base.reader().list(&listing, None, 9).unwrap().len()
    };
    assert_eq!(list(&base), 1);
    base.take(&[entity("j-roe", None)]);
    assert_eq!(base.clusters(), [vec!["a0/s"], vec!["a1/s", "a2/s"]]);
}

#[test]
fn only_what_stands_in_usable_articles_counts() {
    let mut base = base(&[(JANE, QUOTE), (JANE, QUOTE)]);
    let withheld =
        article_with("a1", &prose(1, 60), 1, |it| it.pub_status = Some(PubStatus::Withheld));
    let mut statement = said("a1", "s", JANE, QUOTE);
    statement.usable = false;
    base.take(&[withheld, statement]);
    assert_eq!(base.clusters(), [["a0/s"]]);
    base.take(&[article("a1", &prose(1, 60), 1), said("a1", "s", JANE, QUOTE)]);
    assert_eq!(base.clusters(), [["a0/s", "a1/s"]]);
}

#[test]
fn quoted_spans_that_a_reporting_clause_parts_are_one_passage() {
    let mut base = Base::new();
    let (first, second) = ("We will open the bridge", "in May and not before");
    base.take(&[
        article("a0", &prose(0, 60), 0),
        article("a1", &prose(1, 60), 1),
        said("a0", "s", JANE, QUOTE),
        said_in("a1", "s", JANE, &[(first, true), (second, true)]),
    ]);
    assert_eq!(base.clusters(), [["a0/s", "a1/s"]]);
}

#[test]
fn near_duplicates_are_found_and_count_as_one_origin() {
    let mut base = Base::new();
    let body = format!("{} “{QUOTE},” an official said. {}", prose(1, 80), prose(2, 80));
    let cut = format!("{} “{QUOTE},” an official said.", prose(1, 80));
    let own = format!("{} “{QUOTE},” an official said.", prose(3, 80));
    base.take(&[
        article("a0", &body, 0),
        article("a1", &cut, 1),
        article("a2", &own, 2),
        said("a0", "s", By::Nobody, QUOTE),
        said("a1", "s", By::Nobody, QUOTE),
        said("a2", "s", By::Nobody, QUOTE),
    ]);
    let near = |base: &Base, id: &str| {
        let id = crate::domain::id::ArticleId::new(id).unwrap();
        base.reader().near_duplicates(&id).unwrap()
    };
    assert_eq!(near(&base, "a0").len(), 1);
    let found = &near(&base, "a1")[0];
    assert_eq!(found.article.as_str(), "a0");
    assert!(found.containment > 0.9 && found.resemblance < 0.7 && found.sure);
    assert_eq!(found.shared_quotes, 1);
    assert!(near(&base, "a2").is_empty());
    // Words of nobody named are the same within near-duplicates alone.
    assert_eq!(base.clusters(), [vec!["a0/s", "a1/s"], vec!["a2/s"]]);
    assert_eq!(base.all().iter().map(|it| it.origins).collect::<Vec<_>>(), [(1, 1), (1, 1)]);
    base.take(&[article("a1", &own.replace("official", "officer"), 1)]);
    assert_eq!(base.clusters(), [vec!["a0/s"], vec!["a1/s", "a2/s"]]);
    base.take(&[no_article("a2"), no_statement("a2", "s")]);
    assert!(near(&base, "a1").is_empty());
}

#[test]
fn lists_go_on_where_they_ended() {
    let quotes: Vec<String> = (0..25_u64).map(|at| prose(at, 9)).collect();
    let quotes: Vec<(By<'_>, &str)> = quotes.iter().map(|it| (JANE, it.as_str())).collect();
    let base = base(&quotes);
    let reader = base.reader();
    let all = |order: QuotationOrder, ascending: bool| -> Vec<String> {
        let listing = Listing { order, ascending, speaker: None };
        let mut seen = Vec::new();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = reader.list(&listing, after.as_deref(), 10).unwrap();
            let Some((_, place)) = page.last() else { return seen };
            after = Some(place.clone());
            seen.extend(page.into_iter().map(|(it, _)| it.id));
        }
    };
    for order in QuotationOrder::ALL {
        let (mut falling, rising) = (all(order, false), all(order, true));
        falling.reverse();
        assert_eq!(falling, rising);
        falling.sort();
        falling.dedup();
        assert_eq!(falling.len(), 25);
    }
    let order = QuotationOrder::LastSeen;
    let newest = Listing { order, ..Listing::default() };
    let newest = reader.list(&newest, None, 1).unwrap();
    assert_eq!(newest[0].0.last_seen.unwrap().as_second(), 24 * 86_400);
}
