"""Runs import-audit and its peers on the same dumps, in turn, and prints the tables of Docs/speed.md.

    measure.py --tool BINARY --peers FOLDER --data FOLDER [--rounds N] [--only NAME]

Every program runs as a whole process, its output thrown away but for the counts, which must be those of all others.
In each round all programs run one after another, so that a machine that gets slower meanwhile slows all of them; the
ratios are worked out round by round, and their medians are printed.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

import machine

TARGETS = {
    # dump: (minimum speedup over simdjson, maximum multiple of the reading time)
    "minified": (6, 4),
    "one-shape": (6, 4),
    "pretty": (4, None),
    "failures": (2, None),
    "changing": (1, None),
}
SLOW_PEERS_TARGET = 50
# For a log: minimum speedups over simdjson and DuckDB, maximum multiple of the reading time.
LOG_TARGETS = (2, 2, 4)
# Maximum multiples of the time of `summary`. For JSON: of the extra time, as a multiple of writing as much.
LOG_WORK = {"check": 1.5, "codes": 1.5, "summary --identity": 3}
JSON_TARGET = 3
JOBS_MEMORY = {"summary": 64, "merge": 96}
FILES_TARGET = 2
REPORT_TARGET = 4
# For 10,000 small dumps: maximum multiples of writing the same files and, without reports of jobs, of `summary`.
PAGES_TARGETS = (2, 1.5)
# For rejects: maximum multiple of summary plus reading the source; minimum speedups over DuckDB and pandas; maximum
# MiB. For rejects --annotated: maximum multiple of copying its output.
REJECTS_TARGETS = (2, 5, 20, 48, 2)
# For a history of a million jobs: minimum jobs a second, maximum seconds for `show`.
HISTORY_TARGETS = (100_000, 0.2)
# For an Arrow table of all rows: minimum speedups over DuckDB and pandas. For a Parquet file: maximum multiple of the
# time that pyarrow takes to write the table.
ARROW_TARGETS = (3, 20)
PARQUET_TARGET = 2
MEMORY_TARGET = 32
TINY_TARGET = 0.6


@dataclass
class Program:
    name: str
    command: list
    # Reads the counts from its output; None if it counts nothing.
    counts: object = None
    # The number of rounds, or 0 for all. Slow programs run once: their ratios are so large that noise does not matter.
    rounds: int = 0
    # A folder that is removed before each run, outside the measured time.
    fresh: str = None
    seconds: list = field(default_factory=list)
    memory: list = field(default_factory=list)


def run(program):
    """One run: seconds on the clock, MiB at the peak, and what it printed."""
    if program.fresh:
        shutil.rmtree(program.fresh, ignore_errors=True)
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(program.command, stdout=output, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{program.name}: exit status {process.returncode}: {' '.join(program.command)}")
        output.seek(0)
        return seconds, usage.ru_maxrss / 1024, output.read()


def measure(programs, rounds):
    """Runs all programs in turn and checks that they agree."""
    expected = None
    for round_number in range(rounds + 1):
        for program in programs:
            # The first round is a warm-up, which slow programs skip.
            if program.rounds and round_number not in range(1, program.rounds + 1):
                continue
            seconds, memory, output = run(program)
            if program.counts:
                counts = program.counts(output)
                if expected is None:
                    expected = counts
                elif counts != expected:
                    sys.exit(f"{program.name} counts {counts}, others {expected}")
            if round_number > 0:
                program.seconds.append(seconds)
                program.memory.append(memory)


def line_of_counts(output):
    return [int(number) for number in output.decode().strip().strip('"').split()]


def summary_counts(output):
    totals = json.loads(output)["totals"]
    rows = totals["rows"]
    codes = totals["failed_by_code"]
    return [
        rows["seen"], rows["created"], rows["existing"], rows["failed"], len(codes),
        sum(code["rows"] for code in codes),
    ]  # fmt: skip


def text_counts(output):
    words = output.decode().split("\n\n")[0].replace(",", "").split()
    return [int(words[words.index("rows") + 1])] + [
        int(words[words.index(name) + 1]) for name in ("created", "existing", "failed")
    ]


def first_counts(output):
    return line_of_counts(output)[:4]


def ratio(other, own):
    """How many times as long the other takes: the median of the rounds."""
    if len(other.seconds) != len(own.seconds):
        return statistics.median(other.seconds) / statistics.median(own.seconds)
    return statistics.median(a / b for a, b in zip(other.seconds, own.seconds))


def milliseconds(program):
    return f"{statistics.median(program.seconds) * 1000:,.0f} ms"


def times(number):
    return f"{number:,.1f}×" if number < 100 else f"{number:,.0f}×"


def verdict(number, target, at_least):
    if target is None:
        return "–"
    met = number >= target if at_least else number <= target
    return f"{'≥' if at_least else '≤'} {target}× {'met' if met else '**missed**'}"


class Bench:
    def __init__(self, arguments):
        self.tool = arguments.tool
        self.peers = arguments.peers
        self.data = arguments.data
        self.rounds = arguments.rounds
        self.python = sys.executable
        self.peer_code = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
        self.scratch = os.path.join(arguments.peers, "report")

    def dump(self, name):
        return os.path.join(self.data, name + ".json")

    def summary(self, path):
        return Program("summary", [self.tool, "summary", "--format", "json", path], summary_counts)

    def read(self, path):
        return Program("read", [os.path.join(self.peers, "read_blocks"), path])

    def simdjson(self, path):
        return Program("simdjson", [os.path.join(self.peers, "simdjson_summary"), path], line_of_counts)

    def slow_peers(self, path):
        code = self.peer_code
        return [
            Program("orjson", [self.python, f"{code}/orjson_summary.py", path], line_of_counts, rounds=1),
            Program("DuckDB", [self.python, f"{code}/duckdb_summary.py", path], line_of_counts, rounds=1),
            Program("jq", ["jq", "-r", "-f", f"{code}/summary.jq", path], line_of_counts, rounds=1),
        ]

    def summaries(self):
        print("\n### `summary` against a program on simdjson, and against reading the file\n")
        print("| dump | size | import-audit | simdjson | faster by | target | reading | of reading | target |")
        print("|---|--:|--:|--:|--:|---|--:|--:|---|")
        for name, (faster, of_reading) in TARGETS.items():
            path = self.dump(name)
            own, simd, read = self.summary(path), self.simdjson(path), self.read(path)
            measure([own, simd, read], self.rounds)
            gain, share = ratio(simd, own), ratio(own, read)
            print(
                f"| {name} | {os.path.getsize(path) / 1e6:,.0f} MB | {milliseconds(own)} | {milliseconds(simd)} "
                f"| {times(gain)} | {verdict(gain, faster, True)} | {milliseconds(read)} | {times(share)} "
                f"| {verdict(share, of_reading, False)} |",
                flush=True,
            )

    def logs(self):
        print("\n### A log of 1,000,000 jobs with 5 rows each, against what else reads it\n")
        print("| what | time | memory | of import-audit | target |")
        print("|---|--:|--:|--:|---|")
        path = os.path.join(self.data, "log.jsonl")
        own = Program("summary", [self.tool, "summary", "--quiet", path], text_counts)
        simd = Program(
            "simdjson `iterate_many`", [os.path.join(self.peers, "simdjson_summary"), "--log", path], first_counts
        )
        duck = Program(
            "DuckDB", [self.python, f"{self.peer_code}/duckdb_summary.py", "--log", path], first_counts
        )
        read = self.read(path)
        measure([own, simd, duck, read], self.rounds)
        print(f"| `summary` | {milliseconds(own)} | {statistics.median(own.memory):,.0f} MiB | | |")
        for program, target in zip([simd, duck], LOG_TARGETS):
            number = ratio(program, own)
            print(
                f"| {program.name} | {milliseconds(program)} | {statistics.median(program.memory):,.0f} MiB "
                f"| {times(number)} the time | {verdict(number, target, True)} |"
            )
        share = ratio(own, read)
        print(
            f"| reading it | {milliseconds(read)} | | `summary` takes {times(share)} "
            f"| {verdict(share, LOG_TARGETS[2], False)} |",
            flush=True,
        )
        self.work_on_log(path)

    def history(self):
        print("\n### A history of 1,000,000 jobs with 5 rows each\n")
        print("| what | time | memory | | target |")
        print("|---|--:|--:|--:|---|")
        path = os.path.join(self.data, "log.jsonl")
        shutil.rmtree(self.scratch, ignore_errors=True)
        os.makedirs(self.scratch)
        kept = os.path.join(self.scratch, "kept.sqlite")
        subprocess.run([self.tool, "history", "add", kept, path, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        fresh = os.path.join(self.scratch, "fresh")
        shell = f"mkdir -p {fresh} && exec "
        add = Program(
            "history add", ["sh", "-c", f"{shell}{self.tool} history add {fresh}/h.sqlite {path} --quiet"], fresh=fresh)
        # The time that SQLite itself takes for the same rows, already in order.
        schema = subprocess.run(
            ["sqlite3", kept, "SELECT sql || ';' FROM sqlite_master WHERE type <> 'view' AND sql IS NOT NULL"],
            check=True, capture_output=True, text=True).stdout
        tables = ["jobs", "job_codes", "job_patterns", "job_findings", "snapshots", "days", "code_days"]
        tables_first = sorted(schema.split(";"), key=lambda sql: sql.strip().startswith("CREATE INDEX"))
        parts = [sql for sql in tables_first if sql.strip() and not sql.strip().startswith("CREATE INDEX")]
        indexes = [sql for sql in tables_first if sql.strip().startswith("CREATE INDEX")]
        copy = (
            f"ATTACH '{kept}' AS kept; BEGIN; {';'.join(parts)}; "
            + " ".join(f"INSERT INTO main.{name} SELECT * FROM kept.{name};" for name in tables)
            + f"{';'.join(indexes)}; COMMIT;")
        script = os.path.join(self.scratch, "copy.sql")
        with open(script, "w") as file:
            file.write(copy)
        floor = Program(
            "SQLite", ["sh", "-c", f"{shell}sqlite3 {fresh}/copy.sqlite '.read {script}'"], fresh=fresh)
        summary = Program("summary", [self.tool, "summary", "--identity", "--quiet", path])
        again = Program("history add, all there already", [self.tool, "history", "add", kept, path, "--quiet"])
        show = Program("history show", [self.tool, "history", "show", kept])
        measure([add, floor, summary, again, show], min(self.rounds, 3))
        speed = 1_000_000 / statistics.median(add.seconds)
        print(
            f"| `history add` | {milliseconds(add)} | {statistics.median(add.memory):,.0f} MiB "
            f"| {speed:,.0f} jobs a second "
            f"| ≥ {HISTORY_TARGETS[0]:,} {'met' if speed >= HISTORY_TARGETS[0] else '**missed**'} |")
        print(f"| `summary --identity` of the same | {milliseconds(summary)} | | {times(ratio(add, summary))} of it | |")
        print(f"| copying the tables with `sqlite3` | {milliseconds(floor)} | | {times(ratio(add, floor))} of it | |")
        print(
            f"| `history add` of the same again | {milliseconds(again)} | {statistics.median(again.memory):,.0f} MiB | | |")
        seconds = statistics.median(show.seconds)
        print(
            f"| `history show` | {milliseconds(show)} | {statistics.median(show.memory):,.0f} MiB | "
            f"| ≤ {HISTORY_TARGETS[1] * 1000:.0f} ms {'met' if seconds <= HISTORY_TARGETS[1] else '**missed**'} |")
        size = os.path.getsize(kept)
        print(f"| the file | {size / 1e6:,.0f} MB | | {size / 1_000_000:.0f} bytes a job | |", flush=True)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def work_on_log(self, path):
        print("\n### What else is done with that log, against `summary`\n")
        print("| what | time | memory | of `summary` | target |")
        print("|---|--:|--:|--:|---|")
        own = Program("summary", [self.tool, "summary", "--quiet", path])
        work = [
            Program("check", [self.tool, "check", "--quiet", "--max-failed", "50%", path]),
            Program("codes", [self.tool, "codes", "--quiet", path]),
            Program("summary --identity", [self.tool, "summary", "--quiet", "--identity", path]),
        ]
        measure([own, *work], self.rounds)
        for program in work:
            share = ratio(program, own)
            print(
                f"| `{program.name}` | {milliseconds(program)} | {statistics.median(program.memory):,.0f} MiB "
                f"| {share:.2f}× | {verdict(share, LOG_WORK[program.name], False)} |",
                flush=True,
            )
        json_path, copy = os.path.join(self.peers, "log.json"), os.path.join(self.peers, "copy.json")
        shell = f"{self.tool} summary --quiet --format json {path} > {json_path}"
        written = Program("summary --format json", ["sh", "-c", shell])
        cat = Program("cat", ["sh", "-c", f"cat {json_path} > {copy}"])
        merge = Program("merge", ["sh", "-c", f"{self.tool} merge {json_path} > {copy}"])
        measure([written, cat], 3)
        measure([merge], 1)
        rest = (statistics.median(written.seconds) - statistics.median(own.seconds)) / statistics.median(cat.seconds)
        print(
            f"| `summary --format json`, {os.path.getsize(json_path) / 1e6:,.0f} MB | {milliseconds(written)} "
            f"| {statistics.median(written.memory):,.0f} MiB | `cat` of it: {milliseconds(cat)} "
            f"| what it takes longer: {verdict(rest, JSON_TARGET, False)} ({times(rest)}) of `cat` |"
        )
        print(f"| `merge` of that | {milliseconds(merge)} | {max(merge.memory):,.0f} MiB | | |")
        for program in [own, merge]:
            peak, limit = max(program.memory), JOBS_MEMORY[program.name]
            print(
                f"| memory of `{program.name}` | | {peak:,.1f} MiB | "
                f"| ≤ {limit} MiB {'met' if peak <= limit else '**missed**'} |",
                flush=True,
            )
        os.remove(json_path)
        os.remove(copy)

    def files(self):
        print("\n### 10,000 small files, against opening and reading each\n")
        print("| what | import-audit | reading | of reading | target |")
        print("|---|--:|--:|--:|---|")
        for name, rows in [("folder", 100), ("small", 5)]:
            folder = os.path.join(self.data, name)
            own = Program("summary", [self.tool, "summary", "--quiet", folder])
            packed = Program("summary", [self.tool, "summary", "--quiet", folder + ".tar"])
            read = Program("read", [os.path.join(self.peers, "read_folder"), folder])
            read_packed = self.read(folder + ".tar")
            measure([own, read, packed, read_packed], 3 * self.rounds)
            share = ratio(own, read)
            print(
                f"| a folder, {rows} rows in each | {milliseconds(own)} | {milliseconds(read)} "
                f"| {times(share)} | {verdict(share, FILES_TARGET, False)} |"
            )
            print(
                f"| the same as a tar | {milliseconds(packed)} | {milliseconds(read_packed)} "
                f"| {times(ratio(packed, read_packed))} | – |",
                flush=True,
            )

    def rejects(self):
        print("\n### The failed rows of 5,000,000, with the data that was sent\n")
        print("| what | time | memory | of import-audit | target |")
        print("|---|--:|--:|--:|---|")
        dump, source = self.dump("sent"), os.path.join(self.data, "sent.csv")

        def own(name, *options):
            folder = f"{self.scratch}-{name}"
            command = [self.tool, "rejects", dump, "--source", source, "--quiet", "-o", folder, *options]
            return Program(f"`rejects{''.join(' ' + option for option in options)}`", command, fresh=folder)

        def peer(name):
            folder = f"{self.scratch}-{name}"
            code = f'import os, runpy; os.makedirs("{folder}"); runpy.run_path("{self.peer_code}/{name}_rejects.py")'
            return Program(name, [self.python, "-c", code, dump, source, folder], fresh=folder)

        plain, annotated = own("plain"), own("annotated", "--annotated")
        summary = Program("`summary`", [self.tool, "summary", "--quiet", dump])
        read = self.read(source)
        duck, pandas = peer("duckdb"), peer("pandas")
        pandas.rounds = 1
        measure([plain, annotated, summary, read, duck, pandas], self.rounds)
        copied = os.path.join(f"{self.scratch}-annotated", "annotated.csv")
        copy = Program("`cp` of annotated.csv", ["cp", copied, copied + ".copy"])
        measure([copy], self.rounds)
        within, than_duck, than_pandas, memory, than_copy = REJECTS_TARGETS
        share = statistics.median(plain.seconds) / statistics.median(
            a + b for a, b in zip(summary.seconds, read.seconds)
        )
        used = statistics.median(plain.memory)
        print(
            f"| {plain.name} | {milliseconds(plain)} | {used:,.0f} MiB | {times(share)} `summary` and reading the source "
            f"| {verdict(share, within, False)}, ≤ {memory} MiB {'met' if used <= memory else '**missed**'} |"
        )
        for program, target in ((duck, than_duck), (pandas, than_pandas)):
            number = ratio(program, plain)
            print(
                f"| {program.name} | {milliseconds(program)} | {statistics.median(program.memory):,.0f} MiB "
                f"| {times(number)} the time | {verdict(number, target, True)} |"
            )
        number = statistics.median(annotated.seconds) / statistics.median(copy.seconds)
        print(
            f"| {annotated.name} | {milliseconds(annotated)} | {statistics.median(annotated.memory):,.0f} MiB "
            f"| {times(number)} `cp` of its output | {verdict(number, than_copy, False)} |",
            flush=True,
        )

    def arrow(self):
        print("\n### Every row of 5,000,000 as an Arrow table, and as a Parquet file\n")
        print("| what | time | memory | of `rows` | target |")
        print("|---|--:|--:|--:|---|")
        package = os.path.join(os.path.dirname(self.peer_code), "..", "Python", "src")
        python = ["env", f"PYTHONPATH={package}", f"IMPORT_AUDIT_BINARY={self.tool}", self.python]
        dump, code = self.dump("minified"), f"{self.peer_code}/arrow_rows.py"

        def program(name, who, **more):
            return Program(name, [*python, code, who, dump], line_of_counts, **more)

        own = program("`import_audit.rows` → Arrow table", "import-audit")
        pandas = program("`json.load`, pandas → Arrow table", "pandas", rounds=1)
        duck = program("DuckDB → Arrow table", "duckdb", rounds=1)
        measure([own, duck, pandas], self.rounds)
        print(f"| {own.name} | {milliseconds(own)} | {statistics.median(own.memory):,.0f} MiB | | |")
        for peer, target in zip((duck, pandas), ARROW_TARGETS):
            gain = ratio(peer, own)
            print(
                f"| {peer.name} | {milliseconds(peer)} | {statistics.median(peer.memory):,.0f} MiB "
                f"| {times(gain)} the time | {verdict(gain, target, True)} |",
                flush=True,
            )
        file = f"{self.scratch}.parquet"
        write = Program("`import_audit.write_parquet`", [*python, code, "parquet-import-audit", dump, file])
        measure([write], self.rounds)
        # Only the writing counts: the table is already in memory.
        pyarrow = Program("pyarrow", [*python, code, "parquet-pyarrow", dump, file])
        alone = [float(run(pyarrow)[2]) for _ in range(self.rounds)]
        share = statistics.median(write.seconds) / statistics.median(alone)
        print(f"| pyarrow writes that table as Parquet (zstd) | {statistics.median(alone) * 1000:,.0f} ms | | | |")
        print(
            f"| {write.name} | {milliseconds(write)} | {statistics.median(write.memory):,.0f} MiB "
            f"| {times(share)} that writing | {verdict(share, PARQUET_TARGET, False)} |",
            flush=True,
        )
        os.remove(file)

    def others(self):
        print("\n### `summary` against other programs (one run each)\n")
        print("| dump | import-audit | orjson and Python | DuckDB | jq | target |")
        print("|---|--:|--:|--:|--:|---|")
        for name in TARGETS:
            path = self.dump(name)
            own, peers = self.summary(path), self.slow_peers(path)
            measure([own, *peers], 3)
            gains = [ratio(peer, own) for peer in peers]
            cells = " | ".join(f"{milliseconds(peer)}, {times(gain)}" for peer, gain in zip(peers, gains))
            print(f"| {name} | {milliseconds(own)} | {cells} | {verdict(min(gains), SLOW_PEERS_TARGET, True)} |", flush=True)

    def reports(self):
        print("\n### `report` with all six files, into a new folder, against `summary`\n")
        print("| dump | report | summary | of summary | target |")
        print("|---|--:|--:|--:|---|")
        for name in ("minified", "failures"):
            path = self.dump(name)
            report = Program("report", [self.tool, "report", path, "-o", self.scratch], fresh=self.scratch)
            summary = self.summary(path)
            measure([report, summary], self.rounds)
            share = ratio(report, summary)
            target = REPORT_TARGET if name == "minified" else None
            print(
                f"| {name} | {milliseconds(report)} | {milliseconds(summary)} | {times(share)} "
                f"| {verdict(share, target, False)} |",
                flush=True,
            )
            shutil.rmtree(self.scratch, ignore_errors=True)

    def depth(self):
        print("\n### The cost of grouping messages and of finding shared records\n")
        print("| work | dump | with | without | costs |")
        print("|---|---|--:|--:|--:|")
        for name in ("minified", "failures"):
            path = self.dump(name)
            plain = self.summary(path)
            mute = Program("mute", [self.tool, "summary", "--format", "json", self.dump(name + "-mute")])
            identity = Program("identity", [self.tool, "summary", "--identity", "--format", "json", path], summary_counts)
            measure([plain, mute, identity], self.rounds)
            for work, dear, cheap in [("messages, grouped into patterns", plain, mute), ("ids, compared", identity, plain)]:
                extra = statistics.median(a - b for a, b in zip(dear.seconds, cheap.seconds)) * 1000
                print(
                    f"| {work} | {name} | {milliseconds(dear)} | {milliseconds(cheap)} "
                    f"| {extra:,.0f} ms, {ratio(dear, cheap):.2f}× the time |",
                    flush=True,
                )
        if os.path.exists(self.dump("huge")):
            self.many_ids()

    def many_ids(self):
        rows = 100_000_000
        seconds = []
        for options in (["--identity"], []):
            with subprocess.Popen([os.path.join(self.peers, "stream_rows"), str(rows)], stdout=subprocess.PIPE) as feed:
                command = [self.tool, "summary", *options, "--format", "json", "-"]
                with subprocess.Popen(command, stdin=feed.stdout, stdout=subprocess.PIPE) as process:
                    feed.stdout.close()
                    job = json.load(process.stdout)["jobs"][0]
                    _, status, usage = os.wait4(process.pid, 0)
                    process.returncode = os.waitstatus_to_exitcode(status)
            seconds.append(usage.ru_utime + usage.ru_stime)
            if options:
                memory = usage.ru_maxrss / 1024
                found = [(finding["id"], finding["count"]) for finding in job["findings"]]
                if found != [("created-id-repeated", 2000)]:
                    sys.exit(f"of {rows} ids, found {found}")
        print(
            f"\nOf {rows:,} ids through a pipe, all 1,000 that come twice were found, in {memory:.1f} MiB of memory; "
            f"{seconds[0]:.1f} s of processor time, {seconds[1]:.1f} s without comparing ids."
        )

    def memory(self):
        print("\n### Peak memory\n")
        print("| dump | size | summary | report | target |")
        print("|---|--:|--:|--:|---|")
        for name in ("minified", "huge"):
            path = self.dump(name)
            if not os.path.exists(path):
                continue
            report = Program("report", [self.tool, "report", path, "-o", self.scratch], fresh=self.scratch)
            summary = self.summary(path)
            measure([report, summary], 1)
            shutil.rmtree(self.scratch, ignore_errors=True)
            peak = max(report.memory + summary.memory)
            print(
                f"| {name} | {os.path.getsize(path) / 1e6:,.0f} MB | {max(summary.memory):.1f} MiB "
                f"| {max(report.memory):.1f} MiB | ≤ {MEMORY_TARGET} MiB {'met' if peak <= MEMORY_TARGET else '**missed**'} |",
                flush=True,
            )
        self.many()

    # A child process starts with Python's own peak, so this part comes before any that reads much.
    def many(self):
        path = os.path.join(self.data, "many")
        if os.path.exists(path):
            own = Program("summary", [self.tool, "summary", path])
            measure([own], 1)
            peak = max(own.memory)
            print(
                f"| 100,000 dumps in a folder | | {peak:.1f} MiB | – | ≤ 64 MiB {'met' if peak <= 64 else '**missed**'} |",
                flush=True,
            )

    def tiny(self):
        print("\n### A tiny dump: the whole process\n")
        path = self.dump("tiny")
        own = Program("summary", [self.tool, "summary", path])
        peer = Program("jq", ["jq", ".", path])
        measure([own, peer], 20 * self.rounds)
        share = statistics.median(own.seconds) / statistics.median(peer.seconds)
        print("| summary | `jq .` | of jq | target |")
        print("|--:|--:|--:|---|")
        print(
            f"| {statistics.median(own.seconds) * 1000:.1f} ms | {statistics.median(peer.seconds) * 1000:.1f} ms "
            f"| {share:.2f}× | ≤ {TINY_TARGET}× {'met' if share <= TINY_TARGET else '**missed**'} |"
        )


    def archives(self):
        print("\n### Archives: 10,000 dumps of 100 rows, and a large dump compressed\n")
        print("| work | import-audit | against | takes | ratio | target |")
        print("|---|--:|---|--:|--:|---|")
        folder, packed = os.path.join(self.data, "folder"), os.path.join(self.data, "folder.tar.gz")
        compressed = self.dump("minified") + ".gz"
        at_once = f"find {folder} -name '*.json' -print0 | xargs -0 cat | jq -n -r -f {self.peer_code}/summaries.jq"
        shell = ["sh", "-c"]
        for name, path, peer_name, peer, target, is_gain in [
            ("a folder", folder, "one jq for all", Program("jq", [*shell, at_once], line_of_counts, rounds=1), 10, True),
            ("the same as .tar.gz", packed, "`tar -xzOf`", Program("tar", [*shell, f"tar -xzOf {packed} > /dev/null"]), 0.8, False),
            ("394 MB as .json.gz", compressed, "`gzip -dc`", Program("gzip", ["gzip", "-dc", compressed]), 2.5, True),
            ("16 large dumps, 2 threads", os.path.join(self.data, "large"), "1 thread",
             Program("one", [self.tool, "summary", "--threads", "1", os.path.join(self.data, "large")]), 1.8, True),
        ]:  # fmt: skip
            # The JSON output is only for comparing counts; the output for people is timed.
            if peer.counts:
                measure([self.summary(path), peer], 1)
                peer.seconds.clear()
            own = Program("summary", [self.tool, "summary", path])
            peer.counts = None
            measure([own, peer], self.rounds)
            number = ratio(peer, own) if is_gain else ratio(own, peer)
            print(
                f"| {name} | {milliseconds(own)} | {peer_name} | {milliseconds(peer)} | {times(number)} faster "
                f"| {verdict(number, target, True)} |"
                if is_gain
                else f"| {name} | {milliseconds(own)} | {peer_name} | {milliseconds(peer)} | {number:.2f}× the time "
                f"| {verdict(number, target, False)} |",
                flush=True,
            )
        self.again(folder)

    def pages(self):
        print("\n### Many small reports: 10,000 dumps of 100 rows, one in twenty failed\n")
        print("| work | time | against | takes | ratio | target |")
        print("|---|--:|---|--:|--:|---|")
        folder = os.path.join(self.data, "failing")
        report = Program("report", None)
        loop = Program("writing and renaming the same files from one thread", None)
        for number in range(max(3, self.rounds // 2)):
            # New folders each time: a file system is slower where many files were just removed.
            target, copy = f"{self.scratch}-{number}", f"{self.scratch}-{number}-copy"
            report.command = [self.tool, "report", folder, "-o", target]
            loop.command = [os.path.join(self.peers, "write_files"), target, copy]
            seconds, _, _ = run(report)
            _, _, output = run(loop)
            report.seconds.append(seconds)
            loop.seconds.append(float(output))
        for number in range(len(report.seconds)):
            shutil.rmtree(f"{self.scratch}-{number}")
            shutil.rmtree(f"{self.scratch}-{number}-copy")
        none = Program(
            "none", [self.tool, "report", folder, "-o", self.scratch, "--job-reports", "none"], fresh=self.scratch
        )
        summary = Program("`summary`", [self.tool, "summary", folder])
        measure([none, summary], self.rounds)
        shutil.rmtree(self.scratch, ignore_errors=True)
        for work, own, peer, target in [
            ("`report`, six files each", report, loop, PAGES_TARGETS[0]),
            ("`report --job-reports none`", none, summary, PAGES_TARGETS[1]),
        ]:
            share = ratio(own, peer)
            print(
                f"| {work} | {milliseconds(own)} | {peer.name} | {milliseconds(peer)} | {times(share)} "
                f"| {verdict(share, target, False)} |",
                flush=True,
            )

    def each(self):
        print("\n### A shell loop that runs jq on each of 10,000 dumps (one run)\n")
        folder = os.path.join(self.data, "folder")
        command = f"find {folder} -name '*.json' -exec jq -r -f {self.peer_code}/summary.jq {{}} ';'"
        own, peer = self.summary(folder), Program("jq", ["sh", "-c", command], rounds=1)
        measure([own, peer], 3)
        gain = ratio(peer, own)
        print("| import-audit | the loop | faster by | target |")
        print("|--:|--:|--:|---|")
        print(f"| {milliseconds(own)} | {milliseconds(peer)} | {times(gain)} | {verdict(gain, 100, True)} |")

    def again(self, folder):
        report = [self.tool, "report", folder, "-o", self.scratch]
        first = Program("report", report, rounds=1, fresh=self.scratch)
        measure([first], 1)
        again = Program("report", report)
        measure([again], 3)
        share = ratio(again, first)
        print(
            f"| `report` again, nothing new | {milliseconds(again)} | the first run | {milliseconds(first)} "
            f"| {share:.2f}× the time | {verdict(share, 0.1, False)} |",
            flush=True,
        )
        shutil.rmtree(self.scratch, ignore_errors=True)


PARTS = [
    "memory", "summaries", "logs", "history", "files", "rejects", "arrow", "others", "reports", "depth", "tiny", "archives",
    "pages", "each",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--peers", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=PARTS, action="append")
    arguments = parser.parse_args()
    bench = Bench(arguments)
    print(machine.description(arguments.tool), flush=True)
    for part in arguments.only or PARTS:
        getattr(bench, part)()


if __name__ == "__main__":
    main()
