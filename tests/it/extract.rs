//! Plain text in, statements out: who said what, and where it stands.

use std::fmt::Write as _;

use dicta::domain::text::LanguageTag;
use dicta::extract::{BuiltIn, Document, Extraction, MOST_STATEMENTS, Span};
use expect_test::{Expect, expect};
use proptest::prelude::*;

fn read(text: &str) -> Extraction {
    BuiltIn.read(&Document { text, language: None, published_at: None })
}

fn read_as(text: &str, language: &str) -> Extraction {
    let language = LanguageTag::new(language).unwrap();
    BuiltIn.read(&Document { text, language: Some(&language), published_at: None })
}

fn words(text: &str, span: Span) -> String {
    text.chars().skip(span.start).take(span.end - span.start).collect()
}

/// One line a statement: kind, speaker, reporting word, addressee, what is said.
fn told(text: &str, extraction: &Extraction) -> String {
    let mut out = String::new();
    for statement in &extraction.statements {
        let speaker = statement.speaker.as_ref().map_or("nobody", |it| it.mention.words.as_str());
        let cue = statement.cue.first().map_or("", |it| it.words.as_str());
        let content = statement.content.iter().map(|part| {
            let words = words(text, part.span);
            if part.quoted { format!("“{words}”") } else { words }
        });
        let content = content.collect::<Vec<_>>().join(" … ");
        let to = statement.addressees.iter().map(|it| format!(" to {}", it.words));
        let to = to.collect::<String>();
        writeln!(out, "{:?} {speaker} {cue}{to}: {content}", statement.kind).unwrap();
    }
    out
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&told(text, &read(text)));
}

#[test]
fn a_quotation_is_its_speakers() {
    check(
        "“The bridge will open in May,” Mayor Jane Smith said on Tuesday.",
        expect![[r#"
        Direct Mayor Jane Smith said: “The bridge will open in May,”
    "#]],
    );
    check(
        "\"The bridge will open in May,\" said Smith. \"Nobody should doubt that.\"",
        expect![[r#"
            Direct Smith said: “The bridge will open in May,” … “Nobody should doubt that.”
        "#]],
    );
    check(
        "She added: “We are ready to work with every party that wants peace.”",
        expect![[r#"
        Direct She added: “We are ready to work with every party that wants peace.”
    "#]],
    );
    check(
        "''We will not give up,'' he said.",
        expect![[r#"
        Direct he said: “We will not give up,”
    "#]],
    );
}

#[test]
fn reported_speech_is_found_without_marks() {
    check(
        "The minister said that the talks would resume next week.",
        expect![[r#"
        Indirect The minister said: that the talks would resume next week
    "#]],
    );
    check("The talks will resume next week, officials said.", expect![[""]]);
    check(
        "Unemployment fell in March, according to the Labor Department.",
        expect![[r#"
            Indirect the Labor Department according to: Unemployment fell in March
        "#]],
    );
    check(
        "Smith told reporters that the plan had failed.",
        expect![[r#"
        Indirect Smith told to reporters: that the plan had failed
    "#]],
    );
    check(
        "The report, she said, was wrong about the costs.",
        expect![[r#"
        Indirect she said: The report … was wrong about the costs
    "#]],
    );
}

#[test]
fn a_quotation_in_a_sentence_makes_it_mixed() {
    check(
        "The president said the attack was “a crime against all of us” and promised help.",
        expect![[r#"
            Mixed The president said: the attack was … “a crime against all of us”
        "#]],
    );
}

#[test]
fn a_speaker_who_is_not_named_is_described() {
    let found = read("“We have no choice but to leave,” a senior official said on Monday.");
    let speaker = found.statements[0].speaker.as_ref().unwrap();
    assert!(speaker.anonymous);
    assert_eq!(speaker.description, "a senior official");

    let found = read("Jane Smith, the mayor of Springfield, said the bridge would open in May.");
    let speaker = found.statements[0].speaker.as_ref().unwrap();
    assert!(!speaker.anonymous);
    assert_eq!(speaker.mention.words, "Jane Smith");
    assert_eq!(speaker.description, "the mayor of Springfield");
}

#[test]
fn a_quotation_over_several_paragraphs_is_one_statement() {
    let text = "The mayor said: “We have waited for ten years.\n\n“Now we will build it.”\n\n\
                “Nobody will stop us,” she added.";
    check(
        text,
        expect![[r#"
            Direct The mayor said: “We have waited for ten years.” … “Now we will build it.”
            Direct she added: “Nobody will stop us,”
        "#]],
    );
}

#[test]
fn plain_narration_says_nothing() {
    for text in [
        "",
        "\n\n \n",
        "The bridge was built in 1932. It is 300 meters long and 20 meters wide.",
        "Rain fell over the valley, and the river rose by two meters.",
        "He lives in a so-called “smart home” near the coast.",
    ] {
        assert_eq!(told(text, &read(text)), "", "{text}");
    }
}

#[test]
fn in_other_languages_only_a_name_beside_a_quotation_counts() {
    let text = "«Nous allons ouvrir le pont en mai», a déclaré Jeanne Dupont mardi.";
    expect![[r#"
        Direct Jeanne Dupont : “Nous allons ouvrir le pont en mai”
    "#]]
    .assert_eq(&told(text, &read_as(text, "fr")));
    let found = read_as(text, "fr");
    assert!(found.statements[0].confidence < 0.5);
    for (text, language) in [
        ("Le ministre a dit que le pont ouvrira en mai.", "fr"),
        ("Der sogenannte „Friedensplan“ von Hans Meier ist gescheitert.", "de"),
        ("سەرۆکی هەرێم ڕایگەیاند کە پێویستە هاوکاری بکرێین.", "ckb"),
        ("وقال الوزير إن الجسر سيفتح في مايو.", "ar"),
        ("大臣は橋が五月に開くと述べた。", "ja"),
    ] {
        assert_eq!(told(text, &read_as(text, language)), "", "{text}");
        assert_eq!(told(text, &read(text)), "", "{text}");
    }
}

#[test]
fn at_most_so_many_statements_are_taken() {
    let text = "“We will open the bridge in May,” Smith said.\n".repeat(MOST_STATEMENTS + 1);
    let found = read(&text);
    assert_eq!((found.statements.len(), found.truncated), (MOST_STATEMENTS, true));
}

/// What must hold of any answer.
fn hold_invariants(text: &str) {
    let found = read(text);
    assert_eq!(found, read(text), "{text:?}");
    let length = text.chars().count();
    let inside = |span: Span| span.start < span.end && span.end <= length;
    for (number, statement) in found.statements.iter().enumerate() {
        assert!(!statement.content.is_empty(), "{text:?}");
        assert!((0.0..=1.0).contains(&statement.confidence), "{text:?}");
        for pair in statement.content.windows(2) {
            assert!(pair[0].span.end <= pair[1].span.start, "{text:?}: {statement:?}");
        }
        assert!(statement.content.iter().all(|it| inside(it.span)), "{text:?}: {statement:?}");
        let speaker = statement.speaker.iter().map(|it| &it.mention);
        for mention in speaker.chain(&statement.cue).chain(&statement.addressees) {
            assert!(inside(mention.span), "{text:?}: {statement:?}");
            assert_eq!(words(text, mention.span), mention.words, "{text:?}");
        }
        // What two statements both say, one says as a part of the other.
        for other in found.statements.iter().skip(number + 1) {
            let common = statement.content.iter().any(|a| {
                other.content.iter().any(|b| a.span.start < b.span.end && b.span.start < a.span.end)
            });
            let parts = |a: &dicta::extract::FoundStatement| {
                std::iter::successors(a.parent, |it| found.statements[*it].parent)
                    .take(found.statements.len())
                    .map(|it| &found.statements[it])
                    .collect::<Vec<_>>()
            };
            let related = parts(statement).contains(&other) || parts(other).contains(&statement);
            assert!(!common || related, "{text:?}: {statement:?} {other:?}");
        }
    }
}

#[test]
fn bad_input_is_read_without_harm() {
    let long = 1 << 16;
    for text in [
        "\"".to_owned(),
        "“".repeat(200),
        "\"".repeat(201),
        "''''''said''''".to_owned(),
        "“We are ready, he said, and nobody will stop us".to_owned(),
        "word".repeat(long),
        "said ".repeat(2_000),
        "He said \"no\" ".repeat(500),
        "\n".repeat(long),
        "a\u{0}b \u{7}said\u{1b}[31m he “so\u{202e}it is and will be”".to_owned(),
        "👩‍👩‍👧 said: “👍🏽 we are all very happy 🎉 about it”, 🦀 added.".to_owned(),
        "قال الوزير: «الجسر سيفتح في مايو» the minister said that it would.".to_owned(),
        "e\u{301}".repeat(1_000) + " said he would",
        "...!?...!? said .. , , said ; he".to_owned(),
    ] {
        hold_invariants(&text);
    }
}

/// Texts made of what matters to the reading: marks, reporting words, names.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "said", "says", "told", "according to", "adding that", "he", "she", "Smith",
            "Jane Smith", "the mayor", "officials", "that", "it rains", "the bridge will open",
            "in May", "and", "but", "who", "was", "has", "reporters", "on Tuesday",
        ]).prop_map(|word| format!("{word} ")),
        3 => prop::sample::select(vec![
            "\"", "\" ", " \"", "“", "” ", "‘", "’", "''", "'", "«", "»", ", ", ". ", "! ", "? ",
            ": ", "; ", " — ", "(", ") ", "\n", "\n\n", "… ", "U.S. ", "Mr. ",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_the_text_the_answer_is_sound(text in texts()) {
        hold_invariants(&text);
    }

    #[test]
    fn whatever_the_characters_the_answer_is_sound(text in any::<String>()) {
        hold_invariants(&text);
    }
}

#[test]
fn a_quotation_that_stands_alone_goes_on_with_the_one_before() {
    check(
        "“The bridge will open in May,” Mayor Jane Smith said. The crowd cheered loudly.\n\n\
         “Nobody should doubt that it will,” she added.\n\n\
         “It took us eleven long years.”\n\n\
         “We never gave up on it.” “We never will, I promise you.”\n\n\
         The bridge is long.\n\n\
         “Nothing goes on with this one.”",
        expect![[r#"
            Direct Mayor Jane Smith said: “The bridge will open in May,”
            Direct she added: “Nobody should doubt that it will,” … “It took us eleven long years.” … “We never gave up on it.” … “We never will, I promise you.”
        "#]],
    );
}

#[test]
fn a_noun_of_saying_introduces_a_quotation() {
    check(
        "Governor Sandvik's careful mention of needing winter ferries \"within the terms of the \
         harbor agreements\" is a cautious move.",
        expect![[r#"
            Mixed Governor Sandvik mention: needing winter ferries … “within the terms of the harbor agreements”
        "#]],
    );
    check(
        "Finally, the discussion of the harbor's traffic and pilotage \"within the limits of the \
         old coastal treaty\" points to longer talks.",
        expect![[r#"
            Mixed nobody discussion: the harbor's traffic and pilotage … “within the limits of the old coastal treaty”
        "#]],
    );
    check(
        "The minister's remarks about “a bridge that nobody asked for” angered the islands.",
        expect![[r#"
            Direct The minister remarks: “a bridge that nobody asked for”
        "#]],
    );
    check(
        "Critics seized on the claim by the harbor office that the pier was “the safest in the \
         whole north.”",
        expect![[r#"
            Mixed the harbor office claim: that the pier was … “the safest in the whole north.”
        "#]],
    );
    check(
        "His insistence that the ferries are “a matter of life and death” has not moved anyone.",
        expect![[r#"
            Mixed His insistence: that the ferries are … “a matter of life and death”
        "#]],
    );
    check(
        "The chairman's response: “We will not sell the company.”",
        expect![[r#"
        Direct The chairman response: “We will not sell the company.”
    "#]],
    );
}

#[test]
fn a_topic_raised_is_what_stands_after_the_colon_and_its_speaker_is_not_told() {
    check(
        "This worry is tied to another difficult subject raised at the meeting: the planned end \
         of the ferry contract in May and the open question of the \"months after that date.\" \
         The shipyards expect little.",
        expect![[r#"
            Mixed nobody raised: the planned end of the ferry contract in May and the open question of the … “months after that date.”
        "#]],
    );
}

#[test]
fn a_name_and_a_colon_give_a_quotation_its_speaker() {
    check(
        "Interviewer: “What do you want to do next?”\nElin Sandvik, governor of Northmark: “I want \
         to sleep for a week.”",
        expect![[r#"
            Direct Interviewer :: “What do you want to do next?”
            Direct Elin Sandvik :: “I want to sleep for a week.”
        "#]],
    );
    check(
        "Sandvik: ‘We will not wait’ for the ferries",
        expect![[r#"
        Mixed Sandvik :: “We will not wait” … for the ferries
    "#]],
    );
}

#[test]
fn titles_labels_and_single_words_are_nobodys_sayings() {
    for text in [
        "Related: “Ten ways to cross the sound in winter”",
        "The book contains a mention of “the old man and the sea” on its first page.",
        "The minister's talk of “reform” fooled nobody.",
        "The agenda had three parts: “safety of the piers and boats” and money.",
        "On Monday: “Songs of the winter sea” at the town hall.",
    ] {
        assert_eq!(told(text, &read(text)), "", "{text}");
    }
}
