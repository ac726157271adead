//! What another extractor answers, checked as what callers send.

use crate::domain::limits;
use crate::domain::origin::Origin;
use crate::domain::statement::{Mention, Speaker, Statement};
use crate::extract::{
    BuiltIn, ExtractionError, Extractor as _, MOST_STATEMENTS, Post, ReadStatement, Reading, Thing,
};
use crate::kb;
use crate::kb::error::Error;
use crate::rpc::from_pb::check::{Field, check, reason};
use crate::rpc::from_pb::entity::entity_type;
use crate::rpc::from_pb::selector::selector;
use crate::rpc::from_pb::speech::cue;
use crate::rpc::from_pb::statement::{content, kind};
use crate::rpc::from_pb::time::coarse;
use crate::rpc::pb::extractor as pb;

/// The most other names, and the most posts, of something that was found.
const OF_AN_ENTITY: usize = 64;

/// What was found in a text; its selectors are not looked for yet.
pub fn reading(mut pb: pb::ExtractResponse) -> Result<Reading, ExtractionError> {
    let truncated = pb.truncated || pb.statements.len() > MOST_STATEMENTS;
    pb.statements.truncate(MOST_STATEMENTS);
    let parents: Vec<Option<i32>> = pb.statements.iter().map(|it| it.parent).collect();
    let checked = check(|at| {
        let origin = origin(at, pb.extractor, pb.extractor_version);
        let count = pb.entities.len();
        let things =
            at.at("entities").items(pb.entities, limits::ENTITIES_PER_ARTICLE, |at, pb| {
                Some(thing(at, pb, count))
            });
        let scope = Scope { origin: &origin, entities: count, parents: &parents };
        let statements_at = at.at("statements");
        let statements = pb.statements.into_iter().enumerate();
        let statements = statements
            .map(|(place, pb)| scope.statement(&statements_at.item(place), place, pb))
            .collect();
        Some(Reading { origin, statements, things, truncated })
    });
    checked.map_err(|error| match error {
        Error::Invalid(violations) => kb::extraction_fault(&violations)
            .unwrap_or_else(|| ExtractionError::Invalid("it is empty".into())),
        other => ExtractionError::Invalid(other.to_string()),
    })
}

fn origin(at: &Field<'_>, name: String, version: String) -> Origin {
    if name == BuiltIn.name() {
        at.at("extractor").refuse(
            reason::CONTRADICTION,
            format!("`{name}` is the extractor that Dicta comes with: take another name"),
        );
    }
    let line = |field, text| at.at(field).required_line(text, limits::TERM_CHARS, "a name");
    Origin {
        extractor: line("extractor", name),
        extractor_version: line("extractor_version", version),
        ..Origin::default()
    }
}

fn thing(at: &Field<'_>, pb: pb::FoundEntity, count: usize) -> Thing {
    let posts = at.at("posts").items(pb.posts, OF_AN_ENTITY, |at, pb| {
        let organization = place(&at.at("organization"), pb.organization, count);
        let title = at.at("title").required_line(pb.title, limits::NAME_CHARS, "a title");
        Some(Post { title, organization })
    });
    Thing {
        name: at.at("name").required_line(pb.name, limits::NAME_CHARS, "a name"),
        aliases: at.at("aliases").items(pb.aliases, OF_AN_ENTITY, |at, alias| {
            Some(at.required_line(alias, limits::NAME_CHARS, "a name"))
        }),
        abbreviation: at.at("abbreviation").line(pb.abbreviation, limits::NAME_CHARS),
        kind: entity_type(&at.at("type"), pb.r#type),
        posts,
    }
}

/// A place in a list of `count` items.
fn place(at: &Field<'_>, place: Option<i32>, count: usize) -> Option<usize> {
    let place = place?;
    let found = usize::try_from(place).ok().filter(|place| *place < count);
    if found.is_none() {
        at.refuse(reason::BAD_NUMBER, format!("{place} is no place in a list of {count}, from 0"));
    }
    found
}

/// What statements are read against.
struct Scope<'a> {
    origin: &'a Origin,
    entities: usize,
    parents: &'a [Option<i32>],
}

impl Scope<'_> {
    fn statement(&self, at: &Field<'_>, own: usize, pb: pb::FoundStatement) -> ReadStatement {
        if pb.content.is_empty() {
            at.at("content").needed("at least one span is needed");
        }
        let (speaker, said_by) = match pb.speaker {
            Some(pb) => self.speaker(&at.at("speaker"), pb),
            None => (None, None),
        };
        let list = |field, list, limit| {
            let mentions = at.at(field).items(list, limit, |at, pb| self.mention(at, pb));
            mentions.into_iter().unzip()
        };
        let (addressees, addressed) = list("addressees", pb.addressees, limits::ADDRESSEES);
        let (mentions, mentioned) = list("mentions", pb.mentions, limits::MENTIONS);
        let rule = at.at("rule").line(pb.rule, limits::TERM_CHARS);
        let statement = Statement {
            kind: kind(&at.at("kind"), pb.kind),
            content: content(&at.at("content"), pb.content),
            cue: pb.cue.and_then(|pb| cue(&at.at("cue"), pb)),
            speaker,
            addressees,
            mentions,
            uttered_at: pb.uttered_at.and_then(|pb| coarse(&at.at("uttered_at"), pb)),
            reference_time: pb.reference_time.and_then(|pb| coarse(&at.at("reference_time"), pb)),
            confidence: at.at("confidence").fraction(pb.confidence),
            origin: Origin { rule, ..self.origin.clone() },
            ..Statement::default()
        };
        let parent = self.parent(&at.at("parent"), own, pb.parent);
        ReadStatement {
            statement,
            parent,
            speaker: said_by,
            addressees: addressed,
            mentions: mentioned,
        }
    }

    fn speaker(&self, at: &Field<'_>, pb: pb::FoundSpeaker) -> (Option<Speaker>, Option<usize>) {
        let mention_at = at.at("mention");
        let (mention, thing) = pb.mention.and_then(|pb| self.mention(&mention_at, pb)).unzip();
        let thing = thing.flatten();
        if pb.anonymous && thing.is_some() {
            let text = "an anonymous speaker is no entity: leave out one of them";
            mention_at.at("entity").refuse(reason::CONTRADICTION, text);
        }
        let limit = limits::SPEAKER_DESCRIPTION_CHARS;
        let description = at.at("description").line(pb.description, limit);
        let speaker = Speaker { entity: None, mention, anonymous: pb.anonymous, description };
        ((speaker != Speaker::default()).then_some(speaker), thing)
    }

    fn mention(&self, at: &Field<'_>, pb: pb::FoundMention) -> Option<(Mention, Option<usize>)> {
        if pb.text.is_empty() && pb.selector.is_none() {
            at.at("text").needed("a mention needs its wording or a selector");
            return None;
        }
        let mention = Mention {
            text: at.at("text").text(pb.text, limits::NAME_CHARS),
            selector: pb.selector.and_then(|pb| selector(&at.at("selector"), pb)),
            entity: None,
            kind: entity_type(&at.at("type"), pb.r#type),
        };
        Some((mention, place(&at.at("entity"), pb.entity, self.entities)))
    }

    /// The parent of a statement, which leads back to no statement on its way. One
    /// that is not taken any more is none.
    fn parent(&self, at: &Field<'_>, own: usize, parent: Option<i32>) -> Option<usize> {
        let parent = usize::try_from(parent?).ok();
        let Some(parent) = parent else {
            at.refuse(reason::BAD_NUMBER, "it is no place in a list, from 0");
            return None;
        };
        let mut next = Some(parent);
        for _ in 0..self.parents.len() {
            let Some(current) = next else {
                return (parent < self.parents.len()).then_some(parent);
            };
            if current == own {
                break;
            }
            let further = self.parents.get(current).copied().flatten();
            next = further.and_then(|place| usize::try_from(place).ok());
        }
        if next.is_some() {
            at.refuse("CIRCLE", "leads back to the statement itself");
            return None;
        }
        (parent < self.parents.len()).then_some(parent)
    }
}
