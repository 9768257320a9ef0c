#!/usr/bin/env python3
"""bench/run.py [scenario ...]: Jebi's figures, each beside the limit measured in the same minutes, medians of three.

Builds the tools (bench/target) and needs a release build of Jebi (cargo build --release). Everything stays on loopback.
Without names all scenarios run; `bench/run.py --list` names them.
"""
import os, subprocess, sys

from jebi import HERE, JEBI, TOOLS
from outcomes import suppressed_million, topic_page, webhooks, feedback, opens
from pg import pg_bulk, pg_single, pg_idle, pg_nodes, pg_cost, pg_grown, pg_snapshot, pg_transfer
from sending import bulk, personal, bulk_tls, accept_bulk, single, single_beside_bulk, idle, latency50, waiting_million, cancel_million, grown, attachment, compose
from smtp import smtp, smtp_20ms


SCENARIOS = dict(bulk=bulk, personal=personal, bulk_50kb=lambda: bulk(50_000), bulk_tls=bulk_tls, accept_bulk=accept_bulk, single=single, single_beside_bulk=single_beside_bulk, idle=idle,
                 latency50=latency50, waiting_million=waiting_million, cancel_million=cancel_million, suppressed_million=suppressed_million, grown=grown, topic_page=topic_page, smtp=smtp, smtp_20ms=smtp_20ms,
                 pg_bulk=pg_bulk, pg_single=pg_single, pg_idle=pg_idle, pg_nodes=pg_nodes, pg_cost=pg_cost, pg_grown=pg_grown, pg_snapshot=pg_snapshot, pg_transfer=pg_transfer, attachment=attachment, compose=compose, webhooks=webhooks, feedback=feedback, opens=opens)


def main():
    if "--list" in sys.argv:
        return print("\n".join(SCENARIOS))
    target = TOOLS.parent
    for package in ("fake-ses", "load", "limits", "compose", "sink", "sns"):
        if not (TOOLS / package).exists():
            features = ["--features", "mimalloc"] if package == "limits" else []
            subprocess.run(["cargo", "build", "--release", "-p", package, *features], cwd=HERE, env={**os.environ, "CARGO_TARGET_DIR": str(target)}, check=True)
    if not JEBI.exists():
        sys.exit(f"{JEBI} is missing: cargo build --release")
    for name in sys.argv[1:] or SCENARIOS:
        figures = SCENARIOS[name]()
        print(f"{name}: " + " ".join(f"{k}={v:.4g}" if abs(v) < 1000 else f"{k}={v:.0f}" for k, v in figures.items()), flush=True)


main()
