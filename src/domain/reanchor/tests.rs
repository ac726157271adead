//! Realistic edits of a news article, and what becomes of the quotes in it. Each
//! quote is written in its surroundings, between brackets.

mod edits;

use self::edits::{BODY, EDITS, Edit, QUOTES};
use super::*;

/// Where the words between the brackets of a snippet stand in a text that has the
/// snippet once, in code points.
fn place(text: &str, snippet: &str) -> (usize, usize) {
    let bare = snippet.replace(['[', ']'], "");
    let at = text.find(&bare).unwrap_or_else(|| panic!("“{bare}” does not stand in the text"));
    assert_eq!(text.matches(&bare).count(), 1, "{bare}");
    let start = at + snippet.find('[').unwrap();
    let end = at + snippet.find(']').unwrap() - 1;
    (text[..start].chars().count(), text[..end].chars().count())
}

fn anchored(text: &str, snippet: &str) -> Selector {
    let index = TextIndex::new(text);
    let (start, end) = place(text, snippet);
    Selector::of(&index, index.byte_of(start).unwrap(), index.byte_of(end).unwrap())
}

/// Where a quote stands after an edit; `None`: nowhere.
fn expected(edit: &Edit, body: &str, quote: &str) -> Option<(usize, usize)> {
    let named = edit.become_.iter().find(|(words, _)| quote.contains(&format!("[{words}")));
    match named {
        Some((_, snippet)) => snippet.map(|snippet| place(body, snippet)),
        None => {
            let edited = edit.replace.iter().filter(|(from, _)| from.chars().count() == 1);
            let quote = edited.fold(quote.to_owned(), |quote, (from, to)| quote.replace(from, to));
            Some(place(body, &quote))
        }
    }
}

/// How many quotes are found where they are expected, how many are moved to a
/// place that is not theirs, and what went wrong.
fn rate(with_old: bool) -> (usize, usize, usize, Vec<String>) {
    let (mut right, mut all, mut astray, mut wrong) = (0, 0, 0, Vec::new());
    for edit in EDITS {
        let body = edit.replace.iter().fold(BODY.to_owned(), |body, (from, to)| {
            assert!(body.contains(from), "{}: “{from}” does not stand in the text", edit.what);
            body.replace(from, to)
        });
        let mut reanchor = Reanchor::new(with_old.then_some(BODY), &body);
        for quote in QUOTES {
            let expected = expected(edit, &body, quote);
            let selector = reanchor.quote(&anchored(BODY, quote));
            let found = selector.map(|it| (it.start.unwrap() as usize, it.end.unwrap() as usize));
            all += 1;
            if found == expected {
                right += 1;
                continue;
            }
            let overlaps =
                |one: (usize, usize), other: (usize, usize)| one.0 < other.1 && other.0 < one.1;
            astray += usize::from(
                found.is_some_and(|it| expected.is_none_or(|place| !overlaps(it, place))),
            );
            let words: Option<String> =
                found.map(|(start, end)| body.chars().skip(start).take(end - start).collect());
            wrong.push(format!("{}: {quote}: {words:?} for {expected:?}", edit.what));
        }
    }
    (right, all, astray, wrong)
}

#[test]
fn quotes_are_found_again_after_realistic_edits() {
    let (right, all, astray, wrong) = rate(true);
    println!("{right} of {all} right, {astray} astray");
    assert_eq!((right, astray), (all, 0), "{wrong:#?}");
}

/// Surroundings are then what the selectors hold: less is found, nothing astray.
#[test]
fn without_the_older_text_no_quote_goes_astray() {
    let (right, all, astray, wrong) = rate(false);
    println!("{right} of {all} right, {astray} astray: {wrong:#?}");
    assert_eq!(astray, 0, "{wrong:#?}");
    assert!(right * 100 >= all * 97, "{right} of {all}: {wrong:#?}");
}

/// A text of about `bytes` whose sentences differ in a few words each, and the
/// selectors of `quotes` of them.
fn large(
    bytes: usize,
    quotes: usize,
    sentence: impl Fn(usize) -> String,
) -> (String, Vec<Selector>) {
    let (mut text, mut spans) = (String::new(), Vec::new());
    while text.len() < bytes {
        let words = sentence(spans.len());
        spans.push((text.len(), text.len() + words.len()));
        text.push_str(&words);
        text.push_str(". ");
    }
    let index = TextIndex::new(&text);
    let step = spans.len() / quotes;
    let chosen = spans.iter().step_by(step).take(quotes);
    let selectors = chosen.map(|(start, end)| Selector::of(&index, *start, *end)).collect();
    (text, selectors)
}

/// The work is bounded by counting it, not by the clock: what is left says so.
fn check_work(what: &str, text: &str, quotes: &[Selector], after: &str, at_least: usize) {
    let start = std::time::Instant::now();
    let mut reanchor = Reanchor::new(Some(text), after);
    let found = quotes.iter().filter(|quote| reanchor.quote(quote).is_some()).count();
    println!(
        "{what}: {found} of {} found in {:?}, {} of {WORK} steps left",
        quotes.len(),
        start.elapsed(),
        reanchor.work.0
    );
    assert!(found >= at_least, "{what}: {found}");
}

#[test]
fn the_largest_bodies_take_bounded_work() {
    let varied = |at: usize| {
        let (one, two) = (at * 7919 % 4001, at * 104_729 % 3989);
        format!("The minister n{one} told reporters that plan p{two} of the council would be kept")
    };
    let (text, quotes) = large(1 << 20, 2_000, varied);
    check_work("a paragraph inserted", &text, &quotes, &format!("A correction. {text}"), 1_990);
    let reworded = text.replace("would be kept", "would stay");
    check_work("every quote reworded", &text, &quotes, &reworded, 1_000);
    check_work("all of it gone", &text, &quotes, &"Nothing is left of it. ".repeat(45_000), 0);
    let same = |_: usize| "it is as it is".to_owned();
    let (text, quotes) = large(1 << 20, 2_000, same);
    check_work("one sentence all over", &text, &quotes, &format!("So {text}"), 0);
}

/// The quotes of the article that stand once in it, with their words.
fn single() -> impl Iterator<Item = (&'static str, &'static str)> {
    QUOTES.iter().filter_map(|quote| {
        let words = &quote[quote.find('[')? + 1..quote.find(']')?];
        (BODY.matches(words).count() == 1).then_some((*quote, words))
    })
}

#[test]
fn any_word_of_a_quote_may_be_exchanged() {
    for (quote, words) in single() {
        let all: Vec<&str> = words.split(' ').collect();
        let claims =
            |word: &str| ["not", "can't", "Without", "eleven", "first", "second"].contains(&word);
        for at in (0..all.len()).filter(|at| all.len() >= 3 && !claims(all[*at])) {
            let mut reworded = all.clone();
            reworded[at] = "xyz";
            let reworded = reworded.join(" ");
            let body = BODY.replace(words, &reworded);
            let found = Reanchor::new(Some(BODY), &body).quote(&anchored(BODY, quote));
            assert_eq!(found.map(|it| it.exact), Some(reworded), "{quote}");
        }
    }
}

#[test]
fn a_quote_whose_paragraph_goes_is_gone() {
    for (quote, words) in single() {
        let body: Vec<&str> =
            BODY.split("\n\n").filter(|paragraph| !paragraph.contains(words)).collect();
        let body = body.join("\n\n");
        let found = Reanchor::new(Some(BODY), &body).quote(&anchored(BODY, quote));
        assert_eq!(found, None, "{quote}");
    }
}
