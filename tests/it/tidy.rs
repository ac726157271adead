//! The house rules, held against the sources: which module may know which, and
//! what no module may do.

mod sources;

use std::fmt::Write as _;

use self::sources::{Source, has_words};

/// The rooms of the house in reading order, each with the rooms that its code may
/// name. A file belongs to the room whose path is the longest beginning of its own.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("query", &["domain"]),
    ("extract", &["domain"]),
    ("clock", &["domain"]),
    ("store", &["domain", "query"]),
    ("store/memory", &["domain", "query", "store"]),
    ("store/sled", &["domain", "query", "store"]),
    ("derive", &["domain", "store"]),
    ("search", &["domain", "query", "clock", "derive"]),
    ("quotations", &["domain", "derive"]),
    ("quotations/disk", &["quotations"]),
    ("kb", &["domain", "query", "extract", "clock", "store", "derive", "search", "quotations"]),
    ("rpc/pb", &[]),
    (
        "rpc",
        &[
            "domain",
            "query",
            "extract",
            "clock",
            "store",
            "derive",
            "search",
            "quotations",
            "kb",
            "rpc/pb",
        ],
    ),
    ("config", &["domain"]),
    ("telemetry", &["config"]),
    (
        "app",
        &[
            "domain",
            "clock",
            "store",
            "store/sled",
            "derive",
            "search",
            "quotations",
            "quotations/disk",
            "kb",
            "rpc",
            "config",
            "telemetry",
        ],
    ),
    ("cli", &["domain", "extract", "clock", "config", "telemetry", "rpc/pb", "rpc", "app"]),
    ("fuzzing", &["domain", "query", "extract", "store/sled", "kb", "rpc/pb", "rpc"]),
    ("main", &["cli"]),
];

/// The files that declare rooms within a room.
const DECLARATIONS: &[&str] = &["src/lib.rs"];

/// Words that rooms do not know, and why.
const FORBIDDEN: &[(&[&str], &[&str], &str)] = &[
    (
        &["domain", "query", "extract"],
        &["tokio", "async_trait", "tonic", "prost", "prost_types", "sled", "tantivy"],
        "what the words mean does not depend on how they are stored or sent",
    ),
    (
        &["clock", "store", "store/memory", "store/sled", "derive", "search", "quotations", "kb"],
        &["tonic", "tonic_types", "prost_types", "pb"],
        "nothing below rpc knows how calls come in",
    ),
    (
        &["clock", "store", "store/memory", "store/sled", "derive", "kb", "rpc", "app", "cli"],
        &["tantivy", "frostem", "whatlang"],
        "another index must be able to take the place of this one",
    ),
    (
        // sled's records are written in the protobuf encoding, by types of its own.
        &["clock", "store", "store/memory", "derive", "search", "quotations", "kb"],
        &["prost"],
        "only what is stored or sent has an encoding",
    ),
    (
        &["domain", "query", "store", "derive", "quotations", "kb", "rpc"],
        &["fjall"],
        "another engine must be able to take its place",
    ),
];

/// Who may read the time, and why.
const TIME_READERS: &[(&str, &str)] = &[
    ("src/clock.rs", "it is the clock"),
    ("src/app/opening.rs", "an opening that takes long is told of after a while"),
    ("src/derive/follower.rs", "what is applied is committed after a while"),
    ("src/derive/pace.rs", "what takes long is told of after a while"),
    ("src/rpc/admission.rs", "a deadline is counted from when a call came in"),
    ("src/rpc/call.rs", "a call that did not come over the wire comes in now"),
    ("src/rpc/peer.rs", "an answer waits for its client no longer than so"),
    ("src/rpc/remote_extractor.rs", "an extractor is told what is left of its time"),
    ("src/rpc/watch.rs", "a quiet stream is told how far it is after a while"),
    ("src/cli/load/tally.rs", "the progress of a load is told as a rate"),
];

/// The most lines of a file.
const LONGEST_FILE: usize = 450;
/// Longer files, and why.
const LONG_FILES: &[(&str, &str)] = &[
    ("src/query/tests/error_cases.rs", "one table of cases, read by looking up a line"),
    ("src/store/sled/record/samples.rs", "one record of each shape, read by looking one up"),
];

/// Fails with all that breaks a rule, and why there is the rule.
fn assert_none(broken: &[String], reason: &str) {
    assert!(broken.is_empty(), "\n{}\nbecause {reason}\n", broken.join("\n"));
}

/// What the program is made of, tests left out.
fn program() -> Vec<Source> {
    sources::all("src").into_iter().filter(|source| !source.is_test).collect()
}

/// Sources and tests.
fn everything() -> Vec<Source> {
    [sources::all("src"), sources::all("tests")].into_iter().flatten().collect()
}

/// The room that a module or a path of it belongs to.
fn room_of(segments: &[String]) -> Option<&'static str> {
    let path = segments.join("/") + "/";
    let rooms = ROOMS.iter().map(|(room, _)| *room);
    rooms.filter(|room| path.starts_with(&format!("{room}/"))).max_by_key(|room| room.len())
}

fn places(source: &Source, lines: &[usize], what: &str) -> Vec<String> {
    lines.iter().map(|line| format!("{}:{line}: {what}", source.path)).collect()
}

#[test]
fn every_source_belongs_to_a_room_and_every_room_exists() {
    let sources = program();
    let mut broken: Vec<String> = sources
        .iter()
        .filter(|source| room_of(&source.module).is_none())
        .filter(|source| !DECLARATIONS.contains(&source.path.as_str()))
        .map(|source| format!("{}:1: belongs to no room", source.path))
        .collect();
    for (room, _) in ROOMS {
        if !sources.iter().any(|source| room_of(&source.module) == Some(room)) {
            broken.push(format!("tests/it/tidy.rs: the room {room} is not there"));
        }
    }
    assert_none(&broken, "the table of rooms is the map of the code");
}

#[test]
fn the_table_of_rooms_leads_one_way() {
    let mut before: Vec<&str> = Vec::new();
    let mut broken = Vec::new();
    for (room, allowed) in ROOMS {
        let ahead = allowed.iter().filter(|it| !before.contains(it));
        broken.extend(ahead.map(|it| format!("tests/it/tidy.rs: {room} may name {it}")));
        before.push(room);
    }
    assert_none(&broken, "a room knows only rooms before it: what is below can be read alone");
}

#[test]
fn rooms_name_only_the_rooms_that_they_may() {
    let mut broken = Vec::new();
    for source in program() {
        let Some(room) = room_of(&source.module) else { continue };
        let allowed = ROOMS.iter().find(|(it, _)| *it == room).map_or(&[][..], |(_, it)| it);
        for named in source.named() {
            let Some(other) = room_of(&named.segments) else { continue };
            if other != room && !allowed.contains(&other) {
                let (path, line, named) = (&source.path, named.line, named.segments.join("::"));
                broken.push(format!("{path}:{line}: {room} names {other} ({named})"));
            }
        }
    }
    assert_none(
        &broken,
        "data flows one way in and one way out, and only app names a concrete backend",
    );
}

#[test]
fn lower_rooms_know_no_transport_and_no_engine() {
    for (rooms, words, reason) in FORBIDDEN {
        let mut broken = Vec::new();
        for source in program() {
            if room_of(&source.module).is_some_and(|room| rooms.contains(&room)) {
                for word in *words {
                    broken.extend(places(&source, &source.lines_with(word), word));
                }
            }
        }
        assert_none(&broken, reason);
    }
}

#[test]
fn sled_stays_in_its_room() {
    let mut broken = Vec::new();
    for source in program() {
        let inside = room_of(&source.module) == Some("store/sled");
        for (line, code) in source.lines() {
            // Paths into the room are `store::sled`; the engine's begin with `sled`.
            let engine = code.match_indices("sled::").any(|(at, _)| {
                !code[..at].ends_with(|it: char| it == ':' || it == '_' || it.is_alphanumeric())
            });
            if engine && !inside {
                broken.push(format!("{}:{line}: names the engine", source.path));
            }
            let public = code.trim_start().starts_with("pub ");
            let engines = ["sled", "Db", "Tree", "Batch", "IVec"];
            if inside && public && engines.iter().any(|it| has_words(code, it)) {
                broken.push(format!("{}:{line}: gives one of the engine's types out", source.path));
            }
        }
    }
    assert_none(&broken, "another backend must be able to take sled's place");
}

#[test]
fn only_config_reads_the_environment() {
    let mut broken = Vec::new();
    for source in program().iter().filter(|it| room_of(&it.module) != Some("config")) {
        for words in ["std::env", "env::var", "env::var_os", "env::vars", "env::vars_os"] {
            broken.extend(places(source, &source.lines_with(words), words));
        }
    }
    assert_none(&broken, "what is configured comes in at one place, and is shown there");
}

#[test]
fn only_the_clock_reads_the_time() {
    let mut broken = Vec::new();
    let mut unused: Vec<&str> = TIME_READERS.iter().map(|(path, _)| *path).collect();
    for source in program() {
        for words in ["Timestamp::now", "Zoned::now", "SystemTime", "Instant::now"] {
            let lines = source.lines_with(words);
            if TIME_READERS.iter().any(|(path, _)| *path == source.path) {
                unused.retain(|path| lines.is_empty() || *path != source.path);
            } else {
                broken.extend(places(&source, &lines, words));
            }
        }
    }
    broken.extend(unused.iter().map(|path| format!("{path}:1: is excepted and reads no time")));
    assert_none(&broken, "time enters once, so that tests can set it");
}

#[test]
fn files_can_be_read_in_one_go() {
    let mut broken = Vec::new();
    for source in everything() {
        let count = source.text.lines().count();
        let excepted = LONG_FILES.iter().any(|(path, _)| *path == source.path);
        if count > LONGEST_FILE && !excepted {
            broken.push(format!("{}:{count}: more than {LONGEST_FILE} lines", source.path));
        } else if count <= LONGEST_FILE && excepted {
            broken.push(format!("{}:{count}: is excepted and not long", source.path));
        }
    }
    assert_none(&broken, "a file that has grown this long holds two subjects: part them");
}

#[test]
fn nothing_is_left_for_later() {
    // Put together, so that this file does not name what it looks for.
    let marks = ["TO", "FIX", "XX"].map(|it| it.to_owned()).into_iter().zip(["DO", "ME", "X"]);
    let marks: Vec<String> = marks.map(|(front, back)| front + back).collect();
    let mut broken = Vec::new();
    for source in everything() {
        for (line, text) in (1..).zip(source.text.lines()) {
            if marks.iter().any(|mark| has_words(text, mark)) {
                broken.push(format!("{}:{line}: {}", source.path, text.trim()));
            }
        }
        for words in ["todo!", "unimplemented!"] {
            broken.extend(places(&source, &source.lines_with(words), words));
        }
    }
    assert_none(&broken, "what stands is whole; what is not there yet is in ARCHITECTURE.md");
}

#[test]
fn modules_are_named_for_a_subject_and_hold_something() {
    let mut broken = Vec::new();
    for source in everything() {
        let vague = ["utils", "util", "helpers", "helper", "common_utils", "misc"];
        if source.module.last().is_some_and(|name| vague.contains(&name.as_str())) {
            broken.push(format!("{}:1: is named for no subject", source.path));
        }
        if source.code.trim().is_empty() {
            broken.push(format!("{}:1: is empty", source.path));
        }
    }
    assert_none(&broken, "a function lives with the noun that it serves");
}

#[test]
fn every_directory_of_the_sources_is_on_the_map() {
    let map = sources::read("ARCHITECTURE.md");
    let broken: Vec<String> = sources::directories("src")
        .into_iter()
        .filter(|directory| !map.contains(&format!("`{directory}/`")))
        .map(|directory| format!("src/{directory}:1: is not in ARCHITECTURE.md"))
        .collect();
    assert_none(&broken, "whoever opens a directory should find out what it is for");
}

#[test]
fn the_readme_shows_the_configuration_that_there_is() {
    let readme = sources::read("README.md");
    let (begin, end) = ("<!-- config:begin -->\n", "<!-- config:end -->");
    let Some((_, behind)) = readme.split_once(begin) else { return };
    let (shown, _) = behind.split_once(end).expect("the end of the table");
    let expected = dicta::config::markdown_table();
    assert_eq!(shown, expected, "README.md: print it with `dicta serve --print-config-table`");
}

#[test]
fn the_limits_that_are_written_down_are_those_that_hold() {
    use dicta::domain::limits::*;
    let mib = |bytes: usize| format!("{} MiB", bytes >> 20);
    let kib = |bytes: usize| format!("{} KiB", bytes >> 10);
    let stated = [
        ("README.md", format!("| an article's body | {} of UTF-8 |", mib(BODY_BYTES))),
        ("README.md", format!("| statements an article | {} |", number(STATEMENTS_PER_ARTICLE))),
        ("README.md", format!("| entities an ingest | {} |", number(ENTITIES_PER_ARTICLE))),
        ("README.md", format!("| names a BatchGet | {} |", number(BATCH_GET_NAMES))),
        ("README.md", format!("| names a ResolveEntities | {RESOLVE_NAMES} |")),
        (
            "README.md",
            format!("| a page | {DEFAULT_PAGE_SIZE} unless asked, at most {} |", number(PAGE_SIZE)),
        ),
        ("README.md", format!("| labels an article | {LABELS} |")),
        ("README.md", format!("| metadata an article | {} as JSON |", kib(METADATA_BYTES))),
        ("article.proto", format!("The text, at most {} of UTF-8", mib(BODY_BYTES))),
        ("article.proto", format!("At most {AUTHORS}, each at most {NAME_CHARS} code points")),
        (
            "article.proto",
            format!("at most {} as JSON and {METADATA_DEPTH} deep", kib(METADATA_BYTES)),
        ),
        ("entity.proto", format!("scripts, at most {ENTITY_NAMES}.")),
        ("entity.proto", format!("What other authorities call it, at most {EXTERNAL_IDS}.")),
        (
            "query_service.proto",
            format!("At least 1, at most {}; a repeated", number(BATCH_GET_NAMES)),
        ),
        (
            "query_service.proto",
            format!("The names to resolve. At least 1, at most {RESOLVE_NAMES}."),
        ),
        ("selector.proto", format!("The words just before, at most {CONTEXT_CHARS} code points.")),
        ("selector.proto", format!("The words just after, at most {CONTEXT_CHARS} code points.")),
        ("statement.proto", format!("Details, at most {QUALIFIERS}.")),
        ("statement.proto", format!("At most {TOPICS}, each at most {TERM_CHARS} code")),
    ];
    let mut broken = String::new();
    for (file, words) in stated {
        let path = if file.ends_with(".proto") { &format!("proto/dicta/v1/{file}") } else { file };
        if !sources::read(path).contains(&words) {
            let _ = writeln!(broken, "{path}: does not say `{words}`");
        }
    }
    assert!(broken.is_empty(), "\n{broken}because callers plan by what is written down\n");
}

/// A number with its thousands parted.
fn number(number: usize) -> String {
    if number < 1_000 {
        number.to_string()
    } else {
        format!("{},{:03}", number / 1_000, number % 1_000)
    }
}
