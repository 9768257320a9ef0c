#!/usr/bin/env python3
"""bench/run.py [scenario ...]: Jebi's figures, each beside the limit measured in the same minutes, medians of three.

Builds the tools (bench/target) and needs a release build of Jebi (cargo build --release). Everything stays on loopback.
Without names all scenarios run; `bench/run.py --list` names them.
"""
import csv, http.client, io, email, email.policy, json, os, pathlib, random, re, shutil, signal, socket, sqlite3, statistics, subprocess, sys, tempfile, time, urllib.request

from postgres import Postgres, programs

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
TOOLS = pathlib.Path(os.environ.get("BENCH_TARGET", HERE / "target")) / "release"
JEBI = pathlib.Path(os.environ.get("JEBI", ROOT / "target" / "release" / "jebi"))
KEY = "bench" * 8
SES = int(os.environ.get("BENCH_PORT", "24580"))
PORT, TIMES = SES + 20, int(os.environ.get("TIMES", "3"))
# A month ahead: scheduled, and within how far ahead mail may be.
SCHEDULED = ',"scheduled_at":"%s"' % time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 30 * 86400))
BULK = '{"messages":[{"topic_id":"%s","emails":[{{recipients}}],"from":"from@example.com","subject":"Hello bid-{{i}}- bts-{{ts}}-","content":"<p>{{filler}}</p>"%s}]}'
# The same with each recipient's own values: of {{ … }} with spaces the generator takes nothing, Jebi fills it in.
PERSONAL = '{"messages":[{"topic_id":"%s","recipients":[{{recipients}}],"from":"from@example.com","subject":"{{ name }} bid-{{i}}- bts-{{ts}}-","variables":{"shop":"제비"},"content":"<p>{{ name }}, {{ shop }}: {{ coupon }} {%% if points > 10 %%}{{ points }}{%% endif %%}</p><p>{{filler}}</p>","text":"{{ name }}, {{ shop }}: {{ coupon }} {{ points }}"}]}'
OWN = '{"email":"{{to}}","name":"홍길동","variables":{"coupon":"K-1234-5678","points":1200}}'
# What it is measured against: the same mails with what the fields become written out, for everybody alike.
WRITTEN = '{"messages":[{"topic_id":"%s","recipients":[{{recipients}}],"from":"from@example.com","subject":"홍길동 bid-{{i}}- bts-{{ts}}-","content":"<p>홍길동, 제비: K-1234-5678 1200</p><p>{{filler}}</p>","text":"홍길동, 제비: K-1234-5678 1200"}]}'
ONE = '{"messages":[{"emails":["{{to}}"],"from":"from@example.com","subject":"Hello bid-{{i}}- bts-{{ts}}-","content":"<p>{{filler}}</p>"}]}'


class Jebi:
    """A fresh server and a fresh fake SES; `beside` another one, a further node that sends to the same fake."""

    def __init__(self, ses="{}", env=(), port=PORT, beside=None):
        self.folder, self.port, self.beside = tempfile.mkdtemp(prefix="jebi-bench-"), port, beside
        self.ses = None if beside else subprocess.Popen([TOOLS / "fake-ses", "--listen", f"127.0.0.1:{SES}", "--config", ses])
        settings = dict(
            PROVIDER="ses", AWS_SES_FROM_EMAIL="from@example.com", AWS_ACCESS_KEY_ID="AKID", AWS_SECRET_ACCESS_KEY="SECRET", AWS_REGION="us-east-1",
            AWS_ENDPOINT_URL_SESV2=f"http://127.0.0.1:{SES}", JEBI_API_KEY=KEY, SERVER_PORT=str(port), LOG_LEVEL="warn", MAX_WAITING="20000000",
            JEBI_MAX_BODY_BYTES=str(48 << 20), JEBI_WRITER_QUEUE_BYTES=str(64 << 20), PATH=os.environ["PATH"])
        settings.update(env)
        self.settings = settings
        self.start()

    def start(self):
        self.server = subprocess.Popen([JEBI], cwd=self.folder, env=self.settings, stdout=subprocess.DEVNULL)
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        else:
            sys.exit("jebi did not start")

    def __enter__(self):
        return self

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(60)

    def __exit__(self, *_):
        self.stop()
        if self.ses:
            self.ses.kill()
            self.ses.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def load(self, body, requests, per=1, conns=1, wait=True, **more):
        told = json.loads(self.spawn(body, requests, per, conns, wait, **more).communicate()[0])
        if told["first_failure"]:
            sys.exit(f"a figure of refused requests is none: {told['first_failure']}")
        return told

    def spawn(self, body, requests, per=1, conns=1, wait=True, **more):
        cmd = [TOOLS / "load", "--url", f"http://127.0.0.1:{self.port}/v1/messages", "--header", f"X-API-KEY: {KEY}", "--body", body, "--requests", str(requests),
               "--per-request", str(per), "--conns", str(conns), "--run", str(random.randrange(10**9)), "--pid", str(self.server.pid)]
        if wait:
            cmd += ["--ses", f"http://127.0.0.1:{SES}", "--reset"]
        for k, v in more.items():
            cmd += [f"--{k.replace('_', '-')}", str(v)]
        return subprocess.Popen([str(c) for c in cmd], stdout=subprocess.PIPE, text=True)

    def api(self, method, path, body=None):
        ask = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method, headers={"X-API-KEY": KEY, "Content-Type": "application/json"},
                                     data=json.dumps(body).encode() if body else None)
        return json.loads(urllib.request.urlopen(ask, timeout=120).read())

    def cpu(self):
        """Processor seconds so far."""
        return sum(map(int, pathlib.Path(f"/proc/{self.server.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13])) / os.sysconf("SC_CLK_TCK")

    def warm(self):
        """Sends one mail: where nodes share a rate, the first ever waits for a second."""
        self.load(ONE, 1)
        return self

    def memory(self, key="VmRSS"):
        lines = pathlib.Path(f"/proc/{self.server.pid}/status").read_text().splitlines()
        return next(int(l.split()[1]) / 1024 for l in lines if l.startswith(key))

    def limit(self, n=60000, filler=1024):
        out = subprocess.run([TOOLS / "limits", "ses", "--mode", "hyper", "--sign", "sigv4", "--n", str(n), "--conc", "64", "--filler", str(filler), "--url", f"http://127.0.0.1:{SES}"],
                             capture_output=True, text=True, check=True)
        return json.loads(out.stdout)["per_s"]


def repeat(once):
    rows = [once() for _ in range(TIMES)]
    return {k: statistics.median(r[k] for r in rows) for k in rows[0]}


def bulk(filler=1024):
    def once():
        with Jebi() as j:
            r = j.load(BULK % ("bench", ""), 10, 10000, 4, filler=filler)
            assert r["ses"]["distinct_recipients"] == 100000 and r["ses"]["repeated_recipients"] == 0, r
            # The bare loop sends as many bytes a call as Jebi did: the MIME message in base64.
            wire = int(r["ses"]["bytes"] / 100000 * 4 / 3) if filler > 1024 else 1024
            bare = j.limit(60000 if filler == 1024 else 10000, wire)
            return dict(mails_per_s=r["end_to_end"]["messages_per_s"], of_bare_loop=r["end_to_end"]["messages_per_s"] / bare, bare_loop_per_s=bare,
                        cpu_us_a_mail=r["cpu_seconds_per_1k"] * 1000, peak_mib=r["peak_rss_mib"])
    return repeat(once)


def personal():
    """100,000 mails with fields of each recipient's own against the same mails written out: what filling in costs from end to end."""
    def send(body, item):
        with Jebi() as j:
            r = j.load(body % "bench", 10, 10000, 4, item=item)
            assert r["ses"]["distinct_recipients"] == 100000 and r["ses"]["repeated_recipients"] == 0, r
            return r["end_to_end"]["messages_per_s"], r["cpu_seconds_per_1k"] * 1000, r["peak_rss_mib"]
    def once():
        (plain, plain_cpu, plain_peak), (own, own_cpu, own_peak) = send(WRITTEN, '{"email":"{{to}}","name":"홍길동"}'), send(PERSONAL, OWN)
        return dict(personal_per_s=own, written_per_s=plain, ratio=own / plain, personal_cpu_us=own_cpu, written_cpu_us=plain_cpu, personal_peak_mib=own_peak, written_peak_mib=plain_peak)
    return repeat(once)


def bulk_tls():
    """The same through a TLS proxy (haproxy) in front of the fake SES: what encryption costs our process."""
    with tempfile.TemporaryDirectory() as d:
        pem, conf = pathlib.Path(d, "both.pem"), pathlib.Path(d, "haproxy.cfg")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", f"{d}/key.pem", "-out", f"{d}/cert.pem"], check=True, capture_output=True)
        pem.write_text(pathlib.Path(d, "cert.pem").read_text() + pathlib.Path(d, "key.pem").read_text())
        conf.write_text(f"""global
  maxconn 4000
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend ses
  bind 127.0.0.1:{SES + 1} ssl crt {pem} alpn http/1.1
  default_backend fake
backend fake
  server one 127.0.0.1:{SES}
""")
        proxy = subprocess.Popen(["haproxy", "-f", conf, "-q"])
        try:
            for _ in range(100):
                with socket.socket() as s:
                    if s.connect_ex(("127.0.0.1", SES + 1)) == 0:
                        break
                time.sleep(0.05)
            def once():
                env = dict(AWS_ENDPOINT_URL_SESV2=f"https://localhost:{SES + 1}", AWS_CA_BUNDLE=f"{d}/cert.pem")
                with Jebi(env=env) as j:
                    r = j.load(BULK % ("bench", ""), 10, 10000, 4)
                    assert r["ses"]["distinct_recipients"] == 100000, r
                    return dict(mails_per_s=r["end_to_end"]["messages_per_s"], cpu_us_a_mail=r["cpu_seconds_per_1k"] * 1000, peak_mib=r["peak_rss_mib"])
            return repeat(once)
        finally:
            proxy.kill()
            proxy.wait()


def accept_bulk():
    """10,000-recipient requests while nothing is sent (scheduled) and while sending."""
    def once():
        with Jebi() as j:
            idle = j.load(BULK % ("later", SCHEDULED), 20, 10000, 4, wait=False)
            j.load(BULK % ("first", ""), 10, 10000, 4, wait=False)
            busy = j.load(BULK % ("more", SCHEDULED), 20, 10000, 4, wait=False)
            return dict(recipients_per_s=idle["recipients_per_s"], while_sending_per_s=busy["recipients_per_s"])
    return repeat(once)


def single():
    def once():
        with Jebi() as j:
            r = j.load(ONE, 40000, 1, 64)
            return dict(requests_per_s=r["requests_per_s"], p50_ms=r["latency_us"]["p50"] / 1000, p99_ms=r["latency_us"]["p99"] / 1000,
                        cpu_us_a_mail=r["cpu_seconds_per_1k"] * 1000, arrived=r["end_to_end"]["arrived"])
    return repeat(once)


def single_beside_bulk():
    """The same while 10,000-recipient requests are taken in one after the other."""
    def once():
        with Jebi() as j:
            other = j.spawn(BULK % ("later", SCHEDULED), 1000, 10000, 1, wait=False, interval_ms=200, seconds=4)
            r = j.load(ONE, 30000, 1, 64, wait=False)
            other.communicate()
            return dict(requests_per_s=r["requests_per_s"], p50_ms=r["latency_us"]["p50"] / 1000, p99_ms=r["latency_us"]["p99"] / 1000)
    return repeat(once)


def idle():
    def once():
        with Jebi() as j:
            r = j.load(ONE, 200, 1, 1, interval_ms=20)
            path = pathlib.Path(j.folder) / "sync"
            with open(path, "wb") as f:
                took = []
                for _ in range(200):
                    f.write(b"x" * 4096)
                    f.flush()
                    t = time.perf_counter()
                    os.fdatasync(f.fileno())
                    took.append(time.perf_counter() - t)
            return dict(arrival_p50_ms=r["ses"]["latency_us"]["p50"] / 1000, fdatasync_p50_ms=statistics.median(took) * 1000, answer_p50_ms=r["latency_us"]["p50"] / 1000)
    return repeat(once)


def latency50():
    def once():
        with Jebi('{"latency_ms":50}') as j:
            r = j.load(BULK % ("bench", ""), 15, 10000, 4)
            return dict(mails_per_s=r["end_to_end"]["messages_per_s"], in_flight_peak=r["ses"]["conns_peak"], cpu_us_a_mail=r["cpu_seconds_per_1k"] * 1000)
    return repeat(once)


def waiting_million():
    with Jebi() as j:
        j.load(BULK % ("later", SCHEDULED), 100, 10000, 4, wait=False)
        time.sleep(3)
        return dict(rss_mib=j.memory(), peak_mib=j.memory("VmHWM"))


def cancel_million():
    """Cancels a topic of 1,000,000 while single mails are sent; how late the latest single mail was."""
    with Jebi() as j:
        j.load(BULK % ("big", SCHEDULED), 100, 10000, 4, wait=False)
        time.sleep(10)
        calm = j.load(ONE, 150, 1, 1, interval_ms=20)
        singles = j.spawn(ONE, 300, 1, 1, interval_ms=20)
        time.sleep(1)
        t = time.perf_counter()
        cancelled = j.api("DELETE", "/v1/topics/big")["cancelled"]
        took = time.perf_counter() - t
        r = json.loads(singles.communicate()[0])
        return dict(cancelled=cancelled, cancel_s=took, single_max_ms=r["ses"]["latency_us"]["max"] / 1000, calm_max_ms=calm["ses"]["latency_us"]["max"] / 1000)


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


def grown():
    """Sending and reading a topic with 100,000 and with 5,000,000 rows in the store."""
    def look(j, topic):
        path, took = f"/v1/topics/{topic}", []
        for _ in range(200):
            t = time.perf_counter()
            j.api("GET", path)
            took.append(time.perf_counter() - t)
        r = j.load(BULK % ("probe", ""), 5, 10000, 4)
        m = dict(l.rsplit(" ", 1) for l in urllib.request.urlopen(f"http://127.0.0.1:{PORT}/metrics").read().decode().splitlines() if l.startswith("jebi_"))
        return statistics.median(took) * 1000, r["cpu_seconds_per_1k"] * 1000, r["end_to_end"]["messages_per_s"], m
    with Jebi() as j:
        j.load(BULK % ("history", SCHEDULED), 10, 10000, 4, wait=False)
        time.sleep(5)
        small = look(j, "history")
        for _ in range(49):
            j.load(BULK % ("history", SCHEDULED), 10, 10000, 4, wait=False)
        time.sleep(60)
        large = look(j, "history")
        return dict(topic_ms_100k=small[0], topic_ms_5m=large[0], cpu_us_100k=small[1], cpu_us_5m=large[1], mails_per_s_100k=small[2], mails_per_s_5m=large[2])


# Copies of a message beside its first, sent within 31 days, each delivered and opened half an hour later; then the topic's hours and counts
# as these rows have them. `jebi verify` is asked afterwards whether they agree.
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


class Sink:
    """Postfix's smtp-sink on a port of its own."""

    def __init__(self, port):
        self.process = subprocess.Popen(["/usr/sbin/smtp-sink", *(["-u", "nobody"] if os.geteuid() == 0 else []), f"127.0.0.1:{port}", "1000"])
        for _ in range(100):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        sys.exit("smtp-sink did not start: apt-get install postfix")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Distant:
    """A line to a port that takes its time in each direction: a round trip of twice `delay` seconds."""

    def __init__(self, port, target, delay):
        code = f"""
import asyncio
async def pump(reader, writer):
    loop, queue = asyncio.get_running_loop(), asyncio.Queue()
    async def late():
        while (item := await queue.get()) is not None:
            await asyncio.sleep(max(0, item[0] - loop.time()))
            writer.write(item[1])
        writer.close()
    task = asyncio.create_task(late())
    while data := await reader.read(65536):
        queue.put_nowait((loop.time() + {delay}, data))
    queue.put_nowait(None)
    await task
async def serve(reader, writer):
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", {target})
    await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer), return_exceptions=True)
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", {port})
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
        self.process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def by_smtp(port, connections):
    return dict(PROVIDER="smtp", SMTP_HOST="127.0.0.1", SMTP_PORT=str(port), SMTP_TLS="none", JEBI_SMTP_MAX_CONNECTIONS=str(connections),
                JEBI_SMTP_MAX_MAILS_PER_CONNECTION="100000", DEFAULT_FROM_EMAIL="from@example.com")


def sent(j, requests, per):
    """Posts and waits until everything is sent: mails a second from the first request on, and processor time a mail."""
    before, t = j.cpu(), time.perf_counter()
    j.load(BULK % ("bench", ""), requests, per, min(requests, 4), wait=False)
    while (topic := j.api("GET", "/v1/topics/bench"))["sent"] < requests * per:
        assert topic["failed"] == 0 and topic["unsettled"] == 0, topic
        time.sleep(0.02)
    took = time.perf_counter() - t
    return requests * per / took, (j.cpu() - before) / (requests * per) * 1e6


def smtp():
    """Bulk over ten connections into smtp-sink, beside Postfix's own smtp-source with ten connections into the same sink."""
    def once():
        with Sink(SES + 10), Jebi(env=by_smtp(SES + 10, 10)) as j:
            per_s, cpu = sent(j, 10, 10000)
            t = time.perf_counter()
            subprocess.run(["/usr/sbin/smtp-source", "-d", "-l", "1600", "-m", "100000", "-s", "10", "-f", "from@example.com", "-t", "to@example.com", f"127.0.0.1:{SES + 10}"], check=True)
            source = 100000 / (time.perf_counter() - t)
            return dict(mails_per_s=per_s, of_smtp_source=per_s / source, smtp_source_per_s=source, cpu_us_a_mail=cpu, peak_mib=j.memory("VmHWM"))
    return repeat(once)


def smtp_20ms():
    """One connection with a round trip of 20 ms. A mail takes two of them with pipelining (RFC 2920): envelope, then content: 25 a second."""
    def once():
        with Sink(SES + 10), Distant(SES + 11, SES + 10, 0.010), Jebi(env=by_smtp(SES + 11, 1)) as j:
            per_s, _ = sent(j, 1, 500)
            return dict(mails_per_s=per_s, of_two_round_trips=per_s / 25)
    return repeat(once)


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


def attachment(copies=10000, size=10 << 20):
    """A file of 10 MB to 10,000: memory must stay flat, for it is held once. Takes some minutes: 186 GB go over loopback."""
    with Jebi() as j:
        file = b"%PDF-1.7\n" + random.randbytes(size - 9)
        ask = urllib.request.Request(f"http://127.0.0.1:{j.port}/v1/attachments?name=a.pdf", method="POST", headers={"X-API-KEY": KEY}, data=file)
        told = json.loads(urllib.request.urlopen(ask, timeout=120).read())
        carried = ',"attachments":[{"name":"a.pdf","file_id":"%s"}]' % told["id"]
        before = j.memory()
        # The bare loop sends as many bytes a call, at a time when nothing else does: the file in base64 lines, and that in base64 again.
        wire = int(size * 4 / 3 * 78 / 76 * 4 / 3)
        bare = j.limit(200, wire)
        t, cpu = time.perf_counter(), j.cpu()
        r = j.load(BULK % ("files", carried), 1, copies, 1, timeout=3600)
        took = time.perf_counter() - t
        assert r["ses"]["distinct_recipients"] == copies, r
        return dict(mails_per_s=copies / took, of_bare_loop=copies / took / bare, mib_per_s=r["ses"]["bytes"] / took / 2**20, cpu_ms_a_mail=(j.cpu() - cpu) / copies * 1000, bare_loop_per_s=bare,
                    before_mib=before, after_mib=j.memory(), peak_mib=j.memory("VmHWM"))


def opens(mails=5000, requests=100_000):
    """Opens and clicks of 5,000 mails, 20 each (more do not count in a minute), on 16 connections: answered a second and their p99, and how many of them were counted in the end."""
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
            uncounted = ("jebi_tracking_dropped_total", "jebi_tracking_limited_total")
            dropped = sum(float(line.split()[1]) for line in metrics.splitlines() if line.startswith(uncounted))
            return told | dict(counted_share=1 - dropped / (2 * requests))
    return repeat(once)


def compose():
    """Making a mail of 20 KB: with the bare library, the first copy of a message, and each further one."""
    def once():
        return json.loads(subprocess.run([TOOLS / "compose"], capture_output=True, text=True, check=True).stdout)
    return repeat(once)


class HookSink:
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
        with HookSink() as sink, Jebi(env=tuple(env.items())) as j:
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
