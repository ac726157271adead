use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use uuid::Uuid;

use super::*;
use crate::domain::article::Article;
use crate::store::conformance::fixtures::{article, batch, body, entity, statement};
use crate::store::memory::{MemoryConfig, MemoryStore};
use crate::store::{Store, WriteBatch};

/// What a [`Notebook`] keeps: names with what was last heard of each.
#[derive(Clone, Debug, Default, PartialEq)]
struct Page {
    lines: BTreeMap<String, String>,
    revision: Option<Revision>,
}

/// Derived state to watch: what is applied, and what is committed.
#[derive(Default)]
struct Kept {
    open: Page,
    committed: Page,
    resets: usize,
    commits: usize,
    /// How often the next calls fail.
    failures: usize,
    /// Where the next build beside what is shown waits.
    gate: Option<Gate>,
}

/// A build tells of each step that it comes to, and takes it when let on.
struct Gate {
    come: mpsc::Sender<()>,
    on: mpsc::Receiver<()>,
}

/// A build beside what a notebook shows.
struct Other {
    notebook: Notebook,
    open: Page,
    gate: Gate,
}

impl Derived for Other {
    fn name(&self) -> &'static str {
        "other"
    }

    fn resume(&mut self) -> Result<Option<Revision>, Error> {
        Ok(None)
    }

    fn reset(&mut self) -> Result<(), Error> {
        self.open = Page::default();
        Ok(())
    }

    fn apply(&mut self, changed: &[Changed]) -> Result<(), Error> {
        // Nobody may wait at the gate any more.
        let _ = self.gate.come.send(());
        let _ = self.gate.on.recv();
        write_down(&mut self.open, changed);
        Ok(())
    }

    fn commit(&mut self, revision: Revision) -> Result<(), Error> {
        self.open.revision = Some(revision);
        self.notebook.0.lock().unwrap().committed = self.open.clone();
        Ok(())
    }
}

#[derive(Clone, Default)]
struct Notebook(Arc<Mutex<Kept>>);

impl Derived for Notebook {
    fn name(&self) -> &'static str {
        "notebook"
    }

    fn resume(&mut self) -> Result<Option<Revision>, Error> {
        let mut kept = self.0.lock().unwrap();
        kept.open = kept.committed.clone();
        Ok(kept.committed.revision)
    }

    fn reset(&mut self) -> Result<(), Error> {
        let mut kept = self.0.lock().unwrap();
        kept.open = Page::default();
        kept.resets += 1;
        Ok(())
    }

    fn apply(&mut self, changed: &[Changed]) -> Result<(), Error> {
        let mut kept = self.0.lock().unwrap();
        if kept.failures > 0 {
            kept.failures -= 1;
            return Err(Error::Kept("the disk is full".into()));
        }
        write_down(&mut kept.open, changed);
        Ok(())
    }

    fn beside(&mut self) -> Result<Option<Box<dyn Derived>>, Error> {
        let Some(gate) = self.0.lock().unwrap().gate.take() else { return Ok(None) };
        Ok(Some(Box::new(Other { notebook: self.clone(), open: Page::default(), gate })))
    }

    fn commit(&mut self, revision: Revision) -> Result<(), Error> {
        let mut kept = self.0.lock().unwrap();
        kept.open.revision = Some(revision);
        kept.committed = kept.open.clone();
        kept.commits += 1;
        Ok(())
    }
}

fn write_down(page: &mut Page, changed: &[Changed]) {
    for change in changed {
        let name = change.name.to_string();
        match &change.after {
            None => page.lines.remove(&name),
            Some(after) => page.lines.insert(name, line(after, change.usable)),
        };
    }
}

fn line(after: &Stored, usable: bool) -> String {
    let text = match &after.value {
        Record::Article(article) => article.body.text.as_deref().unwrap_or("-").to_owned(),
        Record::Statement(statement) => statement.content[0].selector.exact.clone(),
        Record::Entity(entity) => entity.display_name.clone(),
    };
    if usable { text } else { format!("({text})") }
}

fn store() -> Arc<MemoryStore> {
    Arc::new(MemoryStore::new(MemoryConfig { store_id: Uuid::from_u128(1), token_key: [1; 32] }))
}

/// Follows without ever committing by itself: only a reader makes it commit.
fn follow(store: &Arc<MemoryStore>, notebook: &Notebook) -> Follower {
    let config = FollowerConfig {
        store: Arc::clone(store) as Arc<dyn Store>,
        recent: Arc::default(),
        interval: Duration::from_secs(3_600),
        records: usize::MAX,
        niceness: 0,
    };
    Follower::start(config, Box::new(notebook.clone())).unwrap()
}

async fn write(store: &MemoryStore, batch: WriteBatch) -> Revision {
    store.apply(vec![batch]).await.pop().unwrap().unwrap().revision
}

/// What the notebook says once it has reached the head.
async fn lines(store: &MemoryStore, follower: &Follower, notebook: &Notebook) -> String {
    assert!(follower.reach(store.head().revision).await);
    let kept = notebook.0.lock().unwrap();
    let lines = kept.committed.lines.iter().map(|(name, text)| format!("{name}: {text}"));
    lines.collect::<Vec<_>>().join("\n")
}

fn withheld(text: &str) -> Article {
    Article { pub_status: Some(PubStatus::Withheld), ..with_text(text) }
}

fn with_text(text: &str) -> Article {
    Article { body: body(text), ..article("A title") }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_committed_is_followed() {
    let (store, notebook) = (store(), Notebook::default());
    write(&store, batch(1).put("articles/a", with_text("one")).put("entities/e", entity("E")))
        .await;
    let follower = follow(&store, &notebook);
    assert_eq!(lines(&store, &follower, &notebook).await, "articles/a: one\nentities/e: E");
    write(&store, batch(2).put("articles/a", with_text("two")).delete("entities/e")).await;
    assert_eq!(lines(&store, &follower, &notebook).await, "articles/a: two");
    let kept = notebook.0.lock().unwrap();
    assert_eq!((kept.resets, kept.committed.revision), (1, Some(store.head().revision)));
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_hear_of_what_becomes_of_their_article() {
    let (store, notebook) = (store(), Notebook::default());
    let follower = follow(&store, &notebook);
    let first = batch(1).put("articles/a", with_text("one"));
    write(&store, first.put("articles/a/statements/s", statement("said"))).await;
    let shown = "articles/a: one\narticles/a/statements/s: said";
    assert_eq!(lines(&store, &follower, &notebook).await, shown);
    write(&store, batch(2).put("articles/a", withheld("one"))).await;
    let hidden = "articles/a: (one)\narticles/a/statements/s: (said)";
    assert_eq!(lines(&store, &follower, &notebook).await, hidden);
    write(&store, batch(3).put("articles/a/statements/t", statement("more"))).await;
    let more = format!("{hidden}\narticles/a/statements/t: (more)");
    assert_eq!(lines(&store, &follower, &notebook).await, more);
    follower.rebuild();
    let rebuilt = follower.standing().wait_for(|it| it.rebuilds == 1).await.is_ok();
    assert!(rebuilt);
    assert_eq!(lines(&store, &follower, &notebook).await, more);
    write(&store, batch(4).put("articles/a", with_text("one"))).await;
    assert_eq!(lines(&store, &follower, &notebook).await, more.replace(['(', ')'], ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn following_goes_on_where_it_was_committed() {
    let (store, notebook) = (store(), Notebook::default());
    let follower = follow(&store, &notebook);
    write(&store, batch(1).put("entities/e", entity("E"))).await;
    lines(&store, &follower, &notebook).await;
    follower.stop().await;
    assert!(!follower.reach(store.head().revision.next()).await);
    write(&store, batch(2).put("entities/f", entity("F"))).await;
    let follower = follow(&store, &notebook);
    assert_eq!(lines(&store, &follower, &notebook).await, "entities/e: E\nentities/f: F");
    assert_eq!(notebook.0.lock().unwrap().resets, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pending_is_committed_at_the_end() {
    let (store, notebook) = (store(), Notebook::default());
    let follower = follow(&store, &notebook);
    let seen = write(&store, batch(1).put("entities/e", entity("E"))).await;
    assert!(follower.reach(seen).await);
    write(&store, batch(2).put("entities/f", entity("F"))).await;
    follower.stop().await;
    let kept = notebook.0.lock().unwrap();
    // It may have been stopped before it saw the second commit.
    assert!(kept.committed.revision >= Some(seen));
    assert_eq!(kept.open, kept.committed);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_failures_it_is_built_afresh() {
    let (store, notebook) = (store(), Notebook::default());
    let follower = follow(&store, &notebook);
    write(&store, batch(1).put("entities/e", entity("E"))).await;
    lines(&store, &follower, &notebook).await;
    notebook.0.lock().unwrap().failures = 1;
    write(&store, batch(2).put("entities/f", entity("F"))).await;
    assert_eq!(lines(&store, &follower, &notebook).await, "entities/e: E\nentities/f: F");
    assert_eq!(follower.standing().borrow().failure, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_follows_on_while_another_is_built() {
    let (store, notebook) = (store(), Notebook::default());
    let follower = follow(&store, &notebook);
    let first = batch(1).put("entities/e", entity("E"));
    write(&store, first.put("articles/a", with_text("one"))).await;
    lines(&store, &follower, &notebook).await;

    let ((come, comes), (let_on, on)) = (mpsc::channel(), mpsc::channel());
    notebook.0.lock().unwrap().gate = Some(Gate { come, on });
    follower.rebuild();
    comes.recv().unwrap();
    let seen = write(&store, batch(2).put("entities/f", entity("F"))).await;
    let mut reached = Box::pin(follower.reach(seen));
    // Asked for before the build goes on.
    tokio::select! {
        biased;
        _ = &mut reached => panic!("nothing can have been applied"),
        () = std::future::ready(()) => {}
    }
    let_on.send(()).unwrap();
    assert!(reached.await, "the build waits before its second step");
    assert!(notebook.0.lock().unwrap().committed.lines.contains_key("entities/f"));
    assert_eq!(follower.standing().borrow().rebuilds, 0);

    drop(let_on);
    assert!(follower.standing().wait_for(|it| it.rebuilds == 1).await.is_ok());
    assert_eq!(follower.standing().borrow().building, None);
    write(&store, batch(3).delete("entities/e")).await;
    let all = "articles/a: one\nentities/f: F";
    assert_eq!(lines(&store, &follower, &notebook).await, all);
    assert_eq!(notebook.0.lock().unwrap().resets, 1);
}
