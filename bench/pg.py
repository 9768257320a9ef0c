"""On PostgreSQL, and SQLite in the same minutes."""
import json, os, signal, statistics, subprocess, sys, time, urllib.request

from jebi import SES, PORT, SCHEDULED, BULK, ONE, Jebi, repeat, JEBI
from postgres import Postgres, programs


def arrivals():
    return json.loads(urllib.request.urlopen(f"http://127.0.0.1:{SES}/_count", timeout=10).read())


def pg_bulk():
    """Bulk on SQLite and on PostgreSQL, one after the other; `of_sqlite` is the ratio of the same minute."""
    def once(pg):
        with Jebi() as j:
            lite = j.warm().load(BULK % ("bench", ""), 10, 10000, 4)["end_to_end"]["messages_per_s"]
        with Jebi(env=pg.database()) as j:
            j.warm()
            before = pg.costs()
            r = j.load(BULK % ("bench", ""), 10, 10000, 4)
            cost = pg.costs(before)
            assert r["ses"]["distinct_recipients"] == 100000 and r["ses"]["repeated_recipients"] == 0, r
            rate = r["end_to_end"]["messages_per_s"]
            return dict(mails_per_s=rate, sqlite_per_s=lite, of_sqlite=rate / lite, cpu_us_a_mail=r["cpu_seconds_per_1k"] * 1000, postgres_cpu_us_a_mail=cost["cpu"] * 10,
                        wal_bytes_a_mail=cost["wal"] / 1e5, peak_mib=r["peak_rss_mib"])
    with Postgres() as pg:
        return repeat(lambda: once(pg))


def pg_single():
    def once(pg):
        with Jebi() as j:
            lite = j.warm().load(ONE, 40000, 1, 64)
        with Jebi(env=pg.database()) as j:
            j.warm()
            before = pg.costs()
            r = j.load(ONE, 40000, 1, 64)
            cost = pg.costs(before)
            return dict(requests_per_s=r["requests_per_s"], sqlite_per_s=lite["requests_per_s"], of_sqlite=r["requests_per_s"] / lite["requests_per_s"],
                        p50_ms=r["latency_us"]["p50"] / 1000, p99_ms=r["latency_us"]["p99"] / 1000, sqlite_p99_ms=lite["latency_us"]["p99"] / 1000,
                        cpu_us_a_mail=r["cpu_seconds_per_1k"] * 1000, sqlite_cpu_us_a_mail=lite["cpu_seconds_per_1k"] * 1000,
                        postgres_cpu_us_a_mail=cost["cpu"] * 25, wal_bytes_a_mail=cost["wal"] / 40000)
    with Postgres() as pg:
        return repeat(lambda: once(pg))


def pg_idle():
    """One mail at a time, POST to arrival: SQLite's and PostgreSQL's."""
    def once(pg):
        told = {}
        for name, env in dict(sqlite={}, postgres=pg.database()).items():
            with Jebi(env=env) as j:
                r = j.warm().load(ONE, 200, 1, 1, interval_ms=20)
                told |= {f"{name}_arrival_p50_ms": r["ses"]["latency_us"]["p50"] / 1000, f"{name}_arrival_p99_ms": r["ses"]["latency_us"]["p99"] / 1000,
                         f"{name}_answer_p50_ms": r["latency_us"]["p50"] / 1000}
        return told
    with Postgres() as pg:
        return repeat(lambda: once(pg))


def pg_nodes():
    """200,000 mails in 20 requests through one node, then through two (half the requests each) on one database."""
    def through(pg, nodes):
        env = pg.database()
        first = Jebi(env=env)
        with first:
            others = [Jebi(env=env, port=PORT + 1 + n, beside=first) for n in range(nodes - 1)]
            all = [first, *others]
            try:
                for j in all:
                    j.load(ONE, 1)
                urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{SES}/_reset", method="POST", data=b""))
                before = pg.costs()
                cpu = sum(j.cpu() for j in all)
                t = time.perf_counter()
                posts = [all[i % nodes].spawn(BULK % (f"bench{i}", ""), 10, 10000, 2, wait=False) for i in range(2)]
                while (seen := arrivals()) < 200000:
                    assert time.perf_counter() - t < 120, seen
                    time.sleep(0.005)
                rate = 200000 / (time.perf_counter() - t)
                assert all_well([json.loads(p.communicate()[0]) for p in posts])
                return rate, (sum(j.cpu() for j in all) - cpu) * 5, pg.costs(before)
            finally:
                for j in others:
                    j.__exit__()
    def once(pg):
        (one, one_cpu, _), (two, two_cpu, cost) = through(pg, 1), through(pg, 2)
        return dict(one_per_s=one, two_per_s=two, two_of_one=two / one, one_cpu_us=one_cpu, two_cpu_us=two_cpu, two_postgres_cpu_us=cost["cpu"] * 5, two_wal_bytes=cost["wal"] / 2e5)
    with Postgres() as pg:
        return repeat(lambda: once(pg))


def all_well(told):
    failures = [r["first_failure"] for r in told if r["first_failure"]]
    if failures:
        sys.exit(f"a figure of refused requests is none: {failures[0]}")
    return True


def pg_cost():
    """Statements, commits, syncs and log bytes a mail, counted by pg_stat_statements; BENCH_TOP=1 prints the statements."""
    def of(pg, body, *how):
        with Jebi(env=pg.database()) as j:
            j.warm()
            time.sleep(1)
            pg.psql("SELECT pg_stat_statements_reset()", pg.name)
            j.warm()
            before = pg.costs()
            r = j.load(body, *how)
            n = how[0] * how[1]
            cost = pg.costs(before)
            if os.environ.get("BENCH_TOP"):
                print(pg.top(), flush=True)
            return dict(statements=cost["statements"] / n, commits=cost["commits"] / n, syncs=cost["syncs"] / n, wal=cost["wal"] / n, fpi=cost["fpi"], postgres_us=cost["cpu"] / n * 1e6,
                        per_s=r["end_to_end"]["messages_per_s"])
    with Postgres(tracked=True) as pg:
        told = {}
        for name, how in dict(bulk=(BULK % ("bench", ""), 10, 10000, 4), single=(ONE, 20000, 1, 64), one_by_one=(ONE, 200, 1, 1)).items():
            told |= {f"{name}_{k}": v for k, v in of(pg, *how).items()}
        return told


# The statements of a claim, by what is in them.


CLAIMING = "query ~ 'FROM entry|UPDATE entry|topic_queue|INTO lease|email, name, state, attempt'"


def pg_grown():
    """Claims with 100,000 and with 5,000,000 rows in the store: the server's time for their statements, a mail sent."""
    def look(pg, j):
        time.sleep(2)
        pg.psql("SELECT pg_stat_statements_reset()", pg.name)
        before, cpu = pg.costs(), j.cpu()
        r = j.load(BULK % ("probe", ""), 10, 10000, 4)
        cpu = (j.cpu() - cpu) * 10
        time.sleep(1)
        claims = pg.number(f"SELECT sum(total_exec_time) FROM pg_stat_statements WHERE {CLAIMING}", pg.name) * 1000 / 1e5
        return claims, cpu, pg.costs(before)["cpu"] * 10, r["end_to_end"]["messages_per_s"]
    with Postgres(tracked=True) as pg, Jebi(env=pg.database()) as j:
        j.warm()
        j.load(BULK % ("history", SCHEDULED), 10, 10000, 4, wait=False)
        small = [look(pg, j) for _ in range(3)]
        for _ in range(49):
            j.load(BULK % ("history", SCHEDULED), 10, 10000, 4, wait=False)
        # The address index follows, and then the log is quiet.
        while True:
            at = pg.wal()
            time.sleep(5)
            if pg.wal() - at < 1 << 20:
                break
        large = [look(pg, j) for _ in range(3)]
        small, large = ([statistics.median(c) for c in zip(*rows)] for rows in (small, large))
        return dict(claim_us_100k=small[0], claim_us_5m=large[0], claim_ratio=large[0] / small[0], cpu_us_100k=small[1], cpu_us_5m=large[1], postgres_us_100k=small[2],
                    postgres_us_5m=large[2], mails_per_s_100k=small[3], mails_per_s_5m=large[3])


def pg_snapshot(seconds=60):
    """Claims of single mails at 1,500 a second, first without and then under a snapshot held for a minute: the server's time for a claim's statements, by ten seconds."""
    with Postgres(tracked=True) as pg, Jebi(env=pg.database() | dict(MAX_SEND_PER_SECOND="1500")) as j:
        def ten():
            told = lambda: [float(x) for x in pg.psql(f"SELECT sum(total_exec_time), sum(calls) FROM pg_stat_statements WHERE {CLAIMING}", pg.name).split("|")]
            before, sent = told(), arrivals()
            time.sleep(10)
            after = told()
            return (after[0] - before[0]) / (arrivals() - sent) * 1000, arrivals() - sent
        # Enough that mail always waits: it is claimed from entries of one copy each.
        posted = j.spawn(ONE, 1500 * (seconds + 40), 1, 16, wait=False)
        time.sleep(5)
        calm = ten()
        reader = subprocess.Popen([str(programs() / "psql"), "-h", "127.0.0.1", "-p", str(pg.port), "-U", "postgres", "-d", pg.name, "-q"], stdin=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL)
        reader.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM topic;\n")
        reader.stdin.flush()
        held = [ten() for _ in range(seconds // 10)]
        reader.stdin.close()
        reader.wait()
        posted.kill()
        posted.wait()
        print("claim us a mail by ten seconds:", [round(us, 1) for us, _ in held], "mails:", [n for _, n in held], flush=True)
        return dict(calm_us=calm[0], first_us=held[0][0], last_us=held[-1][0], last_of_first=held[-1][0] / held[0][0], sent_per_s=held[-1][1] / 10)


def pg_transfer():
    """`jebi transfer` of 1,000,000 waiting deliveries from SQLite to PostgreSQL: seconds, and its peak memory."""
    def once(pg):
        env = pg.database()
        with Jebi() as j:
            for _ in range(10):
                j.load(BULK % ("history", SCHEDULED), 10, 10000, 4, wait=False)
            j.server.send_signal(signal.SIGTERM)
            j.server.wait(60)
            subprocess.run([JEBI, "migrate"], env=env, stdout=subprocess.DEVNULL, check=True, cwd=j.folder)
            t = time.perf_counter()
            moved = subprocess.Popen([JEBI, "transfer", f"sqlite://{j.folder}/data/jebi.db", env["DATABASE_URL"]], stdout=subprocess.DEVNULL, cwd=j.folder)
            _, status, used = os.wait4(moved.pid, 0)
            taken = time.perf_counter() - t
            assert status == 0 and pg.number("SELECT count(*) FROM delivery", pg.name) == 1e6
            return dict(seconds=taken, deliveries_per_s=1e6 / taken, peak_mib=used.ru_maxrss / 1024)
    with Postgres() as pg:
        return repeat(lambda: once(pg))
