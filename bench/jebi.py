"""A server under measurement beside a fake SES, and what all scenarios share."""
import json, os, pathlib, random, shutil, signal, statistics, subprocess, sys, tempfile, time, urllib.request


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
