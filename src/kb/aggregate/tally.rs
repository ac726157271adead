//! Counting by what statements share.
//!
//! A group holds which statements are in it, as numbers; so any groups can be put
//! together and still count each statement, article and outlet once.

use std::cmp::Reverse;
use std::collections::HashMap;

/// How many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Statements.
    pub statements: usize,
    /// Articles that they stand in.
    pub articles: usize,
    /// Distinct publishers of those.
    pub outlets: usize,
    /// The fewest and the most independent origins of the articles, where they were
    /// asked for.
    pub origins: Option<(u32, u32)>,
    /// The articles, by number.
    pub(super) which: Vec<u32>,
}

/// Which groups come first; those alike in it come by their keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupOrder {
    /// Those with the most statements.
    #[default]
    Statements,
    /// Those with the most articles.
    Articles,
    /// Those with the most outlets.
    Outlets,
    /// By their keys alone.
    Keys,
}

/// What a tally tells.
pub(super) struct Told {
    /// The first groups.
    pub(super) groups: Vec<(Vec<String>, Counts)>,
    /// The others as one.
    pub(super) rest: Option<Counts>,
    /// How many others there are.
    pub(super) rest_groups: usize,
    /// All as one.
    pub(super) total: Counts,
    texts: Texts,
}

impl Told {
    /// The article that has a number.
    pub(super) fn article(&self, number: u32) -> String {
        self.texts.text(number)
    }

    /// All counts that are told.
    pub(super) fn counts(&mut self) -> impl Iterator<Item = &mut Counts> {
        let groups = self.groups.iter_mut().map(|(_, counts)| counts);
        groups.chain(&mut self.rest).chain([&mut self.total])
    }
}

/// Statements under way into groups.
#[derive(Default)]
pub(super) struct Tally {
    texts: Texts,
    /// The article and the publisher of each statement.
    statements: Vec<(u32, u32)>,
    groups: HashMap<Vec<u32>, Vec<u32>>,
    memberships: usize,
}

impl Tally {
    /// Counts a statement in each group that its values make.
    pub(super) fn add(&mut self, article: &str, outlet: &str, values: Vec<Vec<String>>) {
        let number = self.statements.len() as u32;
        let places = (self.texts.number(article), self.texts.number(outlet));
        self.statements.push(places);
        let mut keys: Vec<Vec<u32>> = vec![Vec::new()];
        for values in values {
            let values: Vec<u32> = values.iter().map(|value| self.texts.number(value)).collect();
            let with = |key: &Vec<u32>| {
                let key = key.clone();
                values
                    .iter()
                    .map(move |value| [key.as_slice(), &[*value]].concat())
                    .collect::<Vec<_>>()
            };
            keys = keys.iter().flat_map(with).collect();
        }
        self.memberships += keys.len();
        for key in keys {
            self.groups.entry(key).or_default().push(number);
        }
    }

    /// How often statements fell into groups.
    pub(super) fn memberships(&self) -> usize {
        self.memberships
    }

    /// Every text that is counted by.
    pub(super) fn values(&self) -> impl Iterator<Item = &String> {
        self.texts.texts.iter()
    }

    /// Lets what has another name count under that one.
    pub(super) fn rename(&mut self, names: &HashMap<String, String>) {
        if names.is_empty() {
            return;
        }
        let numbers: Vec<u32> = self
            .texts
            .texts
            .clone()
            .iter()
            .enumerate()
            .map(|(number, text)| {
                names.get(text).map_or(number as u32, |name| self.texts.number(name))
            })
            .collect();
        let renamed = |number: &u32| numbers.get(*number as usize).copied().unwrap_or(*number);
        for (_, outlet) in &mut self.statements {
            *outlet = renamed(outlet);
        }
        let mut groups: HashMap<Vec<u32>, Vec<u32>> = HashMap::new();
        for (key, members) in self.groups.drain() {
            groups.entry(key.iter().map(renamed).collect()).or_default().extend(members);
        }
        self.groups = groups;
    }

    /// The first `limit` groups, and the others as one.
    pub(super) fn told(mut self, order: GroupOrder, limit: usize) -> Told {
        let mut groups: Vec<(Vec<String>, Counts, Vec<u32>)> = Vec::new();
        let total = self.together((0..self.statements.len() as u32).collect());
        for (key, members) in std::mem::take(&mut self.groups) {
            let members = distinct(members);
            let counts = self.together(members.clone());
            if !key.is_empty() {
                groups.push((
                    key.iter().map(|number| self.texts.text(*number)).collect(),
                    counts,
                    members,
                ));
            }
        }
        groups.sort_by(|(key, counts, _), (other, others, _)| {
            Reverse(order.rank(counts))
                .cmp(&Reverse(order.rank(others)))
                .then_with(|| key.cmp(other))
        });
        let rest = groups.split_off(limit.min(groups.len()));
        let rest_groups = rest.len();
        let members: Vec<u32> = rest.into_iter().flat_map(|(_, _, members)| members).collect();
        let rest = (rest_groups > 0).then(|| self.together(distinct(members)));
        let groups = groups.into_iter().map(|(key, counts, _)| (key, counts)).collect();
        Told { groups, rest, rest_groups, total, texts: self.texts }
    }

    /// How many these statements, each named once, are.
    fn together(&self, members: Vec<u32>) -> Counts {
        let places = |number: &u32| self.statements.get(*number as usize).copied();
        let (articles, outlets): (Vec<u32>, Vec<u32>) = members.iter().filter_map(places).unzip();
        let named = outlets.into_iter().filter(|outlet| !self.texts.is_empty(*outlet)).collect();
        let which = distinct(articles);
        Counts {
            statements: members.len(),
            articles: which.len(),
            outlets: distinct(named).len(),
            origins: None,
            which,
        }
    }
}

impl GroupOrder {
    fn rank(self, counts: &Counts) -> usize {
        match self {
            Self::Statements => counts.statements,
            Self::Articles => counts.articles,
            Self::Outlets => counts.outlets,
            Self::Keys => 0,
        }
    }
}

fn distinct(mut numbers: Vec<u32>) -> Vec<u32> {
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Texts by number, each once.
#[derive(Default)]
struct Texts {
    texts: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Texts {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }

    fn text(&self, number: u32) -> String {
        self.texts.get(number as usize).cloned().unwrap_or_default()
    }

    fn is_empty(&self, number: u32) -> bool {
        self.texts.get(number as usize).is_none_or(String::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(statements: &[(&str, &str, &[&[&str]])]) -> Tally {
        let mut tally = Tally::default();
        for (article, outlet, values) in statements {
            let texts = |values: &&[&str]| values.iter().map(|value| (*value).to_owned()).collect();
            tally.add(article, outlet, values.iter().map(texts).collect());
        }
        tally
    }

    fn shown(told: &Told) -> Vec<String> {
        let counts = |counts: &Counts| {
            format!("{}/{}/{}", counts.statements, counts.articles, counts.outlets)
        };
        let group =
            |(keys, found): &(Vec<String>, Counts)| format!("{} {}", keys.join("+"), counts(found));
        let mut lines: Vec<String> = told.groups.iter().map(group).collect();
        lines.extend(
            told.rest.iter().map(|rest| format!("{} more {}", told.rest_groups, counts(rest))),
        );
        lines.push(format!("total {}", counts(&told.total)));
        lines
    }

    const STATEMENTS: [(&str, &str, &[&[&str]]); 4] = [
        ("a", "entities/o", &[&["oil", "war"]]),
        ("a", "entities/o", &[&["oil"]]),
        ("b", "", &[&["war"]]),
        ("c", "Times", &[&[""]]),
    ];

    #[test]
    fn what_is_in_several_groups_counts_once_in_sums() {
        let told = tally(&STATEMENTS).told(GroupOrder::Statements, 1);
        assert_eq!(shown(&told), ["oil 2/1/1", "2 more 3/3/2", "total 4/3/2"]);
        let told = tally(&STATEMENTS).told(GroupOrder::Articles, 9);
        assert_eq!(shown(&told), ["war 2/2/1", " 1/1/1", "oil 2/1/1", "total 4/3/2"]);
        let told = tally(&STATEMENTS).told(GroupOrder::Keys, 9);
        assert_eq!(shown(&told), [" 1/1/1", "oil 2/1/1", "war 2/2/1", "total 4/3/2"]);
    }

    #[test]
    fn merged_values_are_one() {
        let names = HashMap::from([
            ("oil".to_owned(), "war".to_owned()),
            ("Times".to_owned(), "entities/o".to_owned()),
        ]);
        let mut tally = tally(&STATEMENTS);
        tally.rename(&names);
        let told = tally.told(GroupOrder::Statements, 9);
        assert_eq!(shown(&told), ["war 3/2/1", " 1/1/1", "total 4/3/1"]);
    }

    #[test]
    fn values_of_several_kinds_make_a_group_for_each_pair() {
        let told = tally(&[("a", "o", &[&["x", "y"], &["1", "2"]])]).told(GroupOrder::Keys, 9);
        assert_eq!(
            shown(&told),
            ["x+1 1/1/1", "x+2 1/1/1", "y+1 1/1/1", "y+2 1/1/1", "total 1/1/1"]
        );
        let told = tally(&[("a", "o", &[])]).told(GroupOrder::Statements, 9);
        assert_eq!(shown(&told), ["total 1/1/1"]);
    }
}
