//! What all writes share: request ids, commits, receipts.

use async_trait::async_trait;

use super::KnowledgeBase;
use super::command::{IngestOutcome, Receipt, RequestId, WriteContext};
use super::error::Error;
use super::plan::{self, Plan};
use super::token::{self, TokenKind};
use crate::domain::record::Stored;
use crate::domain::revision::Revision;
use crate::store::{self, At, LoadBody, Precondition, Reader, Remembered, RequestKey, WriteBatch};

/// How often a write is worked out afresh when others keep changing what it read.
pub(super) const MAX_ATTEMPTS: usize = 16;

/// A command that writes.
#[async_trait]
pub(super) trait Command: Sync {
    /// The method's name, under which its request ids are remembered.
    fn method(&self) -> &'static str;

    /// Who writes, and how the write is protected and marked.
    fn context(&self) -> &WriteContext;

    /// Works out what it would do to the state that `reader` sees.
    async fn plan(&self, reader: &dyn Reader) -> Result<Plan, Error>;
}

/// A write that was carried out, or was before under the same request_id.
pub(super) struct Outcome {
    /// What it did.
    pub(super) outcome: IngestOutcome,
    /// The records of the answer that stand.
    pub(super) records: Vec<Stored>,
    /// How many names the answer has, those that no longer stand included.
    pub(super) names: usize,
    /// Whether statements were left out since there were too many.
    pub(super) truncated: bool,
    /// Where it stands.
    pub(super) receipt: Receipt,
}

impl KnowledgeBase {
    /// Carries out a command, or tells what it would do, or answers what was
    /// answered before. It is planned again where others changed what it had read.
    pub(super) async fn write(&self, command: &impl Command) -> Result<Outcome, Error> {
        let (method, context) = (command.method(), command.context());
        for _ in 0..MAX_ATTEMPTS {
            // Asked each time: what got in the way may have been this request, sent
            // twice.
            if let Some(answer) = self.answered_before(method, context).await? {
                return Ok(answer);
            }
            let reader = self.store.reader(At::Head).await?;
            let plan = command.plan(reader.as_ref()).await?;
            if context.validate_only {
                return self.dry_run(plan, reader.as_ref()).await;
            }
            match self.carry_out(method, context, plan, reader.as_ref()).await {
                Err(Error::Store(store::Error::Conflict(_))) => {}
                answer => return answer,
            }
        }
        Err(Error::Contended)
    }

    async fn dry_run(&self, plan: Plan, reader: &dyn Reader) -> Result<Outcome, Error> {
        plan.refuse_erased(reader).await?;
        let records = plan.preview(reader, self.clock.now()).await?;
        let (names, truncated) = (plan.answer.len(), plan.truncated);
        let receipt = Receipt::default();
        Ok(Outcome { outcome: plan.outcome, records, names, truncated, receipt })
    }

    async fn carry_out(
        &self,
        method: &'static str,
        context: &WriteContext,
        plan: Plan,
        reader: &dyn Reader,
    ) -> Result<Outcome, Error> {
        let (outcome, answer) = (plan.outcome, plan.answer.clone());
        let truncated = plan.truncated;
        let Some(batch) = self.batch(method, context, plan) else {
            let answer = self.answer(outcome, &answer, reader, None).await?;
            return Ok(Outcome { truncated, ..answer });
        };
        let applied = self.apply_one(batch).await?;
        let reader = self.store.reader(At::Revision(applied.revision)).await?;
        let revision = commit(outcome, applied.revision);
        let answer = self.answer(outcome, &answer, reader.as_ref(), revision).await?;
        Ok(Outcome { truncated, ..answer })
    }

    /// The batch of a plan; `None` where there is nothing to write or remember.
    pub(super) fn batch(
        &self,
        method: &'static str,
        context: &WriteContext,
        plan: Plan,
    ) -> Option<WriteBatch> {
        if plan.mutations.is_empty() && context.request.is_none() {
            return None;
        }
        let now = self.clock.now();
        let (outcome, names) = (outcome_code(plan.outcome), plan.answer.clone());
        let mut batch = plan.batch(context, now);
        if let Some(request) = &context.request {
            let key = request_key(method, context, request);
            let remembered = Remembered {
                payload: request.payload,
                outcome,
                names,
                expires: now.saturating_add(self.request_ttl).unwrap_or(now),
                revision: Revision::ZERO,
            };
            // Another request of this id may be under way.
            batch.require.push(Precondition::Unremembered(key.clone(), now));
            batch.remember = Some((key, remembered));
        }
        Some(batch)
    }

    pub(super) async fn apply_one(&self, batch: WriteBatch) -> Result<store::Applied, Error> {
        let answers = self.store.apply(vec![batch]).await;
        let lost = || store::Error::Internal("the store gave no answer to a write".into());
        answers.into_iter().next().unwrap_or_else(|| Err(lost())).map_err(Error::from)
    }

    /// What was answered to the same request before.
    async fn answered_before(
        &self,
        method: &'static str,
        context: &WriteContext,
    ) -> Result<Option<Outcome>, Error> {
        let Some(remembered) = self.remembered(method, context).await? else { return Ok(None) };
        let reader = self.store.reader(At::Revision(remembered.revision)).await?;
        // Of what was erased since, the first answer cannot be given again.
        plan::refuse_erased(reader.as_ref(), &remembered.names).await?;
        let outcome = outcome_of(remembered.outcome);
        let revision = commit(outcome, remembered.revision);
        self.answer(outcome, &remembered.names, reader.as_ref(), revision).await.map(Some)
    }

    /// What is remembered of the request, whose payload must be the same.
    pub(super) async fn remembered(
        &self,
        method: &'static str,
        context: &WriteContext,
    ) -> Result<Option<Remembered>, Error> {
        let Some(request) = context.request.filter(|_| !context.validate_only) else {
            return Ok(None);
        };
        let key = request_key(method, context, &request);
        match self.store.remembered(&key, self.clock.now()).await? {
            Some(remembered) if remembered.payload != request.payload => {
                Err(Error::RequestIdReused)
            }
            remembered => Ok(remembered),
        }
    }

    async fn answer(
        &self,
        outcome: IngestOutcome,
        names: &[crate::domain::id::RecordName],
        reader: &dyn Reader,
        revision: Option<Revision>,
    ) -> Result<Outcome, Error> {
        let states = reader.states(names, LoadBody::No).await?;
        let first = states.first().cloned().and_then(store::State::live);
        let records = states.into_iter().filter_map(store::State::live).collect();
        // Where nothing was written, the subject's last change is what a reader
        // must see.
        let last_change = first.map_or(Revision::ZERO, |stored| stored.committed.revision);
        let receipt = self.receipt(revision.unwrap_or(last_change));
        Ok(Outcome { outcome, records, names: names.len(), truncated: false, receipt })
    }

    /// The receipt of a commit.
    pub(super) fn receipt(&self, revision: Revision) -> Receipt {
        let identity = self.store.identity();
        let consistency_token = token::seal(identity, TokenKind::Consistency, revision, b"");
        Receipt { revision, consistency_token }
    }
}

/// The commit that an answer names: none where it only remembers the request.
fn commit(outcome: IngestOutcome, revision: Revision) -> Option<Revision> {
    (outcome != IngestOutcome::Unchanged).then_some(revision)
}

fn request_key(method: &str, context: &WriteContext, request: &RequestId) -> RequestKey {
    RequestKey {
        principal: context.principal.clone(),
        method: method.to_owned(),
        request_id: request.id,
    }
}

fn outcome_code(outcome: IngestOutcome) -> u32 {
    match outcome {
        IngestOutcome::Created => 1,
        IngestOutcome::Revised => 2,
        IngestOutcome::Unchanged => 3,
    }
}

/// What a remembered number stands for.
pub(super) fn outcome_of(code: u32) -> IngestOutcome {
    match code {
        1 => IngestOutcome::Created,
        2 => IngestOutcome::Revised,
        _ => IngestOutcome::Unchanged,
    }
}
