//! One thread that keeps something derived up to date: it reads the log, applies
//! what it finds, and commits after a while, or at once when a reader waits.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Instant;

use super::recent::Recent;
use super::snapshot::Snapshot;
use super::{Changed, Derived, Error};
use crate::domain::revision::Revision;
use crate::store::{self, Head, Store};

/// The pauses after one failure and the next, the last of them from then on.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(100),
    Duration::from_secs(1),
    Duration::from_secs(10),
    Duration::from_secs(60),
];

/// What a follower works with.
pub struct FollowerConfig {
    /// Whose log it follows.
    pub store: Arc<dyn Store>,
    /// Where the newest commits are read.
    pub recent: Arc<Recent>,
    /// How long what was applied may stay uncommitted while nobody waits for it.
    pub interval: Duration,
    /// How many records may be applied before they are committed.
    pub records: usize,
}

/// How far something derived has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What it shows: everything up to this revision. `None`: nothing was built
    /// yet.
    pub visible: Option<Revision>,
    /// How many records a rebuild under way has taken in, and of how many.
    pub building: Option<(u64, u64)>,
    /// How many rebuilds that were asked for are done.
    pub rebuilds: u64,
    /// Why it does not follow at present.
    pub failure: Option<String>,
    /// Whether it has stopped for good.
    pub stopped: bool,
}

/// What others want of the thread.
#[derive(Clone, Copy, Debug, Default)]
struct Wishes {
    /// Up to where a reader wants to see.
    visible: Revision,
    /// How many rebuilds were asked for.
    rebuilds: u64,
    stop: bool,
}

/// Keeps something derived up to date until it is stopped.
pub struct Follower {
    wishes: watch::Sender<Wishes>,
    standing: watch::Receiver<Standing>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Follower {
    /// Starts the thread; it waits for the store on this runtime.
    pub fn start(config: FollowerConfig, derived: Box<dyn Derived>) -> std::io::Result<Self> {
        let (wishes, wished) = watch::channel(Wishes::default());
        let (standing, told) = watch::channel(Standing::default());
        let heads = config.store.watch_head();
        let name = derived.name();
        let following = Following { config, derived, heads, wishes: wished, standing };
        let runtime = Handle::current();
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || runtime.block_on(following.run()))?;
        Ok(Self { wishes, standing: told, thread: Mutex::new(Some(thread)) })
    }

    /// How far it has come, and what follows.
    #[must_use]
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.clone()
    }

    /// Waits until a revision is shown; it is committed without delay. Answers
    /// `false` where it will never be.
    pub async fn reach(&self, revision: Revision) -> bool {
        let reached = |standing: &Standing| standing.visible.is_some_and(|it| it >= revision);
        let mut standing = self.standing.clone();
        if reached(&standing.borrow()) {
            return true;
        }
        self.wishes.send_if_modified(|wishes| {
            let more = wishes.visible < revision;
            wishes.visible = wishes.visible.max(revision);
            more
        });
        let told = standing.wait_for(|standing| reached(standing) || standing.stopped).await;
        told.is_ok_and(|standing| reached(&standing))
    }

    /// Asks that everything be built afresh; tells the number of the rebuild.
    pub fn rebuild(&self) -> u64 {
        let mut number = 0;
        self.wishes.send_modify(|wishes| {
            wishes.rebuilds += 1;
            number = wishes.rebuilds;
        });
        number
    }

    /// Commits what was applied and ends the thread.
    pub async fn stop(&self) {
        self.wishes.send_modify(|wishes| wishes.stop = true);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // It catches its own panics, so that there is nothing to hear of.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

/// The thread's own side.
struct Following {
    config: FollowerConfig,
    derived: Box<dyn Derived>,
    heads: watch::Receiver<Head>,
    wishes: watch::Receiver<Wishes>,
    standing: watch::Sender<Standing>,
}

/// What was applied and not yet committed.
struct Pending {
    position: Revision,
    records: usize,
    since: Instant,
}

/// Why following ends for now.
enum End {
    Stopped,
    Failed(Error),
}

impl<E: Into<Error>> From<E> for End {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Following {
    async fn run(mut self) {
        let mut failures = 0;
        loop {
            let before = self.standing.borrow().visible;
            let end = AssertUnwindSafe(self.follow(failures > 1)).catch_unwind().await;
            let reason = match end {
                Ok(End::Stopped | End::Failed(Error::Store(store::Error::Unavailable(_)))) => break,
                Ok(End::Failed(error)) => error.to_string(),
                Err(panic) => panic_words(panic.as_ref()).to_owned(),
            };
            let moved = self.standing.borrow().visible != before;
            failures = if moved { 1 } else { failures + 1 };
            let name = self.derived.name();
            tracing::error!(name, reason, failures, "cannot follow the changes: trying again");
            self.standing.send_modify(|standing| {
                standing.building = None;
                standing.failure = Some(reason);
            });
            let pause = PAUSES.get(failures - 1).or(PAUSES.last()).copied().unwrap_or_default();
            if tokio::time::timeout(pause, self.wishes.wait_for(|it| it.stop)).await.is_ok() {
                break;
            }
        }
        self.standing.send_modify(|standing| standing.stopped = true);
    }

    /// Follows until it is stopped or fails; afresh where what is kept is of no use.
    async fn follow(&mut self, afresh: bool) -> End {
        match self.steps(afresh).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn steps(&mut self, afresh: bool) -> Result<std::convert::Infallible, End> {
        let mut position = match self.kept(afresh)? {
            Some(position) => self.shows(position),
            None => self.build().await?,
        };
        let mut pending: Option<Pending> = None;
        loop {
            let wishes = *self.wishes.borrow_and_update();
            self.heads.borrow_and_update();
            if wishes.stop {
                self.commit(&mut pending)?;
                return Err(End::Stopped);
            }
            if wishes.rebuilds > self.standing.borrow().rebuilds {
                self.commit(&mut pending)?;
                position = self.build().await?;
                self.standing.send_modify(|standing| standing.rebuilds = wishes.rebuilds);
            }
            if position < self.config.store.earliest() {
                position = self.build().await?;
                pending = None;
            }
            let found = self.apply_next(position, &mut pending).await?;
            if self.is_due(&pending, wishes.visible, found.is_none()) {
                self.commit(&mut pending)?;
            }
            match found {
                Some(newer) => position = newer,
                None => self.wait(&pending).await?,
            }
        }
    }

    /// The revision of what is kept, where following can go on from there.
    fn kept(&mut self, afresh: bool) -> Result<Option<Revision>, Error> {
        let kept = self.derived.resume()?;
        let store = &self.config.store;
        let held =
            |revision: &Revision| (store.earliest()..=store.head().revision).contains(revision);
        Ok(kept.filter(held).filter(|_| !afresh))
    }

    /// Applies the next commits, if there are any; tells up to where.
    async fn apply_next(
        &mut self,
        position: Revision,
        pending: &mut Option<Pending>,
    ) -> Result<Option<Revision>, Error> {
        let store = Arc::clone(&self.config.store);
        let commits = self.config.recent.after(store.as_ref(), position).await?;
        for commit in &commits {
            self.apply(&commit.changed)?;
            self.apply(&commit.reached)?;
            let pending = pending.get_or_insert_with(|| Pending {
                position,
                records: 0,
                since: Instant::now(),
            });
            pending.position = commit.change.revision;
            pending.records += commit.changed.len() + commit.reached.len();
        }
        Ok(commits.last().map(|commit| commit.change.revision))
    }

    fn apply(&mut self, changed: &[Changed]) -> Result<(), Error> {
        if changed.is_empty() { Ok(()) } else { self.derived.apply(changed) }
    }

    fn is_due(&self, pending: &Option<Pending>, wished: Revision, at_head: bool) -> bool {
        let Some(pending) = pending else { return false };
        let visible = self.standing.borrow().visible.unwrap_or_default();
        let waited_for = wished > visible && (at_head || pending.position >= wished);
        waited_for
            || pending.records >= self.config.records
            || pending.since.elapsed() >= self.config.interval
    }

    fn commit(&mut self, pending: &mut Option<Pending>) -> Result<(), Error> {
        if let Some(Pending { position, .. }) = pending.take() {
            self.derived.commit(position)?;
            self.shows(position);
        }
        Ok(())
    }

    fn shows(&self, position: Revision) -> Revision {
        self.standing.send_modify(|standing| {
            standing.visible = Some(position);
            standing.building = None;
            standing.failure = None;
        });
        position
    }

    /// Waits for commits, a wish, or the time to commit what is pending.
    async fn wait(&mut self, pending: &Option<Pending>) -> Result<(), End> {
        let due = pending.as_ref().map(|pending| pending.since + self.config.interval);
        let due = async move {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = self.heads.changed() => changed.map_err(|_| End::Stopped),
            changed = self.wishes.changed() => changed.map_err(|_| End::Stopped),
            () = due => Ok(()),
        }
    }

    /// Builds everything afresh from the newest records.
    async fn build(&mut self) -> Result<Revision, End> {
        let store = Arc::clone(&self.config.store);
        let mut snapshot = Snapshot::of_head(store.as_ref()).await?;
        let counts = store.head().counts;
        let all = counts.articles + counts.statements + counts.entities;
        tracing::info!(name = self.derived.name(), records = all, "building from all records");
        self.derived.reset()?;
        let mut taken = 0;
        while let Some(records) = snapshot.next().await? {
            if self.wishes.borrow().stop {
                return Err(End::Stopped);
            }
            self.apply(&records)?;
            taken += records.len() as u64;
            self.standing.send_modify(|it| it.building = Some((taken, all.max(taken))));
        }
        self.derived.commit(snapshot.revision())?;
        Ok(self.shows(snapshot.revision()))
    }
}

fn panic_words(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it panicked")
}
