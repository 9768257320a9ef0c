"""Sending by SMTP."""
import os, socket, subprocess, sys, time

from jebi import SES, BULK, Jebi, repeat


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
