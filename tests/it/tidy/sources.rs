//! The sources as the rules see them: code without comments and literals, what
//! is compiled for tests alone, and the paths that the code names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// One source file.
pub(super) struct Source {
    /// Its path from the crate's root, such as `src/kb/bulk.rs`.
    pub(super) path: String,
    /// Its text as it is.
    pub(super) text: String,
    /// Its text with comments, literals and inline test modules blanked: the same
    /// lines at the same places.
    pub(super) code: String,
    /// The module that it is, such as `["kb", "bulk"]`; empty for the root.
    pub(super) module: Vec<String>,
    /// Whether it is compiled for tests alone.
    pub(super) is_test: bool,
}

/// A path that the code names: where, and its segments from the crate's root.
pub(super) struct Named {
    pub(super) line: usize,
    pub(super) segments: Vec<String>,
}

/// The crate's root directory.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the crate.
pub(super) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All Rust files below a directory.
pub(super) fn all(directory: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    walk(&root().join(directory), &mut |path| {
        if path.extension().is_some_and(|it| it == "rs") {
            paths.push(path.to_owned());
        }
    });
    paths.sort();
    let mut sources: Vec<Source> = paths.iter().map(|path| Source::read(path)).collect();
    let tests: BTreeSet<Vec<String>> = sources.iter().flat_map(Source::test_modules).collect();
    for source in &mut sources {
        let mut within = (1..=source.module.len()).filter_map(|end| source.module.get(..end));
        source.is_test = within.any(|module| tests.contains(module));
    }
    sources
}

/// Every directory below one, as paths from it.
pub(super) fn directories(directory: &str) -> Vec<String> {
    let top = root().join(directory);
    let mut found = BTreeSet::new();
    walk(&top, &mut |path| {
        let below = path.strip_prefix(&top).unwrap().parent().unwrap();
        let parents = below.ancestors().filter(|it| !it.as_os_str().is_empty());
        found.extend(parents.map(|it| it.to_str().unwrap().to_owned()));
    });
    found.into_iter().collect()
}

fn walk(directory: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(directory).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() { walk(&path, visit) } else { visit(&path) }
    }
}

impl Source {
    fn read(path: &Path) -> Self {
        let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let text = read(&path);
        let code = without_inline_tests(&blank(&text));
        let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut module: Vec<String> = inner.split('/').map(str::to_owned).collect();
        module.pop_if(|last| last == "mod" || last == "lib");
        Self { path, text, code, module, is_test: false }
    }

    /// The modules that this one declares for tests alone.
    fn test_modules(&self) -> Vec<Vec<String>> {
        let lines: Vec<&str> = self.code.lines().map(str::trim).collect();
        let pairs = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]");
        let names = pairs.filter_map(|pair| {
            let (_, name) = pair[1].strip_suffix(';')?.split_once("mod ")?;
            Some([self.module.as_slice(), &[name.to_owned()]].concat())
        });
        names.collect()
    }

    /// The lines of its code, numbered from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.code.lines())
    }

    /// The lines on which its code has a word or a path of words.
    pub(super) fn lines_with(&self, words: &str) -> Vec<usize> {
        self.lines().filter(|(_, line)| has_words(line, words)).map(|(at, _)| at).collect()
    }

    /// The paths of this crate that it names, by `crate`, `dicta` or `super`.
    pub(super) fn named(&self) -> Vec<Named> {
        let mut found = Vec::new();
        for start in ["crate::", "dicta::", "super::"] {
            for (at, _) in self.code.match_indices(start) {
                let before = self.code[..at].chars().next_back();
                if before.is_some_and(|it| it == ':' || it == '_' || it.is_alphanumeric()) {
                    continue;
                }
                let line = self.code[..at].matches('\n').count() + 1;
                let base = if start == "super::" { self.module.clone() } else { Vec::new() };
                let rest = &self.code[at + if start == "super::" { 0 } else { start.len() }..];
                let mut paths = Vec::new();
                tree(&mut rest.trim_start(), &base, &mut paths);
                found.extend(paths.into_iter().map(|segments| Named { line, segments }));
            }
        }
        found
    }
}

/// Reads a use tree: `a::b`, `a::{b, c::d}`.
fn tree(rest: &mut &str, base: &[String], found: &mut Vec<Vec<String>>) {
    let mut path = base.to_vec();
    loop {
        *rest = rest.trim_start();
        if let Some(inside) = rest.strip_prefix('{') {
            *rest = inside;
            while !rest.trim_start().starts_with('}') && !rest.trim_start().is_empty() {
                tree(rest, &path, found);
                *rest = rest.trim_start().trim_start_matches(',');
            }
            *rest = rest.trim_start().trim_start_matches('}');
            return;
        }
        let end = rest.find(|it: char| it != '_' && !it.is_alphanumeric()).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        match word {
            "" => *rest = behind.trim_start_matches('*'),
            "super" => drop(path.pop()),
            "self" => {}
            word => path.push(word.to_owned()),
        }
        if !word.is_empty() {
            *rest = behind;
        }
        match rest.strip_prefix("::") {
            Some(behind) if !word.is_empty() => *rest = behind,
            _ => break,
        }
    }
    if let Some(behind) = rest.trim_start().strip_prefix("as ") {
        let end = behind.find([',', '}', ';']).unwrap_or(behind.len());
        *rest = &behind[end..];
    }
    found.push(path);
}

/// Whether a line has the words, not as a part of longer ones.
pub(super) fn has_words(line: &str, words: &str) -> bool {
    let is_word = |it: char| it == '_' || it.is_alphanumeric();
    line.match_indices(words).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(is_word);
        let after = line[at + words.len()..].chars().next().is_some_and(is_word);
        !before && !after
    })
}

/// The text with its comments and literals made blank.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            'r' if !out.ends_with(|it: char| it == '_' || it.is_alphanumeric()) => raw_string(rest),
            '"' => string(rest),
            '\'' => character(rest),
            _ => 0,
        };
        if length == 0 {
            out.push(next);
            rest = &rest[next.len_utf8()..];
        } else {
            let literal = &rest[..length];
            out.extend(literal.chars().map(|it| if it == '\n' { it } else { ' ' }));
            rest = &rest[length..];
        }
    }
    out
}

fn raw_string(text: &str) -> usize {
    let hashes = text[1..].chars().take_while(|it| *it == '#').count();
    if !text[1 + hashes..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let inside = &text[2 + hashes..];
    2 + hashes + inside.find(&end).map_or(inside.len(), |at| at + end.len())
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, it) in text.char_indices().skip(1) {
        match it {
            '"' if !escaped => return at + 1,
            _ => escaped = it == '\\' && !escaped,
        }
    }
    text.len()
}

/// The length of a character's literal; 0 for a lifetime.
fn character(text: &str) -> usize {
    let mut inside = text[1..].char_indices();
    match inside.next() {
        Some((_, '\\')) => text[3..].find('\'').map_or(0, |at| at + 4),
        Some((_, it)) if text[1 + it.len_utf8()..].starts_with('\'') => it.len_utf8() + 2,
        _ => 0,
    }
}

/// The code with its inline test modules made blank.
fn without_inline_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        let (before, marked) = rest.split_at(at);
        out.push_str(before);
        let length = match (marked.find('{'), marked.find(';')) {
            (Some(open), semicolon) if semicolon.is_none_or(|it| it > open) => {
                open + block(&marked[open..])
            }
            // The declaration of a module of its own file: kept, for `all`.
            _ => {
                let end = marked.find(';').map_or(marked.len(), |it| it + 1);
                out.push_str(&marked[..end]);
                rest = &marked[end..];
                continue;
            }
        };
        out.extend(marked[..length].chars().filter(|it| *it == '\n'));
        rest = &marked[length..];
    }
    out.push_str(rest);
    out
}

/// The length of the block that a text begins with.
fn block(text: &str) -> usize {
    let mut depth = 0;
    for (at, it) in text.char_indices() {
        match it {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

#[test]
fn paths_are_read_from_code_alone() {
    let text = "use crate::a::{self, b::C, d as e};\n// crate::comment\nlet x = \"crate::text\";\n\
                fn f() { super::super::g::h(); }\n#[cfg(test)]\nmod tests {\n use crate::t;\n}\n";
    let code = without_inline_tests(&blank(text));
    let module = ["kb".to_owned(), "bulk".to_owned()].to_vec();
    let (path, text) = (String::new(), String::new());
    let source = Source { path, text, code, module, is_test: false };
    let found: Vec<(usize, String)> =
        source.named().into_iter().map(|it| (it.line, it.segments.join("::"))).collect();
    let expected =
        [(1, "a"), (1, "a::b::C"), (1, "a::d"), (4, "g::h")].map(|(at, it)| (at, it.to_owned()));
    assert_eq!(found, expected);
}
