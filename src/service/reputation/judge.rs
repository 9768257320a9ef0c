//! What follows from how accounts, domains and topics stand. Every node judges; what is written is written once, whoever is first.

use jebi_domain::{
    port::{
        reputation::ScopeState,
        store::{AuditEntry, StoreResult},
    },
    reputation::{Act, Mark, TopicJudgement, words},
    time::Wall,
};

use super::{Reputation, Settings, act_of};

impl Reputation {
    /// Judges all scopes and writes down what changes; how they stand after that.
    pub(super) async fn judge(&self, settings: &Settings, now: Wall) -> StoreResult<Vec<ScopeState>> {
        let mut states = self.store.reputations(settings.window, now).await?;
        for state in &mut states {
            let judged = settings.limits.judge(act_of(state), &state.standing);
            let before = act_of(state);
            if judged.act == before {
                continue;
            }
            let why = words::figures(&judged, &state.standing);
            let fresh = state.mark.as_ref().and_then(|mark| mark.fresh);
            let mark = Mark { act: judged.act, since: now, why, by: None, fresh };
            // Where another node was quicker, the next look shows what it decided.
            if self.store.mark(state.scope.clone(), state.mark.clone(), mark.clone()).await? {
                let (scope, why) = (&state.scope, &mark.why);
                tracing::warn!(%scope, before = before.as_str(), now = judged.act.as_str(), why, "the reputation guard has judged anew");
                if before.max(judged.act) >= Act::Slowed {
                    self.write_down("reputation.judge", scope.to_string(), format!("{}={why}", judged.act.as_str()), now).await;
                }
                state.mark = Some(mark);
            }
        }
        Ok(states)
    }

    /// Stops topics whose first mails bounce.
    pub(super) async fn judge_topics(&self, settings: &Settings, now: Wall) -> StoreResult<()> {
        if settings.topics.first == 0 || !settings.limits.acts {
            return Ok(());
        }
        for one in self.store.first_results().await? {
            match settings.topics.judge(one.known) {
                TopicJudgement::Wait => {}
                TopicJudgement::Passed => {
                    self.store.judged(one.topic, None, now).await?;
                }
                // Its transactional mail must not wait: the account's own limits have to do.
                TopicJudgement::Stop { .. } if one.transactional => {}
                TopicJudgement::Stop { rate, of } => {
                    let why = words::stopped(rate, of, settings.topics.limit);
                    if self.store.judged(one.topic.clone(), Some(why.clone()), now).await? {
                        tracing::warn!(topic = one.topic, why, "the topic is paused: its first mails bounce");
                        self.write_down("topic.pause", one.topic, why, now).await;
                    }
                }
            }
        }
        Ok(())
    }

    async fn write_down(&self, act: &str, target: String, detail: String, now: Wall) {
        let entry = AuditEntry {
            no: 0,
            at: now,
            actor: words::GUARD.to_owned(),
            key: None,
            address: None,
            act: act.to_owned(),
            target,
            detail,
            result: "done".to_owned(),
        };
        // What was decided stands all the same.
        if let Err(error) = self.store.audit(entry.clone()).await {
            tracing::error!(%error, ?entry, "an act of the reputation guard could not be written to the audit log");
        }
    }
}
