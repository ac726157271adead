//! Watch: what differs between one world and the next.

use std::collections::HashSet;

use super::filters::{Filtered, OF_ARTICLES, OF_ENTITIES, OF_STATEMENTS};
use super::{Difference, Reads, answered, same};
use crate::domain::id::{EntityId, RecordName};
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::kb::conformance::model::{refers, without_text};
use crate::kb::{WatchEvent, WatchRecords, WatchStart};
use crate::query::schema::Kind;
use crate::store::conformance::fixtures::entity_id;
use crate::store::conformance::model::World;
use crate::store::{ChangeKind, Deleted, LoadBody, State};

/// What a subscriber wants, as the model tells it.
struct Wanted {
    kinds: Vec<Kind>,
    entities: HashSet<EntityId>,
    filters: [Filtered; 3],
}

impl Reads<'_> {
    /// Everything that a subscriber is told from some revision on.
    pub(super) async fn watch(&mut self) -> Result<(), Difference> {
        self.count("Watch");
        let newest = self.model.revisions() - 1;
        let back = self.one_of(&[0, 1, 3, 10, 30, newest]);
        let after = newest.saturating_sub(back).max(self.model.floor());
        let wanted = self.wanted();
        let body = self.one_of(&[LoadBody::Yes, LoadBody::No]);
        let start = WatchStart::After(Revision(after as u64));
        let records = watch_records(&wanted, start, body);
        let told = format!("{records:?}");
        let mut watch = answered(&told, self.kb.watch(records).await)?;
        let mut found = Vec::new();
        while let Some(events) = answered(&told, watch.next().await)? {
            found.extend(events);
            if self.chance(0.2) {
                // Where it stopped, another goes on by its token.
                let token = watch.token_at(watch.position());
                let start = WatchStart::Token(token);
                let again = watch_records(&wanted, start, body);
                watch = answered(&told, self.kb.watch(again).await)?;
            }
        }
        same(&told, &watch.position(), &self.model.newest().revision)?;
        found.sort_by_key(|event| (event.revision, event.name.clone()));
        let mut expected = Vec::new();
        for revision in after + 1..=newest {
            expected.extend(self.changed(revision, &wanted, body));
        }
        same(&told, &found, &expected)
    }

    fn wanted(&mut self) -> Wanted {
        let entity = self.one_of(&["e0", "e1", "amina-kole", "civic-forum"]);
        let narrow = self.chance(0.3);
        let entities = if narrow { HashSet::from([entity_id(entity)]) } else { HashSet::new() };
        let all = [Kind::Article, Kind::Statement, Kind::Entity];
        let kinds = if self.chance(0.3) { vec![self.one_of(&all)] } else { Vec::new() };
        let filters = [
            (Kind::Article, OF_ARTICLES),
            (Kind::Statement, OF_STATEMENTS),
            (Kind::Entity, OF_ENTITIES),
        ]
        .map(|(kind, filters)| {
            let of_kind = kinds.is_empty() || kinds.contains(&kind);
            if of_kind && self.chance(0.4) { self.one_of(filters) } else { filters[0] }
        });
        Wanted { kinds, entities, filters }
    }

    /// What a revision did to the records that are wanted, by name.
    fn changed(&self, revision: usize, wanted: &Wanted, body: LoadBody) -> Vec<WatchEvent> {
        let (old, new) = (self.model.at(revision - 1), self.model.at(revision));
        let shown =
            |stored: Stored| if body == LoadBody::Yes { stored } else { without_text(stored) };
        let event = |name: RecordName| {
            let (before, after) = (old.live(&name), new.live(&name));
            if let State::Deleted(Deleted { erasure: Some(_), committed, .. }) = new.state(&name) {
                // Of all that it ever was, that it changed is left.
                let here = committed.revision == Revision(revision as u64);
                return (here && wanted.wants_kind_of(&name)).then(|| WatchEvent {
                    name,
                    kind: ChangeKind::Erased,
                    before: None,
                    after: None,
                    before_matches: false,
                    after_matches: false,
                    revision: Revision(revision as u64),
                    time: self.model.time(revision),
                });
            }
            if before == after {
                return None;
            }
            let kind = match (&before, &after) {
                (None, _) => ChangeKind::Created,
                (Some(_), None) => ChangeKind::Deleted,
                (Some(_), Some(_)) => ChangeKind::Updated,
            };
            let before_matches = before.as_ref().is_some_and(|it| wanted.wants(old, it));
            let after_matches = after.as_ref().is_some_and(|it| wanted.wants(new, it));
            (before_matches || after_matches).then(|| WatchEvent {
                name,
                kind,
                before: before.map(shown),
                after: after.map(shown),
                before_matches,
                after_matches,
                revision: Revision(revision as u64),
                time: self.model.time(revision),
            })
        };
        new.names().into_iter().filter_map(event).collect()
    }
}

impl Wanted {
    fn wants_kind_of(&self, name: &RecordName) -> bool {
        let kind = match name {
            RecordName::Article(_) => Kind::Article,
            RecordName::Statement(_) => Kind::Statement,
            RecordName::Entity(_) => Kind::Entity,
        };
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    fn wants(&self, world: &World, stored: &Stored) -> bool {
        let [articles, statements, entities] = self.filters;
        let (kind, (_, passes)) = match &stored.value {
            Record::Article(_) => (Kind::Article, articles),
            Record::Statement(_) => (Kind::Statement, statements),
            Record::Entity(_) => (Kind::Entity, entities),
        };
        let of_kind = self.kinds.is_empty() || self.kinds.contains(&kind);
        of_kind
            && passes(world, stored)
            && (self.entities.is_empty() || self.concerns(world, stored))
    }

    /// Whether it is one of the entities, or names one as who speaks, publishes or is
    /// mentioned; each stands for all that are one with it.
    fn concerns(&self, world: &World, stored: &Stored) -> bool {
        let entities = self.entities.iter().flat_map(|id| world.same_as(id));
        let is_entity = matches!(stored.value, Record::Entity(_));
        entities
            .map(RecordName::Entity)
            .any(|name| stored.name == name || (!is_entity && refers(stored, &name)))
    }
}

/// A subscription to what is wanted.
fn watch_records(wanted: &Wanted, start: WatchStart, body: LoadBody) -> WatchRecords {
    let [(article_filter, _), (statement_filter, _), (entity_filter, _)] = wanted.filters;
    WatchRecords {
        start,
        kinds: wanted.kinds.clone(),
        entities: wanted.entities.clone(),
        article_filter: article_filter.into(),
        statement_filter: statement_filter.into(),
        entity_filter: entity_filter.into(),
        body,
    }
}
