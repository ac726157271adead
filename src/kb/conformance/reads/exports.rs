//! Export: every record, by name.

use super::super::model::without_text;
use super::{Difference, Reads, answered, same};
use crate::domain::id::RecordName;
use crate::domain::record::Stored;
use crate::kb::{ExportItem, ExportRecords};
use crate::store::Erasure;

impl Reads<'_> {
    /// A whole export, taken up again behind some of its records.
    pub(super) async fn export(&mut self) -> Result<(), Difference> {
        self.count("Export");
        let (read, world) = self.moment(Some(()));
        let mut query = ExportRecords { read, ..ExportRecords::everything() };
        let mut found: Vec<Stored> = Vec::new();
        let mut erased: Vec<(RecordName, Erasure)> = Vec::new();
        let mut export = answered("Export", self.kb.export(&query).await)?;
        while let Some(item) = answered("Export", export.next().await)? {
            match item {
                ExportItem::Record(stored) => found.push(stored),
                ExportItem::Erased(it) => erased.push((it.name, it.erasure)),
            }
            if self.chance(0.1) {
                query.resume_token = export.resume_token();
                export = answered("Export", self.kb.export(&query).await)?;
            }
        }
        let erasures = self.model.newest().erasures();
        same(&format!("erasures exported at {}", world.revision), &erased, &erasures)?;
        // Entities come first, then each article with its statements.
        let mut expected: Vec<Stored> = world.all().collect();
        expected.sort_by_key(|stored| match &stored.name {
            RecordName::Entity(id) => (0, id.to_string(), None),
            RecordName::Article(id) => (1, id.to_string(), None),
            RecordName::Statement(name) => {
                (1, name.article.to_string(), Some(name.statement.clone()))
            }
        });
        let told = format!("Export at {}", world.revision);
        same(&told, &found.len(), &expected.len())?;
        for (found, expected) in found.iter().zip(&expected) {
            if found != expected {
                same(&told, &without_text(found.clone()), &without_text(expected.clone()))?;
                same(&told, found, expected)?;
            }
        }
        Ok(())
    }
}
