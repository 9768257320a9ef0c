//! The metrics recorder and the gauges read from the store. Counters are declared beside the code that moves them.

use std::time::Duration;

use jebi_domain::{
    message::Lane,
    port::{nodes::NodeState, store::StoreHealth},
    time::Wall,
};
use metrics::{Unit, describe_gauge, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// How often the recorder's upkeep must run so that histograms nobody reads do not grow; a worker does it.
pub const UPKEEP: Duration = Duration::from_secs(5);

/// Upper ends of the buckets of every duration, in seconds.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// Recipients in the queue.
pub const WAITING: &str = "jebi_recipients_waiting";
/// Recipients whose last attempt nobody knows the outcome of.
pub const UNSETTLED: &str = "jebi_recipients_unsettled";
/// Deliveries claimed and not settled.
pub const LEASED: &str = "jebi_deliveries_leased";
/// How late the oldest due mail is.
pub const OLDEST_DUE: &str = "jebi_oldest_due_seconds";
/// Room for new mail.
pub const FREE: &str = "jebi_store_free_bytes";

/// Nodes that share the store.
pub const NODES: &str = "jebi_nodes";

/// Upper ends of the buckets of every size.
const SIZES: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0];

/// Makes the process's recorder; what is counted before is lost.
///
/// # Errors
/// Another recorder is there already.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_size".to_owned()), &SIZES)?
        .set_buckets_for_metric(Matcher::Suffix("_jobs".to_owned()), &SIZES)?
        .install_recorder()?;
    describe();
    Ok(handle)
}

/// A handle on figures of its own, for where nobody will read any.
#[must_use]
pub fn apart() -> PrometheusHandle {
    PrometheusBuilder::new().build_recorder().handle()
}

fn describe() {
    describe_gauge!(WAITING, Unit::Count, "Recipients in the queue, all lanes.");
    describe_gauge!(UNSETTLED, Unit::Count, "Recipients whose last attempt nobody knows the outcome of yet.");
    describe_gauge!(LEASED, Unit::Count, "Deliveries claimed by a node and not settled.");
    describe_gauge!(OLDEST_DUE, Unit::Seconds, "How late the oldest due mail of a lane is; 0 when none is.");
    describe_gauge!(FREE, Unit::Bytes, "Bytes free for new mail before accepting stops; negative when it has.");
    describe_gauge!(NODES, Unit::Count, "Nodes that share the store, by state: sending, stopping, gone.");
}

/// Sets the gauges to how the store stands now.
pub fn show_health(health: &StoreHealth, now: Wall) {
    gauge!(WAITING).set(health.waiting as f64);
    gauge!(UNSETTLED).set(health.unsettled as f64);
    gauge!(LEASED).set(health.leased as f64);
    if let Some(free) = health.free_bytes {
        gauge!(FREE).set(free as f64);
    }
    for lane in Lane::ALL {
        let late = health.oldest_due[lane as usize].map_or(Duration::ZERO, |due| now.since(due));
        gauge!(OLDEST_DUE, "lane" => lane.as_str()).set(late.as_secs_f64());
    }
}

/// Sets how many nodes there are in each state.
pub fn show_nodes(states: impl Iterator<Item = NodeState>) {
    let mut counts = [NodeState::Sending, NodeState::Stopping, NodeState::Gone].map(|state| (state, 0_u32));
    for seen in states {
        counts.iter_mut().filter(|(state, _)| *state == seen).for_each(|(_, n)| *n += 1);
    }
    for (state, n) in counts {
        gauge!(NODES, "state" => state.as_str()).set(f64::from(n));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_counted_by_state_and_none_is_told_as_none() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        let seen = [NodeState::Sending, NodeState::Gone, NodeState::Sending];
        metrics::with_local_recorder(&recorder, || show_nodes(seen.into_iter()));
        let text = handle.render();
        for line in ["jebi_nodes{state=\"sending\"} 2", "jebi_nodes{state=\"gone\"} 1", "jebi_nodes{state=\"stopping\"} 0"] {
            assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn the_gauges_show_how_the_store_stands() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        let health =
            StoreHealth { waiting: 7, unsettled: 1, leased: 2, oldest_due: [Some(Wall(60_000)), Some(Wall(90_000))], free_bytes: Some(-5) };
        metrics::with_local_recorder(&recorder, || show_health(&health, Wall(61_500)));
        let text = handle.render();
        for line in [
            "jebi_recipients_waiting 7",
            "jebi_recipients_unsettled 1",
            "jebi_deliveries_leased 2",
            "jebi_store_free_bytes -5",
            "jebi_oldest_due_seconds{lane=\"transactional\"} 1.5",
            "jebi_oldest_due_seconds{lane=\"bulk\"} 0",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
        }
    }
}
