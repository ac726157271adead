//! The links that point to a statement. They are stored with the statements that
//! have them, and found by the index of references as of any revision: a link
//! writes one record, leaves the etag of the other alone, and can't disagree with
//! itself; what that costs is one short scan for each statement that is read.

use super::KnowledgeBase;
use super::error::Error;
use crate::domain::id::RecordName;
use crate::domain::limits;
use crate::domain::record::Record;
use crate::domain::revision::Revision;
use crate::domain::statement::{IncomingLink, StatementLink};
use crate::store::{At, Path, Reader, Scan};

/// How many records that refer to a statement are looked at for links.
const MAX_SCANNED: usize = 1_000;

impl KnowledgeBase {
    /// The links to each of these records as of a revision, at most
    /// [`limits::LINKS`] each; none for what is no statement.
    pub async fn incoming_links(
        &self,
        names: &[RecordName],
        revision: Revision,
    ) -> Result<Vec<Vec<IncomingLink>>, Error> {
        if !names.iter().any(|name| matches!(name, RecordName::Statement(_))) {
            return Ok(vec![Vec::new(); names.len()]);
        }
        let reader = self.store.reader(At::Revision(revision)).await?;
        let mut links = Vec::with_capacity(names.len());
        for name in names {
            links.push(incoming(reader.as_ref(), name).await?);
        }
        Ok(links)
    }
}

async fn incoming(reader: &dyn Reader, name: &RecordName) -> Result<Vec<IncomingLink>, Error> {
    let RecordName::Statement(target) = name else { return Ok(Vec::new()) };
    let page = reader.list(&Scan::all(Path::Referrers(name.clone()), MAX_SCANNED)).await?;
    let mut links = Vec::new();
    for record in page.items.into_iter().map(|item| item.record) {
        let (RecordName::Statement(source), Record::Statement(statement)) =
            (record.name, record.value)
        else {
            continue;
        };
        let pointing = statement.links.into_iter().filter(|link| link.target == *target);
        links.extend(pointing.map(|link| {
            let StatementLink { target: _, kind, reason, confidence, origin } = link;
            IncomingLink { source: source.clone(), kind, reason, confidence, origin }
        }));
    }
    links.truncate(limits::LINKS);
    Ok(links)
}
