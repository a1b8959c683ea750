"""Logs, wraps, tears, prefixes and damage of which the right result is known, against the program.

    damage.py --binary PATH --count 3000 --seed 1 [--kinds torn,glued,...] [--keep DIR]
    damage.py --binary PATH --only torn:1:17 [--keep DIR]      one case again
    damage.py --write DIR --only torn:1:17                     only its file, without the program

Many cases go into one run of the program, as files of one folder. A sample also runs alone, through a pipe and
compressed. A seed of `random` is drawn, and printed. Exit status: 0 all as it should be, 1 not.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import compare
import csvtext
from faults import around, encodings, inside, nested, torn, tornwraps, verdict, wraps
from faults.cases import Case
from seeds import add_seed

KINDS: dict[str, Callable[[random.Random, str], Case]] = {
    "torn": lambda rng, tag: torn.log(rng, tag, glued=False),
    "glued": lambda rng, tag: torn.log(rng, tag, glued=True),
    "row-per-line": torn.row_per_line,
    "around": around.make,
    "wraps": wraps.make,
    "encodings": encodings.make,
    "inside": inside.make,
    "nested": nested.make,
    "rows": torn.rows_alone,
    "torn-wraps": tornwraps.make,
    "torn-members": tornwraps.members,
}
WEIGHTS = {"torn": 5, "glued": 3, "row-per-line": 1, "around": 4, "wraps": 4, "encodings": 1, "inside": 5, "nested": 3, "rows": 1, "torn-wraps": 3, "torn-members": 2}

SECONDS = 120
BATCH, BATCH_BYTES = 250, 8_000_000
STATUSES = {0, 65}
TRACES = (b"Fatal error", b"Stack dump", b"Backtrace", b"Program crashed", b"Thread 0", b" at /")


def case(kind: str, seed: int, number: int) -> Case:
    """The same kind, seed and number always give the same case."""
    made = KINDS[kind](random.Random(f"{kind}:{seed}:{number}"), f"{kind}-{number}")
    made.kind, made.id = kind, f"{kind}:{seed}:{number}"
    return made


def cases(kinds: list[str], seed: int, count: int) -> Iterator[Case]:
    """As many cases of each kind as it has weight."""
    weights = sum(WEIGHTS[kind] for kind in kinds)
    for kind in kinds:
        for number in range(max(1, round(count * WEIGHTS[kind] / weights))):
            yield case(kind, seed, number)


# Running


@dataclass
class Run:
    status: int
    output: bytes
    errors: bytes
    command: list[str]

    @property
    def document(self) -> dict[str, Any] | None:
        document, fault = compare.parse_summary(self.output)
        return None if fault else document

    def crash(self) -> str | None:
        """Whether the program ended as it never may."""
        if self.status not in STATUSES:
            return f"exit status {self.status}; stderr {self.errors[-300:]!r}"
        trace = next((mark for mark in TRACES if mark in self.errors), None)
        if trace:
            return f"stderr has {trace!r}: {self.errors[-300:]!r}"
        return None if self.document else "stdout is no summary"


def run(binary: str, options: tuple[str, ...], path: str, threads: int = 1, stdin: bytes | None = None) -> Run:
    command = [binary, "summary", "--format", "json", "--every-dump", "--threads", str(threads), *options, path]
    environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
    more: dict[str, Any] = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, env=environment, **more)
    except subprocess.TimeoutExpired:
        return Run(-1, b"", f"no end after {SECONDS} s".encode(), command)
    return Run(done.returncode, done.stdout, done.stderr, command)


@dataclass
class Tally:
    """What was found, case by case."""

    checked: Counter = field(default_factory=Counter)
    failed: dict[str, list[str]] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    runs: int = 0

    def add(self, case: Case, faults: list[str]) -> None:
        if faults:
            self.cases[case.id] = case
            known = self.failed.setdefault(case.id, [])
            known += (fault for fault in faults if fault not in known)


def batches(found: Iterator[Case]) -> Iterator[list[Case]]:
    """Cases that one run can read: with the same options and, so that its status tells something, the same status."""
    open_ones: dict[tuple, list[Case]] = {}
    sizes: Counter = Counter()
    for each in found:
        key = (each.options, each.status, each.strict)
        open_ones.setdefault(key, []).append(each)
        sizes[key] += len(each.data)
        if len(open_ones[key]) == BATCH or sizes[key] > BATCH_BYTES:
            yield open_ones.pop(key)
            del sizes[key]
    yield from open_ones.values()


def check_batch(binary: str, batch: list[Case], tally: Tally) -> None:
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        names = {}
        for number, each in enumerate(batch):
            path = Path(folder) / f"{number:04}-{each.name}"
            path.write_bytes(each.data)
            names[each.id] = str(path)
        options, status = batch[0].options, batch[0].status
        first = run(binary, options, folder)
        again = run(binary, options, folder, threads=2)
        tally.runs += 2
        document = None if first.crash() else first.document
        alone = document is None
        if document is not None:
            for each in batch:
                tally.add(each, verdict.judge(each, names[each.id], document))
            if first.output != again.output:
                tally.add(batch[0], ["two threads give another output than one (for some case of its batch)"])
            _check_totals(document, batch[0], tally)
            alone = status is not None and first.status != status
        if batch[0].strict:
            strict = run(binary, ("--strict", *options), folder)
            tally.runs += 1
            if strict.document is None:
                tally.add(batch[0], [f"with --strict (for some case of its batch): {strict.crash()}"])
            for each in batch:
                for job in (strict.document or {"jobs": []})["jobs"]:
                    if verdict.belongs(job["source"], names[each.id]):
                        tally.add(each, [f"--strict does not refuse it: {job['job_id']!r}"])
    for each in batch:
        tally.checked[each.kind] += 1
        if alone:
            check_alone(binary, each, tally, more=False)


def _check_totals(document: dict[str, Any], first: Case, tally: Tally) -> None:
    totals = document["totals"]
    for outcome in ("seen", *verdict.OUTCOMES):
        rows = sum(job["rows"].get(outcome, 0) for job in document["jobs"])
        found = totals["rows"].get(outcome, 0)
        if found != rows:
            tally.add(first, [f"totals (of its batch) have {found} rows {outcome}, the jobs {rows}"])


def check_alone(binary: str, each: Case, tally: Tally, more: bool) -> None:
    """The case in a run of its own, which shows its exit status; with more, also from a pipe and compressed."""
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        path = Path(folder) / each.name
        path.write_bytes(each.data)
        plain = run(binary, each.options, str(path))
        tally.runs += 1
        faults = []
        crash = plain.crash()
        if crash:
            faults.append(crash)
        else:
            if each.status is not None and plain.status != each.status:
                faults.append(f"exit status {plain.status}, not {each.status}")
            faults += verdict.judge(each, str(path), plain.document or {})
        if more and not crash:
            compressed = Path(folder) / f"{each.name}.gz"
            compressed.write_bytes(gzip.compress(each.data, 1, mtime=0))
            others = [("from a pipe", "-", each.data), ("compressed", str(compressed), None)]
            for how, name, stdin in others:
                other = run(binary, each.options, name, stdin=stdin)
                tally.runs += 1
                fault = other.crash()
                if not fault and other.status != plain.status:
                    fault = f"exit status {other.status}, not {plain.status}"
                if not fault:
                    fault = _unlike(_placeless(plain, str(path)), _placeless(other, name))
                if fault:
                    faults.append(f"{how}: {fault}")
            if len(each.jobs) == 1 and each.jobs[0].rows and each.jobs[0].certain:
                faults += check_rows(binary, each, path, Path(folder) / "out")
                tally.runs += 1
        tally.add(each, faults)


def check_rows(binary: str, each: Case, path: Path, out: Path) -> list[str]:
    """The rows of a report one by one, in their order; a summary has only their numbers."""
    command = [binary, "report", str(path), "-o", str(out), "--formats", "csv", *each.options]
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    try:
        # For one job among unreadable inputs, it is in the job's own folder.
        table = csvtext.table(next(iter(out.rglob("rows.csv")), out / "rows.csv").read_bytes())
    except (OSError, ValueError) as error:
        return [f"report: exit status {done.returncode}, {error}; stderr {done.stderr[-200:]!r}"]
    at = [table[0].index(name) for name in ("row", "outcome", "error_code")]
    found = [[record[column] for column in at] for record in table[1:]]
    right = [
        [[str(number), outcome, csvtext.cell(code)] for number, (outcome, code) in enumerate(rows, 1)]
        for rows in each.jobs[0].rows
    ]
    if found in right:
        return []
    return list(compare.differ("rows.csv", right[0], found))


def _placeless(done: Run, name: str) -> list:
    """What a run said, without the name of the file."""
    document = json.loads(done.output)
    for entry in document["jobs"] + document["unreadable"]:
        entry["source"] = entry["source"].removeprefix(name)
        for text in entry.get("findings", []) or []:
            text["message"] = text["message"].replace(name, "FILE") if len(name) > 1 else text["message"]
    return document["jobs"] + document["unreadable"] + [document["totals"]]


def _unlike(left: list, right: list) -> str | None:
    if len(left) != len(right):
        return f"{len(right) - 1} jobs and unreadable places, not {len(left) - 1}"
    for one, other in zip(left, right):
        for key in one:
            if one[key] != other.get(key):
                return f"{key} is {compare.short(other.get(key))}, not {compare.short(one[key])}"
    return None


# The command


def _telling(tally: Tally) -> list[str]:
    """The failures in the order in which to look at them: the smallest of each variety first."""
    by_size = sorted(tally.cases.values(), key=lambda each: len(each.data))
    seen: Counter = Counter()
    ranked = []
    for each in by_size:
        ranked.append((seen[each.kind, each.variety], each.id))
        seen[each.kind, each.variety] += 1
    return [id for _, id in sorted(ranked, key=lambda pair: pair[0])]


def report(tally: Tally, binary: str, show: int, keep: Path | None) -> None:
    for number, id in enumerate(_telling(tally)):
        each, faults = tally.cases[id], tally.failed[id]
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{id.replace(':', '-')}-{each.name}").write_bytes(each.data)
        if number < show:
            print(f"FAULT {id} ({each.variety}), {len(each.data)} bytes")
            for fault in faults[:5]:
                print(f"  {fault}")
            print(f"  again: damage.py --binary {binary} --only {id} --keep DIR")
            command = ["import-audit", "summary", "--format", "json", "--every-dump", *each.options, "DIR/…"]
            print(f"  command: {' '.join(command)}")
    if len(tally.failed) > show:
        print(f"… and {len(tally.failed) - show} more")
    varieties = Counter(f"{each.kind}/{each.variety}" for each in tally.cases.values())
    print("failed by kind: " + ", ".join(f"{name} {count}" for name, count in sorted(varieties.items())))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary")
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"of {', '.join(KINDS)}; all by default")
    parser.add_argument("--count", type=int, default=1000, help="how many cases, of all kinds together")
    add_seed(parser)
    parser.add_argument("--only", metavar="KIND:SEED:N", help="only this case, in all ways")
    parser.add_argument("--sample", type=int, default=20, metavar="N", help="1 case of N also runs alone")
    parser.add_argument("--show", type=int, default=10, metavar="N", help="how many failures are printed")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where inputs that show a fault are kept")
    parser.add_argument("--write", type=Path, metavar="DIR", help="only write the files of the cases there")
    options = parser.parse_args()

    kinds = options.kinds.split(",")
    unknown = set(kinds) - set(KINDS)
    if unknown or not (options.binary or options.write):
        parser.error(f"no such kind: {', '.join(sorted(unknown))}" if unknown else "--binary or --write is needed")
    seed = options.seed
    if options.only:
        kind, text, number = options.only.split(":")
        found = iter([case(kind, int(text), int(number))])
    else:
        print(f"seed {seed}", flush=True)
        found = cases(kinds, seed, options.count)

    if options.write:
        options.write.mkdir(parents=True, exist_ok=True)
        for each in found:
            (options.write / f"{each.id.replace(':', '-')}-{each.name}").write_bytes(each.data)
        return 0

    tally = Tally()
    every = 1 if options.only else options.sample
    for batch in batches(found):
        check_batch(options.binary, batch, tally)
        # Different positions in each batch, but always the same ones for a seed.
        for each in batch[seed % every :: every]:
            check_alone(options.binary, each, tally, more=True)
    checked = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.checked.items()))
    if tally.failed:
        report(tally, options.binary, options.show, options.keep)
        of = f"{len(tally.failed)} of {sum(tally.checked.values())} cases"
        print(f"{of} are not as they should be (seed {seed}; {checked})")
        return 1
    print(f"{sum(tally.checked.values())} cases in {tally.runs} runs: all as they should be (seed {seed}; {checked})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
