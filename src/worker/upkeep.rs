//! Keeps the metrics' histograms small while nobody reads them.

use std::sync::Arc;

use jebi_domain::port::Clock;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use crate::observe::metrics::UPKEEP;

/// Runs until told to stop.
pub async fn run(metrics: PrometheusHandle, clock: Arc<dyn Clock>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = clock.sleep_until(clock.boot() + UPKEEP) => metrics.run_upkeep(),
            () = stop.cancelled() => return,
        }
    }
}
