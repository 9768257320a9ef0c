"""Sending by SES, and what comes before it: accepting, waiting, cancelling."""
import json, os, pathlib, random, socket, statistics, subprocess, tempfile, time, urllib.request

from jebi import KEY, SES, PORT, SCHEDULED, BULK, PERSONAL, OWN, WRITTEN, ONE, Jebi, repeat, TOOLS


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


def compose():
    """Making a mail of 20 KB: with the bare library, the first copy of a message, and each further one."""
    def once():
        return json.loads(subprocess.run([TOOLS / "compose"], capture_output=True, text=True, check=True).stdout)
    return repeat(once)
