//! What a change of an article means for its statements: one that is held back or
//! withdrawn takes them out of what is derived, without changing them.

use std::collections::{HashMap, HashSet};

use super::{Changed, may_be_used};
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::revision::Revision;
use crate::store::{At, Error, LoadBody, Path, Reader, Scan, State, Store};

/// How many statements are read at a time.
const PAGE: usize = 500;

/// Notes of each changed statement whether its article may be used.
pub(super) async fn mark_statements(
    store: &dyn Store,
    revision: Revision,
    changed: &mut [Changed],
) -> Result<(), Error> {
    let mut usable: HashMap<ArticleId, bool> = HashMap::new();
    for change in changed.iter() {
        if let RecordName::Article(article) = &change.name {
            usable.insert(article.clone(), change.usable);
        }
    }
    let unknown = articles_of(changed).filter(|article| !usable.contains_key(article));
    let unknown: HashSet<ArticleId> = unknown.collect();
    if !unknown.is_empty() {
        let reader = store.reader(At::Revision(revision)).await?;
        usable.extend(usable_articles(reader.as_ref(), unknown).await?);
    }
    note(&usable, changed);
    Ok(())
}

/// Notes of each statement whether its article may be used, as the reader sees it.
pub(super) async fn mark_with(reader: &dyn Reader, changed: &mut [Changed]) -> Result<(), Error> {
    let usable = usable_articles(reader, articles_of(changed).collect()).await?;
    note(&usable, changed);
    Ok(())
}

fn note(usable: &HashMap<ArticleId, bool>, changed: &mut [Changed]) {
    for change in changed {
        if let RecordName::Statement(name) = &change.name {
            change.usable = usable.get(&name.article).copied().unwrap_or_default();
        }
    }
}

/// The articles of the statements that there are after the change.
fn articles_of(changed: &[Changed]) -> impl Iterator<Item = ArticleId> {
    changed.iter().filter(|change| change.after.is_some()).filter_map(|change| match &change.name {
        RecordName::Statement(name) => Some(name.article.clone()),
        RecordName::Article(_) | RecordName::Entity(_) => None,
    })
}

async fn usable_articles(
    reader: &dyn Reader,
    articles: HashSet<ArticleId>,
) -> Result<HashMap<ArticleId, bool>, Error> {
    let articles: Vec<ArticleId> = articles.into_iter().collect();
    let names: Vec<RecordName> = articles.iter().cloned().map(RecordName::Article).collect();
    let states = reader.states(&names, LoadBody::No).await?.into_iter().map(State::live);
    let usable = states.map(|state| state.is_some_and(|stored| may_be_used(&stored.value)));
    Ok(articles.into_iter().zip(usable).collect())
}

/// The statements that a commit did not change, of the articles that it made
/// usable or no longer usable.
pub(super) async fn statements(
    store: &dyn Store,
    revision: Revision,
    changed: &[Changed],
) -> Result<Vec<Changed>, Error> {
    let mut reached = Vec::new();
    for change in changed {
        let (RecordName::Article(article), Some(before), Some(_)) =
            (&change.name, &change.before, &change.after)
        else {
            continue;
        };
        if may_be_used(&before.value) != change.usable {
            let reader = store.reader(At::Revision(revision)).await?;
            let known: HashSet<&RecordName> = changed.iter().map(|change| &change.name).collect();
            let all = statements_of(reader.as_ref(), article, change.usable).await?;
            reached.extend(all.into_iter().filter(|statement| !known.contains(&statement.name)));
        }
    }
    Ok(reached)
}

async fn statements_of(
    reader: &dyn Reader,
    article: &ArticleId,
    usable: bool,
) -> Result<Vec<Changed>, Error> {
    let mut scan = Scan::all(Path::StatementsOf(article.clone()), PAGE);
    let mut statements = Vec::new();
    loop {
        let page = reader.list(&scan).await?;
        statements.extend(page.items.into_iter().map(|item| Changed {
            name: item.record.name.clone(),
            before: Some(item.record.clone()),
            after: Some(item.record),
            usable,
            erased: false,
        }));
        match page.next {
            Some(next) => scan.after = Some(next),
            None => return Ok(statements),
        }
    }
}
