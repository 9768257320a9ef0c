"""A PostgreSQL of the bench's own: a new cluster on disk with fsync on, and what a run costs it."""
import os, pathlib, pwd, shutil, signal, socket, subprocess, sys, tempfile, time

# Where its data lie: a disk, not memory. BENCH_DATA names another folder.
DATA = os.environ.get("BENCH_DATA")
SETTINGS = """
listen_addresses = '127.0.0.1'
shared_buffers = 256MB
max_wal_size = 8GB
checkpoint_timeout = 30min
max_connections = 60
"""
# Statements are counted only where that is asked for, as counting costs some time itself.
TRACKED = """
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.track_utility = on
"""


def programs():
    told = os.environ.get("PG_BIN")
    found = [pathlib.Path(told)] if told else sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        sys.exit("PostgreSQL's programs were not found: set PG_BIN to the folder of initdb")
    return found[-1]


class Postgres:
    """A server with a fresh database for each run."""

    def __init__(self, tracked=False, settings=""):
        # It does not run as root.
        self.who = dict(user="postgres", group="postgres", extra_groups=[]) if os.geteuid() == 0 else {}
        self.folder = tempfile.mkdtemp(prefix="jebi-bench-pg-", dir=DATA)
        if self.who:
            os.chown(self.folder, *pwd.getpwnam("postgres")[2:4])
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        data = pathlib.Path(self.folder, "data")
        subprocess.run([programs() / "initdb", "-D", data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--no-locale"],
                       check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self.who)
        with open(data / "postgresql.conf", "a") as conf:
            conf.write(SETTINGS + (TRACKED if tracked else "") + f"port = {self.port}\nunix_socket_directories = '{self.folder}'\n{settings}\n")
        self.log = open(pathlib.Path(self.folder, "log"), "w")
        self.process = subprocess.Popen([programs() / "postgres", "-D", data], stdout=self.log, stderr=self.log, cwd=self.folder, **self.who)
        for _ in range(200):
            if subprocess.run([programs() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode == 0:
                break
            time.sleep(0.05)
        else:
            sys.exit("PostgreSQL did not start: " + pathlib.Path(self.folder, "log").read_text())
        self.tracked, self.made = tracked, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def psql(self, text, database="postgres"):
        told = subprocess.run([programs() / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database, "-AtqX", "-v", "ON_ERROR_STOP=1", "-c", text],
                              check=True, capture_output=True, text=True)
        return told.stdout.strip()

    def number(self, text, database="postgres"):
        return float(self.psql(text, database) or 0)

    def database(self):
        """The environment of a node on an empty database. What was there before is written out, so that no run pays for another."""
        self.made += 1
        self.name = f"jebi_{self.made}"
        self.psql(f"CREATE DATABASE {self.name}")
        if self.tracked:
            self.psql("CREATE EXTENSION pg_stat_statements", self.name)
        self.psql("CHECKPOINT")
        return dict(DATABASE_URL=f"postgres://postgres@127.0.0.1:{self.port}/{self.name}")

    def cpu(self):
        """Processor seconds of the server so far, of backends that ended as well."""
        ticks = 0
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(stat.parent.name) == self.process.pid:
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == self.process.pid:
                ticks += sum(map(int, fields[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def wal(self):
        return self.number("SELECT pg_current_wal_insert_lsn() - '0/0'")

    def costs(self, before=None):
        """What it has spent so far, or since `before`: processor seconds, log bytes, of these whole pages after a checkpoint, syncs, commits, statements."""
        # The counts of a session come in once it idles for a second.
        time.sleep(1.2 if before is None or self.tracked else 0)
        now = dict(cpu=self.cpu(), wal=self.wal())
        if self.tracked:
            now |= dict(statements=self.number("SELECT sum(calls) FROM pg_stat_statements WHERE query !~ '^(BEGIN|COMMIT|ROLLBACK)'", self.name),
                        commits=self.number("SELECT sum(calls) FROM pg_stat_statements WHERE query ~ '^COMMIT'", self.name),
                        syncs=self.number("SELECT wal_sync FROM pg_stat_wal"), fpi=self.number("SELECT wal_fpi FROM pg_stat_wal"))
        return now if before is None else {k: now[k] - before[k] for k in now}

    def top(self, n=40):
        """The statements by their time, for whoever looks where it goes."""
        return self.psql(f"SELECT round(total_exec_time)::text || ' ms', calls, round((1000 * mean_exec_time)::numeric, 1) || ' us', rows, wal_bytes,"
                         f" regexp_replace(regexp_replace(query, '--[^\\n]*\\n', '', 'g'), '\\s+', ' ', 'g') FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT {n}", self.name)
