"""Two years of nightly jobs with planted trends: `history` finds what was planted and nothing else, by rules that are
worked out again here; and what a history holds does not depend on how it came about.

Planted: a lasting change of the share of failed rows, a code that is new, one that goes, one that comes back, nights on
which much failed, nights of another size, a night that took long.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import io
import json
import math
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from typing import Any

from seeds import add_seed

START = datetime.date(2024, 3, 4)
NIGHTS = 730


class Failure(Exception):
    pass


def expect(condition: bool, *what: object) -> None:
    if not condition:
        raise Failure(" ".join(str(part) for part in what))


class Night:
    """A job, with what is to be known of it."""

    def __init__(self, number: int, rng: random.Random) -> None:
        self.number = number
        self.day = START + datetime.timedelta(days=number)
        self.id = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        self.rows = 0
        self.codes: dict[str, int] = {}
        self.seconds = 0

    @property
    def failed(self) -> int:
        return sum(self.codes.values())

    def dump(self, rng: random.Random, status: str = "complete", rows: int | None = None) -> str:
        created = datetime.datetime.combine(self.day, datetime.time(2, 10), datetime.timezone.utc)
        updated = created + datetime.timedelta(seconds=self.seconds if rows is None else self.seconds // 2)
        results: list[Any] = [{"id": str(uuid.UUID(int=rng.getrandbits(128), version=4)), "created": True}
                              for _ in range(self.rows - self.failed)]
        for code, count in self.codes.items():
            results += [{"error": {"code": code, "message": f"row {n} of {code}"}} for n in range(count)]
        rng.shuffle(results)
        results = results[:rows]
        return json.dumps({
            "job_id": self.id, "status": status, "total": self.rows, "processed": len(results),
            "succeeded": sum("created" in row for row in results), "failed": sum("error" in row for row in results),
            "created_at": created.isoformat().replace("+00:00", "Z"),
            "updated_at": updated.isoformat().replace("+00:00", "Z"), "results": results,
        }, separators=(",", ":"))


class Plan:
    """What is planted, and the nights."""

    def __init__(self, rng: random.Random) -> None:
        self.change = rng.randrange(330, 400)
        self.new = rng.randrange(420, 470)
        self.gone = rng.randrange(560, 600)
        self.pause = (rng.randrange(200, 220), rng.randrange(280, 310))
        free = [n for n in range(60, NIGHTS - 40) if abs(n - self.change) > 15]
        special = rng.sample(free, 8)
        self.outliers, (self.large, self.small, self.long) = special[:5], special[5:]
        # Not while its code pauses: otherwise there would be no pause.
        in_pause = range(self.pause[0], self.pause[1] + 1)
        self.burst = rng.choice([n for n in free if n not in special and n not in in_pause])
        self.nights = [self._night(n, rng) for n in range(NIGHTS)]

    def _night(self, n: int, rng: random.Random) -> Night:
        night = Night(n, rng)
        weekend = night.day.weekday() >= 5
        night.rows = max(40, int(rng.gauss(90 if weekend else 240, 15)))
        if n == self.large:
            night.rows = 3000
        if n == self.small:
            night.rows = 5
        night.seconds = int(rng.gauss(600, 60))
        if n == self.long:
            night.seconds = 6 * 3600
        # The share differs between nights, which a fair rule allows for.
        share = rng.betavariate(60 * 0.05, 60 * 0.95) + (0.07 if n >= self.change else 0)
        if n in self.outliers:
            share = rng.uniform(0.55, 0.7)
        codes: dict[str, int] = defaultdict(int)
        for _ in range(night.rows):
            if rng.random() < share:
                codes[rng.choice(["invalid_email", "invalid_email", "duplicate"])] += 1
        if n != self.small:
            if n >= self.new:
                codes["quota_exceeded"] += rng.randrange(1, 4)
            if n <= self.gone:
                codes["legacy_field"] += rng.randrange(1, 3)
            if not self.pause[0] < n < self.pause[1]:
                codes["rate_limited"] += rng.randrange(1, 3)
            if n == self.burst:
                codes["rate_limited"] += 45
        while sum(codes.values()) > night.rows:
            codes.pop(next(iter(codes)))
        night.codes = dict(codes)
        return night

    def day(self, number: int) -> str:
        return self.nights[number].day.isoformat()


def wilson(part: int, whole: int) -> tuple[float, float]:
    z = 1.959964
    share = part / whole
    scale = 1 + z * z / whole
    middle = (share + z * z / (2 * whole)) / scale
    half = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / scale
    return (0.0 if part == 0 else middle - half), (1.0 if part == whole else middle + half)


class Tool:
    def __init__(self, binary: str) -> None:
        self.binary = binary

    def run(self, *arguments: object, status: int | None = 0) -> bytes:
        done = subprocess.run([self.binary, *map(str, arguments)], capture_output=True)
        if status is not None:
            expect(done.returncode == status, arguments[:4], "ended with", done.returncode, done.stderr.decode()[:500])
        return done.stdout

    def show(self, file: pathlib.Path, *options: str) -> dict[str, Any]:
        return json.loads(self.run("history", "show", file, "--format", "json", *options))


def dump_of(file: pathlib.Path) -> str:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        expect(database.execute("PRAGMA integrity_check").fetchone()[0] == "ok", "integrity of", file)
        return "\n".join(database.iterdump())


# ---- The output of show ----


def period_of(day: datetime.date, by: str) -> str:
    if by == "month":
        return day.isoformat()[:7]
    if by == "week":
        return (day - datetime.timedelta(days=day.weekday())).isoformat()
    return day.isoformat()


def check_show(tool: Tool, file: pathlib.Path, plan: Plan) -> None:
    for by in ["day", "week", "month"]:
        shown = tool.show(file, "--by", by)
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        codes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for night in plan.nights:
            each = sums[period_of(night.day, by)]
            each[0] += 1
            each[1] += night.rows
            each[2] += night.failed
            for code, rows in night.codes.items():
                codes[code][period_of(night.day, by)] += rows
        expect([p["period"] for p in shown["periods"]] == sorted(sums), by, "periods differ")
        for period in shown["periods"]:
            jobs, rows, failed = sums[period["period"]]
            found = period["sums"]
            expect((found["jobs"], found["rows_seen"], found["rows_failed"]) == (jobs, rows, failed), period)
            low, high = wilson(failed, rows)
            for name, value in [("share", failed / rows), ("share_low", low), ("share_high", high)]:
                expect(abs(found[name] - value) < 1.1e-6, by, period["period"], name, found[name], value)
        expect(shown["code_count"] == len(codes), "codes", shown["code_count"])
        for code in shown["codes"]:
            expect({p["period"]: p["rows"] for p in code["periods"]} == dict(codes[code["code"]]), by, code["code"])
            days = sorted(n.day.isoformat() for n in plan.nights if code["code"] in n.codes)
            expect((code["first_seen"], code["last_seen"]) == (days[0], days[-1]), code["code"], "seen")
            expect(code["days_seen"] == len(days), code["code"], "days")
        # The same numbers as CSV.
        table = list(csv.DictReader(io.StringIO(tool.run("history", "show", file, "--by", by, "--format", "csv").decode())))
        whole = {line["period"]: (int(line["jobs"]), int(line["rows_seen"]), int(line["rows_failed"]))
                 for line in table if line["code_kind"] == "all"}
        expect(whole == {name: tuple(each) for name, each in sums.items()}, by, "csv")

    shown = tool.show(file)
    events = {(e["event"], e["code"], e["day"], e.get("days")) for e in shown["events"]}
    last_pause = max(n.number for n in plan.nights if n.number <= plan.pause[0] and "rate_limited" in n.codes)
    back = min(n.number for n in plan.nights if n.number >= plan.pause[1] and "rate_limited" in n.codes)
    last = max(n.number for n in plan.nights if "legacy_field" in n.codes)
    new = min(n.number for n in plan.nights if "quota_exceeded" in n.codes)
    expect(events == {
        ("new", "quota_exceeded", plan.day(new), None), ("gone", "legacy_field", plan.day(last), NIGHTS - 1 - last),
        ("back", "rate_limited", plan.day(back), back - last_pause),
    }, "events", sorted(events, key=str))
    ranked = sorted((n for n in plan.nights if n.failed),
                    key=lambda n: (-round(wilson(n.failed, n.rows)[0] * 1e6), n.number))
    expect([w["day"] for w in shown["worst_days"]] == [n.day.isoformat() for n in ranked[:10]], "worst days")
    # By chance, a night that was not planted may be as bad. The same numbers rank it above.
    expect({plan.day(n) for n in plan.outliers} <= {w["day"] for w in shown["worst_days"]}, "planted nights")
    for worst in shown["worst_days"][:5]:
        night = next(n for n in plan.nights if n.day.isoformat() == worst["day"])
        expect([(j["job_id"], j["rows_failed"]) for j in worst["jobs"]] == [(night.id, night.failed)], worst)
    expect(shown["change"] is not None, "the change was not found")
    found = (datetime.date.fromisoformat(shown["change"]["since"]) - START).days
    expect(abs(found - plan.change) <= 12, "the change was planted at", plan.change, "and found at", found)
    expect(shown["change"]["after"]["share"] > shown["change"]["before"]["share"], "the change is a rise")
    part = tool.show(file, "--since", plan.day(100), "--until", plan.day(199), "--by", "day")
    expect(len(part["periods"]) == 100 and part["first_day"] == plan.day(100), "selection of days")
    one = tool.show(file, "--code", "rate_limited", "--by", "day")
    expect([p["sums"]["rows_failed"] for p in one["periods"]] == [n.codes.get("rate_limited", 0) for n in plan.nights],
           "selection of a code")
    expect(one["worst_days"][0]["day"] == plan.day(plan.burst), "the burst is the worst day of its code")


# ---- Unusual runs ----


def check_unusual(tool: Tool, file: pathlib.Path, folder: pathlib.Path, plan: Plan) -> None:
    """All nights at once, each against those before it: the history has them all."""
    done = subprocess.run([tool.binary, "check", str(folder), "--history", str(file), "--unusual", "--format", "json",
                           "--quiet"], capture_output=True)
    expect(done.returncode == 1, "check ended with", done.returncode, done.stderr.decode()[:300])
    rule = json.loads(done.stdout)["gate"]["rules"][0]
    flagged = {(int(v.split("night-")[1][:4]), v.split(": ")[1]) for v in rule["verdicts"]}
    nights = {number for number, _ in flagged}
    for number in plan.outliers:
        expect((number, "Rows that failed") in flagged, "the share of night", number, "was not found", sorted(flagged))
    expect((plan.large, "Rows of the job") in flagged, "the large night was not found")
    expect((plan.small, "Rows of the job") in flagged, "the small night was not found")
    expect((plan.long, "Duration") in flagged, "the long night was not found")
    expect((plan.burst, "Rows that failed with “rate_limited”") in flagged, "the burst was not found", sorted(flagged))
    expect(plan.new in nights or plan.new + 1 in nights or plan.new + 2 in nights, "the new code was not found")
    # A lasting change, a new code and a code that returns are unusual at first, until the history contains enough of
    # them.
    allowed = set(plan.outliers) | {plan.large, plan.small, plan.long, plan.burst}
    for start in [plan.change, plan.new, plan.pause[1]]:
        allowed |= set(range(start, start + 12))
    others = nights - allowed
    expect(len(others) <= 2, "of", NIGHTS, "nights these are called unusual:", sorted(flagged))
    # With fewer than eight earlier runs, nothing is judged and nothing fails.
    few = file.parent / "few.sqlite"
    tool.run("history", "add", few, *[folder / f"night-{n:04}.json" for n in range(7)], "--quiet")
    said = tool.run("check", folder / f"night-{plan.outliers[0]:04}.json", "--history", few, "--unusual",
                    "--max-failed-vs-median", "2x", "--quiet").decode()
    expect("7 earlier runs, and 8 are needed" in said, said)
    # A job in the history is not compared with itself: the eighth job has seven earlier ones.
    tool.run("history", "add", few, folder / "night-0007.json", "--quiet")
    said = tool.run("check", folder / "night-0007.json", "--history", few, "--unusual", "--quiet").decode()
    expect("7 earlier runs, and 8 are needed" in said, said)
    tool.run("check", folder / f"night-{plan.outliers[0]:04}.json", "--history", few, "--max-failed-vs-median", "2x",
             "--quiet", status=1)


# ---- Other ways to the same history ----


def check_orders(tool: Tool, space: pathlib.Path, files: list[pathlib.Path], rng: random.Random) -> None:
    """The same dumps in any order and any batches, with others of the same jobs among them."""
    expected = space / "at-once.sqlite"
    tool.run("history", "add", expected, *files, "--quiet")
    said = tool.show(expected, "--by", "day")
    text = dump_of(expected)

    def compare(name: str, file: pathlib.Path) -> None:
        expect(tool.show(file, "--by", "day") == said, name, "another show")
        if dump_of(file) != text:
            mine, other = dump_of(file).splitlines(), text.splitlines()
            differing = [pair for pair in zip(mine, other) if pair[0] != pair[1]][:2]
            raise Failure(f"{name}: another dump: {differing}")

    def build(name: str, batches: list[list[pathlib.Path]]) -> pathlib.Path:
        file = space / f"{name}.sqlite"
        for batch in batches:
            tool.run("history", "add", file, *batch, "--quiet")
        compare(name, file)
        return file

    some = files[:]
    build("one-by-one", [[file] for file in some])
    build("backwards", [[file] for file in reversed(some)])
    rng.shuffle(some)
    cuts = sorted(rng.sample(range(1, len(some)), 4))
    batches = [some[a:b] for a, b in zip([0, *cuts], [*cuts, len(some)])]
    file = build("shuffled", batches)
    again = tool.run("history", "add", file, *some, "--quiet").decode().split("\n")
    expect(again[0].split() == ["New", "0"] and again[1].split() == ["Updated", "0"], "a second time", again)
    compare("twice", file)

    # From summaries of some dumps, and from the other dumps.
    half = len(some) // 2
    summary = space / "half.json"
    summary.write_bytes(tool.run("summary", "--identity", "--format", "json", *some[:half], "--quiet"))
    lines = space / "lines.jsonl"
    lines.write_text("".join(
        json.dumps(json.loads(tool.run("summary", "--identity", "--format", "json", file, "--quiet"))) + "\n"
        for file in some[half:half + 5]))
    build("summaries", [[lines, *some[half + 3:]], [summary]])

    # Two processes, one after another and at the same time.
    file = space / "two.sqlite"
    runs = [subprocess.Popen([tool.binary, "history", "add", str(file), *map(str, part), "--quiet"],
                             stdout=subprocess.DEVNULL) for part in [some[half - 3:], some[:half + 3]] for _ in range(2)]
    expect(all(run.wait() == 0 for run in runs), "adding at once")
    compare("at once", file)

    # Killed at any time, then continued.
    file = space / "killed.sqlite"
    started = time.monotonic()
    tool.run("history", "add", space / "timed.sqlite", *some, "--quiet")
    whole = time.monotonic() - started
    before: dict[str, Any] | None = None
    for attempt in range(8):
        run = subprocess.Popen([tool.binary, "history", "add", str(file), *map(str, some), "--quiet"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.3, 1.05) * whole)
        run.send_signal(signal.SIGKILL)
        finished = run.wait() == 0
        done = subprocess.run([tool.binary, "history", "show", str(file), "--format", "json", "--by", "day"],
                              capture_output=True)
        if done.returncode == 66:
            continue
        expect(done.returncode == 0, "after a kill", done.stderr.decode())
        state = json.loads(done.stdout)
        if state != said:
            expect(not finished and state["totals"]["jobs"] == 0, "after a kill: half of it,", state["totals"])
            expect(before is None or before == state, "after a kill: another state than before")
        before = state
    # Starting from a history that already contains some.
    file = space / "killed-later.sqlite"
    tool.run("history", "add", file, *some[:half], "--quiet")
    first = dump_of(file)
    for attempt in range(6):
        run = subprocess.Popen([tool.binary, "history", "add", str(file), *map(str, some), "--quiet"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.3, 1.05) * whole)
        run.send_signal(signal.SIGKILL)
        run.wait()
        tool.run("history", "show", file)
        expect(dump_of(file) in (first, text), "after a kill: neither the old nor the new state")
    tool.run("history", "add", file, *some, "--quiet")
    compare("killed", file)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--parts", default="show,unusual,orders")
    parser.add_argument("--keep", help="a folder for the dumps of two years, for a look at them")
    add_seed(parser)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    tool = Tool(options.binary)
    plan = Plan(rng)
    parts = options.parts.split(",")
    try:
        with tempfile.TemporaryDirectory() as name:
            space = pathlib.Path(name)
            folder = pathlib.Path(options.keep) if options.keep else space / "nights"
            folder.mkdir(exist_ok=True)
            for night in plan.nights:
                (folder / f"night-{night.number:04}.json").write_text(night.dump(rng))
            if "show" in parts or "unusual" in parts:
                file = space / "nights.sqlite"
                tool.run("history", "add", file, folder, "--quiet")
                if "show" in parts:
                    check_show(tool, file, plan)
                if "unusual" in parts:
                    check_unusual(tool, file, folder, plan)
            if "orders" in parts:
                files = []
                for night in rng.sample(plan.nights, 24):
                    files.append(folder / f"night-{night.number:04}.json")
                    # Dumps of the same job: an earlier one, a copy, and one that differs.
                    if rng.random() < 0.5:
                        earlier = space / f"polled-{night.number:04}.json"
                        earlier.write_text(night.dump(rng, "processing", rng.randrange(0, night.rows)))
                        files.append(earlier)
                    if rng.random() < 0.3:
                        copy = space / f"copy-{night.number:04}.json"
                        copy.write_bytes(files[-1].read_bytes())
                        files.append(copy)
                    if rng.random() < 0.3:
                        other = space / f"other-{night.number:04}.json"
                        other.write_text(night.dump(rng))
                        files.append(other)
                rng.shuffle(files)
                check_orders(tool, space, files, rng)
    except Failure as failure:
        print(f"seed {options.seed}: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
