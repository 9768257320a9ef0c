"""What became of sent mail: feedback, opens and clicks, webhooks, suppression, the page of a topic."""
import csv, http.client, io, email, email.policy, json, pathlib, re, sqlite3, statistics, subprocess, sys, tempfile, time, urllib.request

from jebi import KEY, SES, PORT, SCHEDULED, BULK, Jebi, repeat, TOOLS, JEBI


def suppressed_million():
    """Taking in a file of 1,000,000 suppressed addresses, and accepting and sending with none and with all of them on the list."""
    def look(j, topic):
        accept = j.load(BULK % (topic, SCHEDULED), 20, 10000, 4, wait=False)["recipients_per_s"]
        return accept, j.load(BULK % (topic + "-sent", ""), 10, 10000, 4)["end_to_end"]["messages_per_s"]
    with Jebi(env=dict(JEBI_MAX_UPLOAD_BYTES=str(128 << 20))) as j:
        accept_empty, sent_empty = look(j, "empty")
        file = "email,reason\n" + "".join(f"gone{i}@example{i % 1000}.com,550 5.1.1 user unknown\n" for i in range(10**6))
        ask = urllib.request.Request(f"http://127.0.0.1:{j.port}/v1/suppressions/csv?cause=bounce", method="POST", headers={"X-API-KEY": KEY}, data=file.encode())
        t = time.perf_counter()
        told = json.loads(urllib.request.urlopen(ask, timeout=1200).read())
        took = time.perf_counter() - t
        assert told["added"] == 10**6, told
        accept_full, sent_full = look(j, "full")
        took_one = []
        for i in range(200):
            t = time.perf_counter()
            j.api("GET", f"/v1/suppressions/gone{i * 4999}@example{i * 4999 % 1000}.com")
            took_one.append(time.perf_counter() - t)
        return dict(imported_per_s=10**6 / took, accept_empty_per_s=accept_empty, accept_full_per_s=accept_full, sent_empty_per_s=sent_empty, sent_full_per_s=sent_full,
                    show_p50_ms=statistics.median(took_one) * 1000, peak_mib=j.memory("VmHWM"))


HISTORY = """
UPDATE message SET copies = :copies WHERE no = :message;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :copies - 1)
INSERT INTO delivery (key, email, state, attempt, feedback, twice, changed_at, provider_id)
SELECT :message << 24 | i, 'person' || i || '@example.com', 3, 1, 65, 0, :from + i * 2678400000 / :copies, '0100018f-' || i FROM n;
INSERT INTO event (key, recipient, kind, at, detail)
SELECT d.key, d.email, k.kind, d.changed_at + 1800000, 'smtp; 250 2.0.0 OK' FROM delivery d, (SELECT 1 AS kind UNION ALL SELECT 64) k
WHERE d.key > :message << 24 AND d.key < (:message + 1) << 24;
INSERT INTO topic_hour (topic, hour, sent, delivered, bounced, complained, opened, clicked, opened_by_person, clicked_by_person, unsubscribed)
SELECT :topic, hour, sum(sent), sum(seen), 0, 0, sum(seen), 0, 0, 0, 0 FROM (
    SELECT changed_at / 3600000 AS hour, 1 AS sent, 0 AS seen FROM delivery WHERE key > :message << 24 AND key < (:message + 1) << 24
    UNION ALL SELECT (changed_at + 1800000) / 3600000, 0, 1 FROM delivery WHERE key > :message << 24 AND key < (:message + 1) << 24
) WHERE true GROUP BY hour
ON CONFLICT (topic, hour) DO UPDATE SET sent = sent + excluded.sent, delivered = delivered + excluded.delivered, opened = opened + excluded.opened;
UPDATE topic SET total = total + :copies - 1, sent = sent + :copies - 1, delivered = delivered + :copies - 1, opened = opened + :copies - 1, opens = opens + :copies - 1,
    created_at = :from WHERE no = :topic;
"""


def topic_page():
    """The page of a topic behind which lie 10,000 events, and of one with 10,000,000, both over 31 days: it must not grow with them. Needs some 3 GB and some minutes."""
    def filled(j, name, events):
        j.load(BULK % (name, ""), 1)
        # Its own mail is settled when the store is closed.
        j.stop()
        db = sqlite3.connect(f"{j.folder}/data/jebi.db", isolation_level=None)
        db.execute("PRAGMA synchronous = OFF")
        topic, = db.execute("SELECT no FROM topic WHERE name = ?", (name,)).fetchone()
        message, = db.execute("SELECT no FROM message WHERE topic = ?", (topic,)).fetchone()
        told = dict(topic=topic, message=message, copies=events // 2, **{"from": int(time.time() * 1000) - (31 * 24 + 1) * 3600000})
        db.execute("BEGIN")
        for statement in HISTORY.split(";\n"):
            if statement.strip():
                db.execute(statement, told)
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        j.start()

    def looked(j, name, times=1000):
        link, took = http.client.HTTPConnection("127.0.0.1", j.port), []
        for i in range(times + 50):
            t = time.perf_counter()
            link.request("GET", f"/v1/topics/{name}", headers={"X-API-KEY": KEY})
            page = json.loads(link.getresponse().read())
            if i >= 50:
                took.append(time.perf_counter() - t)
        return page, statistics.median(took) * 1000, sorted(took)[int(times * 0.99)] * 1000
    with Jebi() as j:
        filled(j, "few", 10**4)
        few, few_ms, few_p99 = looked(j, "few")
        filled(j, "many", 10**7)
        many, many_ms, many_p99 = looked(j, "many")
        assert (few["opened"], many["opened"]) == (4999, 4999999), (few, many)
        assert len(few["series"]["points"]) == len(many["series"]["points"]) == 744
        subprocess.run([JEBI, "verify"], cwd=j.folder, env=j.settings, check=True, stderr=subprocess.DEVNULL)
        return dict(page_ms_10k=few_ms, page_ms_10m=many_ms, ratio=many_ms / few_ms, p99_ms_10k=few_p99, p99_ms_10m=many_p99)


def opens(mails=1000, requests=100_000):
    """Opens and clicks of 1,000 mails on 16 connections: answered a second and their p99, and how many of them were counted in the end."""
    def once():
        with Jebi(env=dict(PROVIDER="local", SERVER_URL=f"http://127.0.0.1:{PORT}", TRACKING_CLICKS="all")) as j:
            people = [f"u{i}@example.com" for i in range(mails)]
            j.api("POST", "/v1/messages", {"messages": [{"topic_id": "opens", "emails": people, "subject": "opens", "content": '<p><a href="https://shop.example/?a=1">a</a></p>'}]})
            while j.api("GET", "/v1/topics/opens")["sent"] < mails:
                time.sleep(0.1)
            found, cursor = [], ""
            while len(found) < mails:
                page = j.api("GET", f"/v1/inbox?limit=100{cursor}")
                for mail in page["mails"]:
                    ask = urllib.request.Request(f"http://127.0.0.1:{PORT}/v1/inbox/{mail['id']}/source", headers={"X-API-KEY": KEY})
                    html = email.message_from_bytes(urllib.request.urlopen(ask, timeout=60).read(), policy=email.policy.default).get_body(("html",)).get_content()
                    found.append((re.search(r'src="http://[^/]+/([^"]+)"', html)[1], re.search(r'href="http://[^/]+/([^"]+)"', html)[1]))
                cursor = f"&cursor={page['next_cursor']}"
            told = {}
            for i, kind in enumerate(("opens", "clicks")):
                lines = pathlib.Path(j.folder) / kind
                lines.write_text("\n".join(pair[i] for pair in found))
                cmd = [TOOLS / "load", "--url", f"http://127.0.0.1:{PORT}/{{{{line}}}}", "--method", "GET", "--lines", lines, "--requests", str(requests), "--conns", "16",
                       "--header", "user-agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0.0.0 Safari/537.36", "--pid", str(j.server.pid)]
                r = json.loads(subprocess.run([str(c) for c in cmd], capture_output=True, text=True, check=True).stdout)
                assert set(r["status"]) == {"200" if kind == "opens" else "302"}, r
                told |= {f"{kind}_per_s": r["requests_per_s"], f"{kind}_p99_ms": r["latency_us"]["p99"] / 1000, f"{kind}_cpu_us": r["cpu_seconds_per_1k"] * 1000}
            metrics = urllib.request.urlopen(f"http://127.0.0.1:{PORT}/metrics", timeout=60).read().decode()
            dropped = sum(float(line.split()[1]) for line in metrics.splitlines() if line.startswith("jebi_tracking_dropped_total"))
            return told | dict(counted_share=1 - dropped / (2 * requests))
    return repeat(once)


class Webhooks:
    """Takes webhooks and counts them; those to /hang it never answers."""

    def __init__(self):
        self.port = SES + 40
        self.process = subprocess.Popen([TOOLS / "sink", "--listen", f"127.0.0.1:{self.port}"])
        for _ in range(100):
            try:
                self.count()
                break
            except OSError:
                time.sleep(0.05)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}/{path}"

    def count(self):
        return int(urllib.request.urlopen(self.url("count"), timeout=30).read())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def webhooks(mails=10000, endpoints=20):
    """20 webhooks want `delivery.sent`; one of them hangs. Calls told to the others a second, and what a mail costs beside."""
    env = dict(WEBHOOKS_ALLOW_HTTP="true", WEBHOOKS_ALLOW_PRIVATE_NETWORKS="127.0.0.0/8", WEBHOOKS_MAX_WAITING="1000000")

    def of(urls):
        with Webhooks() as sink, Jebi(env=tuple(env.items())) as j:
            for path in urls:
                j.api("POST", "/v1/webhooks", dict(url=sink.url(path), events=["delivery.sent"]))
            want, begun, cpu = mails * sum(path != "hang" for path in urls), time.perf_counter(), j.cpu()
            sent = j.load(BULK % ("bench", ""), 1, mails, 1)
            while sink.count() < want:
                if time.perf_counter() - begun > 600:
                    sys.exit(f"only {sink.count()} of {want} calls came")
                time.sleep(0.02)
            took = time.perf_counter() - begun
            return want / took, sent["end_to_end"]["messages_per_s"], (j.cpu() - cpu) / max(want, 1) * 1e6

    def once():
        good = [str(i) for i in range(endpoints - 1)]
        calls, sent, cost = of(good + ["hang"])
        calm, _, _ = of(good)
        _, quiet, _ = of([])
        return dict(calls_per_s=calls, of_none_hanging=calls / calm, cpu_us_a_call=cost, mails_per_s=sent, mails_per_s_without=quiet)
    return repeat(once)


def feedback(mails=20000, conns=16):
    """Signed SNS events of sent mail taken in, each on disk before it is answered, against bare signature checking in the same minutes."""
    def once():
        with tempfile.TemporaryDirectory() as d:
            subprocess.run([TOOLS / "sns", "keys", d], check=True)
            # The certificate lies in a folder and its authority is trusted: nothing is fetched and nothing of the checking is left out.
            env = dict(JEBI_SNS_TRUSTED_ROOTS=f"{d}/root.pem", JEBI_SNS_CERTIFICATES=d, SNS_TOPIC_ARNS="arn:aws:sns:us-east-1:123456789012:events")
            with Jebi(env=env) as j:
                r = j.load(BULK % ("bench", ""), mails // 1000, 1000, 4)
                assert r["ses"]["distinct_recipients"] == mails, r
                ask = urllib.request.Request(f"http://127.0.0.1:{j.port}/v1/deliveries.csv?topic_id=bench", headers={"X-API-KEY": KEY})
                # The last outcomes are written a moment after the last mail has arrived.
                for _ in range(100):
                    rows = list(csv.DictReader(io.TextIOWrapper(urllib.request.urlopen(ask, timeout=120), "utf-8-sig")))
                    sent = [row for row in rows if row["provider_id"]]
                    if len(sent) == mails:
                        break
                    time.sleep(0.1)
                assert len(sent) == mails, f"{len(sent)} of {len(rows)} have an id of SES"
                text = "".join(f"{row['delivery_id']} {row['provider_id']} {row['email']}\n" for row in sent)
                now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
                events = subprocess.run([TOOLS / "sns", "sign", d, now], input=text, capture_output=True, text=True, check=True).stdout
                lines = pathlib.Path(d, "events")
                lines.write_text(events)
                bare = json.loads(subprocess.run([TOOLS / "sns", "verify", d, "3"], input=events, capture_output=True, text=True, check=True).stdout)["per_s"]
                cmd = [TOOLS / "load", "--url", f"http://127.0.0.1:{j.port}/v1/events/results", "--body", "{{line}}", "--lines", lines, "--requests", str(mails),
                       "--conns", str(conns), "--pid", str(j.server.pid)]
                told = json.loads(subprocess.run([str(c) for c in cmd], capture_output=True, text=True, check=True).stdout)
                if told["first_failure"]:
                    sys.exit(f"a figure of refused events is none: {told['first_failure']}")
                delivered = j.api("GET", "/v1/topics/bench")["delivered"]
                assert delivered == mails, f"{delivered} of {mails} count as delivered"
                per_s = told["requests_per_s"]
                return dict(events_per_s=per_s, p99_ms=told["latency_us"]["p99"] / 1000, of_bare_checking=per_s / bare, bare_checks_per_s=bare,
                            cpu_us_an_event=told["cpu_seconds_per_1k"] * 1000, peak_mib=told["peak_rss_mib"])
    return repeat(once)
