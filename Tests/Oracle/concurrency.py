"""Runs commands at the same time: two or three write into one folder, zip, draft of codes or history.

    concurrency.py --binary .build/release/import-audit --seed random --count 10

Their inputs and options are equal or different, and they start at offsets drawn from the seed; in some trials one of them is
killed. Properties:

refused     each run does its work, or ends with 73 and says that another one is writing; at least one does its work
whole       the output is that of one of the runs, byte for byte, and passes verify; a folder and a zip for it are of one run
history     a history is that of all logs, and a reader sees only what a set of whole runs has added
nothing     no temporary file and no partial one is left
again       a run after them, also after a killed one, gives the bytes of a run into a fresh folder

Exit status: 0 all as promised, 1 not; the message gives the property, the seed and the trial.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from history import dump_of
from seeds import add_seed

SECONDS = 30
REFUSED = re.compile(r"another import-audit is writing|another process is writing|already exists and was not replaced")
# In memory where the system offers that: reports wait for the disk (`syncfs`), which others may keep busy.
MEMORY = next((place for place in ("/dev/shm",) if os.access(place, os.W_OK)), None)
KINDS = ("report", "pack", "one zip", "one folder", "rejects", "codes", "histories")
Tree = dict[str, Any]


class Broken(Exception):
    pass


def expect(holds: bool, *what: object) -> None:
    if not holds:
        raise Broken(" ".join(str(part) for part in what)[:1500])


def job(name: str, rows: int, code: str, version: int = 0) -> bytes:
    results = [{"error": {"code": code, "message": f"'p{row}@example.org' is refused by {code}"}} if row % 5 == 0 or row == rows - 1
               else {"id": f"00000000-0000-4000-8000-{row:012d}", "created": True} for row in range(rows)]
    created = f"2026-03-{1 + sum(name.encode()) % 28:02}T02:00:00Z"
    return json.dumps({"job_id": name, "status": "complete", "total": rows, "created_at": created,
                       "updated_at": created.replace("T02:00:00", f"T02:10:{version:02}"), "results": results},
                      separators=(",", ":")).encode() + b"\n"


def tree(place: Path, names: list[str]) -> Tree:
    """Files with their bytes (a history with its tables), folders with nothing."""
    found: Tree = {}
    for path in sorted(path for name in names for path in [place / name, *(place / name).rglob("*")]):
        if path.exists():
            is_history = path.suffix == ".sqlite"
            found[str(path.relative_to(place))] = None if path.is_dir() else dump_of(path) if is_history else path.read_bytes()
    return found


def differing(left: Tree, right: Tree) -> list[str]:
    return sorted(name for name in left.keys() | right.keys() if name not in left or name not in right or left[name] != right[name])


class Run:
    """A command that has been started in a folder."""

    def __init__(self, binary: str, place: Path, arguments: list[str]) -> None:
        self.arguments = arguments
        (place / "tmp").mkdir(exist_ok=True)
        command = [binary, *arguments] + ([] if arguments[:2] == ["history", "show"] else ["--no-project-file"])
        self.process = subprocess.Popen(
            command, cwd=place, stdin=subprocess.PIPE if "-" in arguments else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(place / "tmp"), "SWIFT_BACKTRACE": "enable=no"})

    def finish(self) -> "Run":
        try:
            self.output, errors = self.process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise Broken(f"{self}: no end after {SECONDS} s") from None
        self.status, self.said = self.process.returncode, errors.decode(errors="replace")
        return self

    def __str__(self) -> str:
        return " ".join(self.arguments)


class Trials:
    def __init__(self, binary: str, folder: Path, rng: random.Random) -> None:
        self.binary, self.folder, self.rng = binary, folder, rng
        self.number = 0
        self.fresh: dict[Any, Any] = {}
        self.tally: Counter[str] = Counter()

    def place(self) -> Path:
        self.number += 1
        place = self.folder / f"trial-{self.number}"
        place.mkdir()
        return place

    def start(self, place: Path, arguments: list[str]) -> Run:
        return Run(self.binary, place, arguments)

    def clean(self, place: Path, allowed: set[str]) -> None:
        left = [str(path.relative_to(place)) for path in place.rglob("*") if ".partial" in path.name or path.parent.name == "tmp"]
        left += [path.name for path in place.iterdir() if path.name not in allowed | {"tmp"}]
        expect(not left, "left behind:", left[:10])

    # Concurrent runs. Their inputs are in ../base, the same path from the folder of any run.

    def prepare(self) -> None:
        base = self.folder / "base"
        for name, numbers, code in (("a", range(24), "invalid_email"), ("b", range(12, 40), "rate_limited")):
            (base / name).mkdir(parents=True)
            for number in numbers:
                (base / name / f"{number:02}.json").write_bytes(job(f"job-{number}", 20 + 9 * number, code))
        (base / "one.json").write_bytes(job("one", 9000, "invalid_email"))
        (base / "two.json").write_bytes(job("two", 9000, "rate_limited"))
        (base / "sent.csv").write_text("name,email\n" + "".join(f"n{row},p{row}@example.org\n" for row in range(9000)))
        for name in ("a", "b"):
            (base / f"{name}.summary.json").write_bytes(
                self.start(base, ["summary", name, "--format", "json"]).finish().output)
        # Overlapping logs: some jobs are in two of them, some of these in different versions.
        self.logs = [{number: (number * 7 + part) % 3 for number in self.rng.sample(range(60), 30)} for part in range(3)]
        for part, log in enumerate(self.logs):
            (base / f"log-{part}.jsonl").write_bytes(
                b"".join(job(f"job-{number}", 10 + number + 100 * version, "c", version) for number, version in log.items()))
        shutil.rmtree(base / "tmp")

    def choices(self, kind: str) -> list[list[str]]:
        report = [["report", "../base/a"], ["report", "../base/b"], ["report", "../base/one.json"], ["report", "../base/none.json"],
                  ["report", "../base/a", "--formats", "csv,json"], ["report", "../base/b", "--job-reports", "none"],
                  ["merge", "../base/a.summary.json", "../base/b.summary.json"]]
        pack = [report[number] for number in (0, 1, 2, 4)]
        reject = [["rejects", f"../base/{name}.json", "--source", "../base/sent.csv", *options]
                  for name in ("one", "two") for options in ([], ["--annotated"], ["--batch", "400"])]
        return {
            "report": [[*each, "-o", "out"] for each in report],
            "pack": [[*each, "-o", "out", "--pack", "p.zip"] for each in pack],
            "one zip": [[*each, "-o", f"out-{number}", "--pack", "p.zip"] for number, each in enumerate(pack)],
            "one folder": [[*each, "-o", "out", "--pack", f"p-{number}.zip"] for number, each in enumerate(pack)],
            "rejects": [[*each, "-o", "out"] for each in reject],
            "codes": [["codes", f"../base/{name}", "-o", "codes.yml"] for name in ("a", "b", "one.json")],
        }[kind]

    @staticmethod
    def outputs(arguments: list[str]) -> list[str]:
        return [arguments[at + 1] for at, each in enumerate(arguments) if each in ("-o", "--pack")]

    def alone(self, arguments: list[str]) -> tuple[int, Tree, float]:
        """What a run into a fresh folder gives, and how long it takes."""
        key = tuple(arguments)
        if key not in self.fresh:
            place, started = self.place(), time.monotonic()
            run = self.start(place, arguments).finish()
            self.fresh[key] = (run.status, tree(place, self.outputs(arguments)), time.monotonic() - started)
            shutil.rmtree(place)
        return self.fresh[key]

    def try_one(self, kind: str) -> None:
        self.histories() if kind == "histories" else self.together(kind)

    def together(self, kind: str) -> None:
        rng, place = self.rng, self.place()
        choices = self.choices(kind)
        chosen = [rng.choice(choices)] * rng.choice([2, 3]) if rng.random() < 0.3 else rng.sample(choices, rng.choice([2, 3]))
        lasts = max(self.alone(each)[2] for each in chosen)
        offsets = sorted(rng.choice([0, rng.uniform(0, 0.02), rng.uniform(0, lasts)]) for _ in chosen)
        is_killed = rng.random() < 0.2
        started, runs = time.monotonic(), []
        for arguments, offset in zip(chosen, offsets):
            time.sleep(max(0, started + offset - time.monotonic()))
            runs.append(self.start(place, arguments))
        killed = rng.choice(runs)
        if is_killed:
            time.sleep(rng.uniform(0, lasts))
            killed.process.kill()
        for run in runs:
            run.finish()
        done = [run for run in runs if run.status == self.alone(run.arguments)[0]]
        for run in runs:
            if run not in done and not (is_killed and run.status == -9):
                expect(run.status == 73 and REFUSED.search(run.said), f"{run} ended with", run.status, run.said[:500])
                self.tally["refused"] += 1
        names = sorted({name for arguments in choices for name in self.outputs(arguments)})
        found = tree(place, names)
        if not is_killed:
            self.clean(place, set(names))
            useful = [run for run in done if self.alone(run.arguments)[1]] or done
            expect(bool(useful) or any(not self.alone(run.arguments)[1] for run in runs), "all runs are refused:", runs[0].said)
            expect(kind != "codes" or len(useful) == 1, "a draft of codes has been replaced")
            for output in names:
                # If all runs share a folder, a zip in it belongs to the run that wrote the folder.
                group = names if kind == "pack" else [output]
                mine = {name: data for name, data in found.items() if name.split("/")[0] in group}
                # If a run cannot write its zip, its folder is complete or was not begun.
                possible = [{name: data for name, data in self.alone(run.arguments)[1].items() if name.split("/")[0] in group}
                            for run in (runs if kind == "one zip" and output != "p.zip" else useful)
                            if output in self.outputs(run.arguments)]
                is_missing = not mine and all(run not in useful for run in runs if output in self.outputs(run.arguments))
                expect(mine in possible or is_missing, output, "is of none of the runs:",
                       [differing(mine, each)[:5] for each in possible], [str(run) for run in runs], [run.status for run in runs])
            for output in {name for run in useful for name in self.outputs(run.arguments)} - {"codes.yml"} if kind != "rejects" else ():
                if output in found:
                    verified = self.start(place, ["verify", output]).finish()
                    expect(verified.status == 0, f"verify {output}:", verified.said, verified.output.decode()[:500])
        if kind != "codes" or not found:
            last = rng.choice([each for each in choices if self.alone(each)[1]])
            # Only the next run into the same folder removes what a killed one left there.
            if is_killed and kind == "one zip" and self.alone(killed.arguments)[1]:
                last = killed.arguments
            run, (status, expected, _) = self.start(place, last).finish(), self.alone(last)
            expect(run.status == status, f"after them, {run} ended with", run.status, run.said[:500])
            own = tree(place, self.outputs(last))
            expect(own == expected, f"after them, {run} gives other bytes:", differing(own, expected)[:5])
            self.clean(place, set(names))
        self.tally["killed" if is_killed else "together"] += 1
        shutil.rmtree(place)

    def histories(self) -> None:
        """Logs that overlap are added at the same time, by `history add` and `report --history`, and read meanwhile."""
        rng, place = self.rng, self.place()
        possible = set()
        for count in range(len(self.logs) + 1):
            for logs in itertools.combinations(self.logs, count):
                latest = {number: max(log[number] for log in logs if number in log) for log in logs for number in log}
                possible.add((len(latest), sum(10 + number + 100 * version for number, version in latest.items())))
        commands = []
        for part in range(len(self.logs)):
            add = ["history", "add", "h.sqlite", f"../base/log-{part}.jsonl", *rng.choice([[], ["--wait", "0"]])]
            report = ["report", f"../base/log-{part}.jsonl", "-o", f"out-{part}", "--history", "h.sqlite"]
            commands.append(rng.choice([add, add, report]))
        runs = []
        for arguments in rng.sample(commands, len(commands)):
            runs.append(self.start(place, arguments))
            time.sleep(rng.choice([0, rng.uniform(0, 0.05)]))

        def shown() -> tuple[int, int]:
            run = self.start(place, ["history", "show", "h.sqlite", "--format", "json"]).finish()
            if run.status == 66 and not any(each.process.returncode == 0 for each in runs):
                return (0, 0)  # No run has created the history yet.
            expect(run.status == 0, "history show ended with", run.status, run.said[:500])
            totals = json.loads(run.output)["totals"]
            return (totals["jobs"], totals["rows_seen"])

        while any(run.process.poll() is None for run in runs):
            time.sleep(0.02)
            seen = shown()
            expect(seen in possible, "a reader sees", seen, "jobs and rows, which no set of whole runs has")
        for run in runs:
            run.finish()
            refused = run.status == 73 and "--wait" in run.arguments
            expect(run.status == 0 or refused and run.said, f"{run} ended with", run.status, run.said[:500])
            if refused:
                self.tally["refused"] += 1
                expect(self.start(place, run.arguments).finish().status == 0, f"{run} is refused a second time")
        at_once = self.start(place, ["history", "add", "all.sqlite", *[f"../base/log-{part}.jsonl" for part in range(3)]]).finish()
        expect(at_once.status == 0, at_once.said)
        expect(dump_of(place / "h.sqlite") == dump_of(place / "all.sqlite"), "the history is not that of all logs")
        self.clean(place, {"h.sqlite", "all.sqlite", "out-0", "out-1", "out-2"})
        self.tally["histories"] += 1
        shutil.rmtree(place)


def run_trials(trials_of: type[Trials], doc: str | None, count: int, kinds: tuple[str, ...]) -> int:
    """The whole script: trials of random kinds."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    add_seed(parser)
    parser.add_argument("--count", type=int, default=count, help="the number of trials")
    parser.add_argument("--only", choices=kinds, help="only trials of this kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="oracle-", dir=MEMORY) as folder:
        trials = trials_of(str(Path(options.binary).resolve()), Path(folder), random.Random(options.seed))
        trials.prepare()
        for number in range(options.count):
            kind = options.only or trials.rng.choice(kinds)
            try:
                trials.try_one(kind)
            except Broken as broken:
                print(f"BROKEN {kind}: seed {options.seed}, trial {number}: {broken}")
                return 1
    print(f"{options.count} trials, all as promised (seed {options.seed}): {dict(trials.tally)}")
    return 0


if __name__ == "__main__":
    sys.exit(run_trials(Trials, __doc__, 10, KINDS))
