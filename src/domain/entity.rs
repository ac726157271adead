//! The entity: a person, organization, place, event or other thing that makes
//! statements or is met in them.

use super::id::{EntityId, StatementName};
use super::limits;
use super::origin::Origin;
use super::text::LanguageTag;
use super::time::CoarseTime;

/// What an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityType {
    /// A human being.
    Person,
    /// A company, ministry, army, party, outlet or other body.
    Organization,
    /// A country, region, city or other place.
    Place,
    /// Something that happens at a time.
    Event,
    /// A building or an installation.
    Facility,
    /// An office that people hold.
    Post,
    /// People spoken of together who are no organization.
    Group,
    /// A document, law, treaty, book or film.
    Work,
    /// Anything else.
    Other,
}

impl EntityType {
    /// Whether a thing seen as `self` may be one stored as `other`: they are the
    /// same, or one of them says nothing definite.
    #[must_use]
    pub fn fits(self, other: Self) -> bool {
        self == other || self == Self::Other || other == Self::Other
    }
}

/// What kind of name an [`EntityName`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameKind {
    /// The usual name in its language.
    Label,
    /// Another name in use.
    #[default]
    Alias,
    /// The name in another script.
    Transliteration,
    /// A short form.
    Abbreviation,
}

/// One name, in one language and script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityName {
    /// The name.
    pub text: String,
    /// Its language, where known.
    pub language: Option<LanguageTag>,
    /// What kind of name it is.
    pub kind: NameKind,
}

/// What another authority calls an entity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExternalId {
    /// The authority, such as `wikidata`.
    pub authority: String,
    /// Its id.
    pub id: String,
}

/// That someone held a post (FollowTheMoney's Occupancy).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Occupancy {
    /// The post, where it is an entity.
    pub post: Option<EntityId>,
    /// The post's title in words.
    pub title: String,
    /// Who holds it; `None`: the entity that the occupancy stands on.
    pub holder: Option<EntityId>,
    /// The body that the post belongs to.
    pub organization: Option<EntityId>,
    /// Since when.
    pub start: Option<CoarseTime>,
    /// Until when.
    pub end: Option<CoarseTime>,
    /// The statement that says so.
    pub evidence: Option<StatementName>,
    /// The entity it came by, where entities were merged.
    pub source_entity: Option<EntityId>,
}

impl Occupancy {
    /// The entities that it names, each with its field.
    fn named(&self) -> impl Iterator<Item = (&'static str, &EntityId)> {
        let fields =
            [("post", &self.post), ("holder", &self.holder), ("organization", &self.organization)];
        fields.into_iter().filter_map(|(field, id)| Some((field, id.as_ref()?)))
    }
}

/// A thing that makes statements or is met in them. Its id stands beside it, not
/// in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entity {
    /// What it is; `None` in a draft that does not say.
    pub kind: Option<EntityType>,
    /// The name to show.
    pub display_name: String,
    /// Names in many languages and scripts.
    pub names: Vec<EntityName>,
    /// Who or what it is, in words.
    pub description: String,
    /// What other authorities call it.
    pub external_ids: Vec<ExternalId>,
    /// Posts that it held, or its holders.
    pub occupancies: Vec<Occupancy>,
    /// For events: when it began.
    pub start: Option<CoarseTime>,
    /// For events: when it ended.
    pub end: Option<CoarseTime>,
    /// For events and facilities: where.
    pub place: Option<EntityId>,
    /// The entity that absorbed this one.
    pub merged_into: Option<EntityId>,
    /// The entities that this one absorbed.
    pub referents: Vec<EntityId>,
    /// What made the record.
    pub origin: Origin,
}

impl Entity {
    /// What it is, `Other` where nothing was said.
    #[must_use]
    pub fn entity_type(&self) -> EntityType {
        self.kind.unwrap_or(EntityType::Other)
    }

    /// Every name, the one to show first.
    pub fn all_names(&self) -> impl Iterator<Item = &str> {
        let names = self.names.iter().map(|name| name.text.as_str());
        std::iter::once(self.display_name.as_str())
            .filter(|name| !name.is_empty())
            .chain(names.filter(|name| *name != self.display_name))
    }

    /// Every entity that this one names.
    pub fn entities_named(&self) -> impl Iterator<Item = &EntityId> {
        let by_occupancy =
            self.occupancies.iter().flat_map(|occupancy| occupancy.named().map(|(_, id)| id));
        self.place.iter().chain(by_occupancy)
    }

    /// The path of the field that names an entity, for messages.
    #[must_use]
    pub fn field_naming(&self, id: &EntityId) -> String {
        if self.place.as_ref() == Some(id) {
            return "place".into();
        }
        let mut named =
            self.occupancies.iter().enumerate().flat_map(|(at, occupancy)| {
                occupancy.named().map(move |(field, id)| (at, field, id))
            });
        let found = named.find(|(_, _, named)| *named == id);
        found.map_or_else(String::new, |(at, field, _)| format!("occupancies[{at}].{field}"))
    }

    /// Takes in what `listed` knows besides: lists unite up to their limits,
    /// empty fields are filled, nothing is overwritten. Says whether anything
    /// changed.
    pub fn unite(&mut self, listed: &Self) -> bool {
        let before = self.clone();
        if self.entity_type() == EntityType::Other && listed.kind.is_some() {
            self.kind = listed.kind;
        }
        fill(&mut self.display_name, &listed.display_name);
        fill(&mut self.description, &listed.description);
        fill(&mut self.start, &listed.start);
        fill(&mut self.end, &listed.end);
        fill(&mut self.place, &listed.place);
        add_missing(
            &mut self.external_ids,
            &listed.external_ids,
            limits::EXTERNAL_IDS,
            PartialEq::eq,
        );
        add_missing(&mut self.occupancies, &listed.occupancies, limits::OCCUPANCIES, PartialEq::eq);
        add_missing(&mut self.names, &listed.names, limits::ENTITY_NAMES, |name, other| {
            name.text == other.text && name.language == other.language
        });
        self.add_name(&listed.display_name);
        *self != before
    }

    /// Keeps another entity's display name as an alias, where it is a new name.
    fn add_name(&mut self, text: &str) {
        let known = text.is_empty() || self.all_names().any(|name| name == text);
        if !known && self.names.len() < limits::ENTITY_NAMES {
            self.names.push(EntityName {
                text: text.into(),
                language: None,
                kind: NameKind::Alias,
            });
        }
    }
}

fn fill<T: Default + PartialEq + Clone>(field: &mut T, listed: &T) {
    if *field == T::default() {
        field.clone_from(listed);
    }
}

fn add_missing<T: Clone>(
    list: &mut Vec<T>,
    listed: &[T],
    limit: usize,
    same: impl Fn(&T, &T) -> bool,
) {
    for item in listed {
        if list.len() < limit && !list.iter().any(|known| same(known, item)) {
            list.push(item.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(display_name: &str) -> Entity {
        Entity { display_name: display_name.into(), ..Entity::default() }
    }

    #[test]
    fn uniting_fills_and_adds_but_never_overwrites() {
        let mut stored = named("Nechirvan Barzani");
        let listed = Entity {
            kind: Some(EntityType::Person),
            description: "President of the Kurdistan Region".into(),
            ..named("Nêçîrvan Barzanî")
        };
        assert!(stored.unite(&listed));
        assert_eq!(stored.display_name, "Nechirvan Barzani");
        assert_eq!(stored.kind, Some(EntityType::Person));
        assert_eq!(
            stored.all_names().collect::<Vec<_>>(),
            ["Nechirvan Barzani", "Nêçîrvan Barzanî"]
        );
        assert!(!stored.unite(&listed));
    }
}
