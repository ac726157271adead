//! What the statements and entities of an ingest refer to: it stands, or is sent
//! along.

use std::collections::{HashMap, HashSet};

use super::Planner;
use crate::domain::id::StatementId;
use crate::domain::statement::Statement;
use crate::kb::error::{Error, Violation};

const NOT_HERE: &str = "names no statement of this article: list it in the same ingest";

impl Planner<'_> {
    /// Checks parents and link targets: they stand or are sent along, and parents
    /// lead to no circle.
    pub(super) async fn check_places(
        &mut self,
        ids: &[StatementId],
        sent: &[Statement],
        stored: &[(StatementId, Statement)],
    ) -> Result<(), Error> {
        let sent_here = ids.iter().zip(sent);
        // What was sent stands in place of what was stored.
        let all: HashMap<&StatementId, &Statement> =
            stored.iter().map(|(id, it)| (id, it)).chain(sent_here).collect();
        // What is not listed goes where the listed ones take the place of all.
        let stays = |id: &&StatementId| !self.command.replace_statements || ids.contains(*id);
        let here: HashSet<&StatementId> = all.keys().copied().filter(stays).collect();
        let parent_of = |id: &StatementId| all.get(id).and_then(|it| it.parent.as_ref());
        self.check_evidence(&here).await?;
        for (at, (id, statement)) in ids.iter().zip(sent).enumerate() {
            if let Some(parent) = &statement.parent {
                let field = format!("statements[{at}].parent");
                if !here.contains(parent) {
                    self.violations.push(Violation::new(field, "UNKNOWN_RECORD", NOT_HERE));
                } else if leads_back(id, parent, parent_of) {
                    let text = "leads back to the statement itself";
                    self.violations.push(Violation::new(field, "CIRCLE", text));
                }
            }
            for (link_at, link) in statement.links.iter().enumerate() {
                let field = format!("statements[{at}].links[{link_at}].target");
                if link.target.article != self.id {
                    self.must_exist(link.target.clone().into(), &field).await?;
                } else if link.target.statement == *id {
                    let text = "a statement does not bear on itself";
                    self.violations.push(Violation::new(field, "SELF", text));
                } else if !here.contains(&link.target.statement) {
                    self.violations.push(Violation::new(field, "UNKNOWN_RECORD", NOT_HERE));
                }
            }
        }
        Ok(())
    }

    /// Checks the statements that the listed entities' posts are evidenced by.
    pub(super) async fn check_evidence(
        &mut self,
        here: &HashSet<&StatementId>,
    ) -> Result<(), Error> {
        let command = self.command;
        for (at, draft) in command.entities.iter().enumerate() {
            for (post_at, occupancy) in draft.entity.occupancies.iter().enumerate() {
                let Some(evidence) = &occupancy.evidence else { continue };
                let field = format!("entities[{at}].occupancies[{post_at}].evidence");
                if evidence.article != self.id {
                    self.must_exist(evidence.clone().into(), &field).await?;
                } else if !here.contains(&evidence.statement) {
                    self.violations.push(Violation::new(field, "UNKNOWN_RECORD", NOT_HERE));
                }
            }
        }
        Ok(())
    }
}

/// Whether the chain of parents from `parent` comes back to `id`.
fn leads_back<'a>(
    id: &'a StatementId,
    parent: &'a StatementId,
    parent_of: impl Fn(&StatementId) -> Option<&'a StatementId>,
) -> bool {
    let mut seen = HashSet::from([id]);
    let mut next = Some(parent);
    while let Some(current) = next {
        if !seen.insert(current) {
            return true;
        }
        next = parent_of(current);
    }
    false
}
