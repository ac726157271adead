//! What is found in texts of the shapes that news have. A speaker to resolve stands in
//! braces.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

fn english(text: &str) -> Names<'_> {
    read_in(text, words(text))
}

/// A line for each thing named: kind, name, its other mentions and posts.
fn show(text: &str) -> String {
    let names = english(text);
    let mut said = String::new();
    for (at, chain) in names.chains().iter().enumerate() {
        let kind = chain.kind.map_or_else(|| "?".into(), |kind| format!("{kind:?}"));
        let mentions = names.mentions().iter().filter(|it| it.chain == at);
        let mentions: Vec<_> = mentions.filter_map(|it| text.get(it.start..it.end)).collect();
        let _ = write!(said, "{kind} {}: {}", chain.name, mentions.join(", "));
        for post in names.posts.of(at) {
            let of = post
                .organization
                .map_or_else(String::new, |of| format!(" of {}", names.chains()[of].name));
            let _ = write!(said, " [{}{of}]", post.title);
        }
        said.push('\n');
    }
    said
}

#[track_caller]
fn check(text: &str, expected: Expect) {
    expected.assert_eq(&show(text));
}

/// A line for each speaker in braces: the words, and whom they mean.
#[track_caller]
fn check_speakers(marked: &str, expected: Expect) {
    let mut text = String::new();
    let mut spans = Vec::new();
    for part in marked.split('{') {
        let (inside, after) = part.split_once('}').unwrap_or(("", part));
        if !inside.is_empty() {
            spans.push(text.len()..text.len() + inside.len());
        }
        text.push_str(inside);
        text.push_str(after);
    }
    let names = english(&text);
    let mut said = String::new();
    for span in spans {
        let who = names.speaker(span.clone()).map_or("nobody", |chain| &names.chains()[chain].name);
        let _ = writeln!(said, "{}: {who}", &text[span]);
    }
    expected.assert_eq(&said);
}

#[test]
fn people_are_told_by_given_names_titles_and_what_stands_beside_them() {
    check(
        "German Chancellor Angela Merkel met Jean-Claude Juncker on Tuesday. Mr. Juncker smiled. \
         Ban Ki-moon, secretary-general of the United Nations, sent Zorbo Plink, 45, and Abdul Xyz al-Quux. \
         Then Wim de Boer and Grelt X. Tannen came.",
        expect![[r#"
            Person Angela Merkel: Angela Merkel [German Chancellor]
            Person Jean-Claude Juncker: Jean-Claude Juncker, Juncker
            Person Ban Ki-moon: Ban Ki-moon [secretary-general of United Nations]
            Organization United Nations: United Nations
            Person Zorbo Plink: Zorbo Plink
            Person Abdul Xyz al-Quux: Abdul Xyz al-Quux
            Person Wim de Boer: Wim de Boer
            Person Grelt X Tannen: Grelt X. Tannen
        "#]],
    );
}

#[test]
fn bodies_and_places_are_told_by_their_telling_words() {
    check(
        "The Ministry of Defense in Baghdad and the Department of Health and Human Services wrote to \
         General Motors, the University of Texas, the Justice Department and Umm Qasr Port. \
         Officials from the Bank of England met at Heathrow Airport after the Tripoli Summit.",
        expect![[r#"
            Organization Ministry of Defense: Ministry of Defense
            Place Baghdad: Baghdad
            Organization Department of Health and Human Services: Department of Health and Human Services
            Organization General Motors: General Motors
            Organization University of Texas: University of Texas
            Organization Justice Department: Justice Department
            Place Umm Qasr Port: Umm Qasr Port
            Organization Bank of England: Bank of England
            Facility Heathrow Airport: Heathrow Airport
            Event Tripoli Summit: Tripoli Summit
        "#]],
    );
}

#[test]
fn one_thing_has_one_chain_however_it_is_named() {
    check(
        "Lt. Gen. Karim Abdul-Rahman Saleh flew to ERBIL. General Saleh praised the World Seed Organization (WSO), \
         and WSO staff thanked Karim Abdul Rahman Saleh. The United States and the U.S. army agreed.",
        expect![[r#"
            Person Karim Abdul-Rahman Saleh: Karim Abdul-Rahman Saleh, Saleh, Karim Abdul Rahman Saleh [Lt Gen] [General]
            Place Erbil: ERBIL
            Organization World Seed Organization: World Seed Organization, WSO, WSO
            Place United States: United States, U.S
        "#]],
    );
}

#[test]
fn posts_come_from_titles_and_appositions() {
    check(
        "Kurdistan Region President Sara Zebari spoke. Turkey's president, Kemal Aydin, listened. \
         The commander of the Coast Guard, Rear Admiral Tom Hardy, spoke to John Smith, chief executive of Goldman Sachs, \
         and Goldman Sachs analyst Mary Major. Steffen Vogt, a lawyer, left with Ann Lee, head of the strike committee.",
        expect![[r#"
            Place Kurdistan Region: Kurdistan Region
            Person Sara Zebari: Sara Zebari [President of Kurdistan Region]
            Place Turkey: Turkey
            Person Kemal Aydin: Kemal Aydin [president of Turkey]
            Organization Coast Guard: Coast Guard
            Person Tom Hardy: Tom Hardy [Rear Admiral] [commander of Coast Guard]
            Person John Smith: John Smith [chief executive of Goldman Sachs]
            Organization Goldman Sachs: Goldman Sachs, Goldman Sachs
            Person Mary Major: Mary Major [analyst of Goldman Sachs]
            Person Steffen Vogt: Steffen Vogt [lawyer]
            Person Ann Lee: Ann Lee [head of the strike committee]
        "#]],
    );
}

#[test]
fn sentences_begin_with_capitals_that_name_nothing() {
    check(
        "However, nobody came. Recently Union members and union bosses met. Internally, Nothing was said. \
         The Sun rose. A Man left. \"Peace\" is near.",
        expect![""],
    );
    check("A Headline Where Every Word Has A Capital Letter\n\nIt was quiet.", expect![""]);
}

#[test]
fn speakers_are_resolved_by_name_by_post_and_by_pronoun() {
    check_speakers(
        "Iraqi Army Chief of Staff Gen. Omar Khalil met the Region's President, Sara Zebari, in Erbil. \
         {The general} said so. {She} agreed. {President Zebari}'s aide left. {The Region's President} stayed. \
         Then {the Chief of Staff of the Peshmerga}. Then {the vice president}. {Khalil}. {The Iraqi Army chief of staff}. \
         {Sara Zebari, the President of the Region,} spoke. {A spokesman for Sara Zebari}. {Zebari's spokesman Tom Roth}. \
         {a general}. {officials}. {they}.",
        expect![[r#"
            The general: Omar Khalil
            She: nobody
            President Zebari: Sara Zebari
            The Region's President: Sara Zebari
            the Chief of Staff of the Peshmerga: nobody
            the vice president: nobody
            Khalil: Omar Khalil
            The Iraqi Army chief of staff: Omar Khalil
            Sara Zebari, the President of the Region,: Sara Zebari
            A spokesman for Sara Zebari: nobody
            Zebari's spokesman Tom Roth: Tom Roth
            a general: nobody
            officials: nobody
            they: nobody
        "#]],
    );
}

#[test]
fn a_pronoun_means_the_subject_before_it_or_nobody() {
    check_speakers(
        "In a meeting with General Omar Khalil, President Adam Novak asked for help. {He} was firm.\n\
         For his part, General Khalil thanked him. {He} was glad. In this spirit, {he} left.\n\
         Anna Ross and Adam Novak waited. {He} slept. It was late. It rained. It snowed. {She} woke.",
        expect![[r#"
            He: Adam Novak
            He: Omar Khalil
            he: Omar Khalil
            He: nobody
            She: nobody
        "#]],
    );
}

#[test]
fn who_could_be_two_people_is_neither() {
    check_speakers(
        "Bill Clinton and Hillary Clinton came. {Clinton} spoke. {Mrs. Clinton} smiled. {Hillary Clinton} left.",
        expect![[r#"
            Clinton: nobody
            Mrs. Clinton: Hillary Clinton
            Hillary Clinton: Hillary Clinton
        "#]],
    );
}

#[test]
fn in_other_languages_nothing_is_invented() {
    for text in [
        "Der Bundeskanzler Olaf Scholz sagte am Dienstag in Berlin, dass die Regierung warten werde.",
        "الرئيس نيجيرفان بارزاني قال إن الحرب انتهت",
        "习近平说",
        "😀 😀 😀",
        "",
    ] {
        let document = Document { text, language: None, published_at: None };
        assert!(read(&document).chains().is_empty(), "{text}");
    }
}

proptest! {
    #[test]
    fn names_lie_in_order_on_borders_and_the_same_text_has_the_same(
        text in "((President|Gen\\.|Ali|Hassan|al-Sudani|of|the|Iraq's|Iraqi|Army|Bank|,|\\.|\"|\\(UN\\)|he|She|said|é|”|\n|Chief|Staff|for|and|a) ?){0,60}"
    ) {
        let names = english(&text);
        let mut end = 0;
        for mention in names.mentions() {
            prop_assert!(mention.start >= end && mention.end > mention.start);
            prop_assert!(text.get(mention.start..mention.end).is_some());
            prop_assert!(mention.chain < names.chains().len());
            end = mention.end;
        }
        prop_assert_eq!(show(&text), show(&text));
        for start in 0..text.len() {
            let _ = names.speaker(start..text.len());
        }
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,300}", start in 0usize..300, length in 0usize..300) {
        let names = english(&text);
        let _ = names.speaker(start..start + length);
    }
}
