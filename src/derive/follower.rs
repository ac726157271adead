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

use super::building::{Building, take_in};
use super::pace::CatchingUp;
use super::recent::Recent;
use super::{Derived, Error};
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
    /// How far its thread stands back where processors are scarce, from 0, not at all,
    /// to 19: what `nice` takes. Looked at on Linux alone.
    pub niceness: i32,
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
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            stand_back(following.config.niceness);
            runtime.block_on(following.run());
        })?;
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

/// Lets other threads go before this one.
fn stand_back(niceness: i32) {
    #[cfg(target_os = "linux")]
    if niceness > 0 {
        let thread = rustix::thread::gettid();
        if let Err(error) = rustix::process::setpriority_process(Some(thread), niceness) {
            tracing::debug!(%error, niceness, "a thread keeps its priority");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = niceness;
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
        let head = self.config.store.head().revision;
        let mut behind = CatchingUp::begin(self.derived.name(), position, head);
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
                position = self.rebuild(position).await?;
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
            behind = behind.and_then(|behind| behind.reached(position));
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
        let (newer, records) = take_in(self.derived.as_mut(), &self.config, position).await?;
        if let Some(newer) = newer {
            let since = Instant::now();
            let pending = pending.get_or_insert(Pending { position, records: 0, since });
            pending.position = newer;
            pending.records += records;
        }
        Ok(newer)
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
        let mut building = Building::begin(&self.config, self.derived.name()).await?;
        self.derived.reset()?;
        while building.step(self.derived.as_mut()).await? {
            self.tell(&building)?;
        }
        Ok(self.built(&building)?)
    }

    /// Builds another from the newest records, while what is shown follows on up to
    /// where the other has caught up with it. Tells where the other begins to follow.
    async fn rebuild(&mut self, mut shown: Revision) -> Result<Revision, End> {
        let Some(mut other) = self.derived.beside()? else { return self.build().await };
        let mut building = Building::begin(&self.config, self.derived.name()).await?;
        let mut pending = None;
        while building.step(other.as_mut()).await? {
            self.tell(&building)?;
            self.follow_on(&mut shown, &mut pending).await?;
        }
        // The other takes larger steps, so that it comes nearer.
        while building.catch_up(other.as_mut(), &self.config).await? < shown {
            self.tell(&building)?;
            self.follow_on(&mut shown, &mut pending).await?;
        }
        self.derived = other;
        Ok(self.built(&building)?)
    }

    /// A step with what is shown while another is built.
    async fn follow_on(
        &mut self,
        shown: &mut Revision,
        pending: &mut Option<Pending>,
    ) -> Result<(), End> {
        if *shown < self.config.store.earliest() {
            return Ok(());
        }
        let found = self.apply_next(*shown, pending).await?;
        *shown = found.unwrap_or(*shown);
        let wished = self.wishes.borrow().visible;
        if self.is_due(pending, wished, found.is_none()) {
            self.commit(pending)?;
        }
        Ok(())
    }

    /// Tells how far a build has come; it ends where it is to stop.
    fn tell(&self, building: &Building) -> Result<(), End> {
        if self.wishes.borrow().stop {
            return Err(End::Stopped);
        }
        self.standing.send_modify(|it| it.building = Some(building.progress()));
        Ok(())
    }

    fn built(&mut self, building: &Building) -> Result<Revision, Error> {
        self.derived.commit(building.position)?;
        building.done();
        self.standing.send_modify(|standing| standing.building = None);
        Ok(self.shows(building.position))
    }
}

fn panic_words(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it panicked")
}
