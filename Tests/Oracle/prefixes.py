"""Cuts and damages whole files, and checks that the program keeps every whole row and never crashes.

    prefixes.py --binary PATH Samples/*.json                     every proper prefix of each file
    prefixes.py --binary PATH --mutate 500 --seed 1 Samples/*.json   500 one-byte changes of each file

Exit status: 0 all as it should be, 1 not (the input is kept).
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import compare
import jsontext
import model
from check import run
from seeds import add_seed

BATCH = 200
BATCH_BYTES = 16_000_000
DAMAGE = {"dump-truncated", "dump-malformed", "row-damaged", "text-repaired"}
# Findings about what follows or surrounds a complete dump are not damage.
AROUND = {"skipped-text", "unwrapped"}
JSON_SPACE = b" \t\n\r"


@dataclass
class Outline:
    """Where the rows of one dump end, found by reading it with Python's json, one value at a time."""

    rows: list[tuple[int, str]] = field(default_factory=list)  # the byte offset after a row, and the row's outcome
    keys: dict[str, int] = field(default_factory=dict)  # the byte offset after the value of a known field

    def whole_rows(self, cut: int) -> list[str]:
        return [outcome for end, outcome in self.rows if end <= cut]

    def known_job(self, cut: int) -> bool:
        """Whether the fields that every import job has were all there before the cut."""
        return all(self.keys.get(key, cut + 1) <= cut for key in ("job_id", "status", "total"))


def outline(data: bytes) -> Outline:
    """Stops quietly where the data stops being JSON."""
    found = Outline()
    try:
        _walk(data, found)
    except (ValueError, IndexError):
        pass
    return found


def _walk(data: bytes, found: Outline) -> None:
    # One character per byte, so json's positions are byte offsets. Everything that structures JSON is ASCII.
    text = data.decode("latin-1")
    decoder = jsontext.decoder()

    def skip(at: int, expected: str = "") -> int:
        while text[at] in " \t\n\r":
            at += 1
        if expected:
            if text[at] != expected:
                raise ValueError(f"no {expected} at byte {at}")
            at = skip(at + 1)
        return at

    at = skip(3 if data.startswith(jsontext.BOM) else 0, "{")
    while text[at] != "}":
        key, at = decoder.raw_decode(text, at)
        at = skip(at, ":") if text[at] == ":" else skip(skip(at), ":")
        if key == "results" and text[at] == "[":
            at = skip(at, "[")
            while text[at] != "]":
                start = at
                _, at = decoder.raw_decode(text, at)
                value = jsontext.load(data[start:at])
                row = model.read_row(value, len(found.rows) + 1, model.Notes())
                found.rows.append((at, row.outcome))
                at = skip(at)
                if text[at] == ",":
                    at = skip(at, ",")
            at += 1
        else:
            _, at = decoder.raw_decode(text, at)
        found.keys[key] = at
        at = skip(at)
        if text[at] == ",":
            at = skip(at, ",")


# One batch of damaged inputs


@dataclass
class Case:
    data: bytes
    name: str
    whole: bool  # Python's json and UTF-8 accept the text, and the file it was made from is an import job
    rows: list[str] | None = None  # outcomes of the rows that must be kept, or None if they are not compared
    must_be_job: bool = False


class Failure(Exception):
    def __init__(self, case: Case | None, why: str) -> None:
        self.case, self.why = case, why


def check_batch(binary: str, cases: list[Case]) -> None:
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        paths = [Path(folder) / f"{number:06}.json" for number in range(len(cases))]
        for path, case in zip(paths, cases):
            path.write_bytes(case.data)
        status, printed, errors = run([binary, "summary", "--every-dump", "--format", "json", *map(str, paths)])
        document, fault = compare.parse_summary(printed)
        if fault:
            raise Failure(None, fault)
        lost = bool(document["unreadable"]) or any(_findings(job) & DAMAGE for job in document["jobs"])
        if status != (65 if lost else 0):
            if len(cases) > 1:
                _single_out(binary, cases)
            why = f"exit status {status}, not {65 if lost else 0}; stderr {errors[-300:]!r}"
            raise Failure(cases[0] if len(cases) == 1 else None, why)
        try:
            _check_document(document, paths, cases)
        except (KeyError, TypeError, AttributeError) as error:
            raise Failure(None, f"not of the contract's shape: {type(error).__name__} {error}") from error


def _single_out(binary: str, cases: list[Case]) -> None:
    """Finds the one input of a batch that makes the exit status wrong, by halves."""
    middle = len(cases) // 2
    check_batch(binary, cases[:middle])
    check_batch(binary, cases[middle:])


def _check_document(document: dict[str, Any], paths: list[Path], cases: list[Case]) -> None:
    place = {path.name: number for number, path in enumerate(paths)}
    answers: dict[int, list[tuple[str, dict]]] = {}
    for kind in ("jobs", "unreadable"):
        order = []
        for entry in document[kind]:
            # A dump that is only a part of a damaged input has its place after the name.
            name, dot, rest = entry["source"].rpartition("/")[2].partition(".json") if "#" not in entry["source"] else (
                entry["source"].partition("#")[0].rpartition("/")[2].partition(".json")
            )
            number = place.get(name + dot, -1)
            order.append(number)
            answers.setdefault(number, []).append((kind, entry))
        if -1 in order or order != sorted(order):
            raise Failure(None, f"{kind} are not in the order given, or are not the inputs: {order[:20]}")
    for number, case in enumerate(cases):
        found = answers.get(number, [])
        if not found:
            raise Failure(case, "is listed neither as a job nor as unreadable")
        # Something in an input, or left over from a damaged one, says nothing about the whole.
        own = [answer for answer in found if "#" not in answer[1]["source"]]
        if case.whole and len(own) > 1:
            raise Failure(case, "is whole, but listed more than once")
        jobs = [answer for answer in own if answer[0] == "jobs"]
        if jobs and len(own) > 1 and not case.must_be_job:
            continue
        for answer in jobs[:1] or own[:1]:
            why = _check_answer(case, *answer)
            if why:
                raise Failure(case, why)


def _findings(job: dict[str, Any]) -> set[str]:
    return {finding["id"] for finding in job["findings"]}


def _check_answer(case: Case, kind: str, entry: dict[str, Any]) -> str | None:
    if kind == "unreadable":
        if case.whole:
            return f"is whole, but unreadable: {entry['reason']!r}"
        if case.must_be_job:
            return f"has whole rows of a known job, but is unreadable: {entry['reason']!r}"
        if case.rows is not None and not ("byte" in entry["reason"] or "empty" in entry["reason"]):
            return f"is unreadable for a reason with no place: {entry['reason']!r}"
        return None

    damaged = _findings(entry) & DAMAGE
    if case.whole and damaged:
        return f"is whole, but has {sorted(damaged)}"
    if not case.whole and not damaged | (_findings(entry) & AROUND):
        return "is damaged, but has no finding that says so"
    rows = entry["rows"]
    if sum(rows[outcome] for outcome in model.OUTCOMES) != rows["seen"]:
        return f"rows do not add up: {rows}"
    if case.rows is not None:
        expected = {outcome: case.rows.count(outcome) for outcome in model.OUTCOMES}
        found = {outcome: rows[outcome] for outcome in model.OUTCOMES}
        if expected != found or rows["seen"] != len(case.rows):
            return f"{len(case.rows)} rows were whole {expected}, found {rows}"
    return None


# The inputs


def prefixes(path: Path) -> Iterator[Case]:
    data = path.read_bytes().rstrip(JSON_SPACE)
    found = outline(data)
    for cut in range(len(data)):
        rows = found.whole_rows(cut)
        yield Case(
            data=data[:cut],
            name=f"{path.name}, first {cut} bytes",
            whole=False,
            rows=rows,
            must_be_job=bool(rows) and found.known_job(cut),
        )


# Bytes that are likely to change what the text means, and a few that are not UTF-8.
TELLING = b'{}[]",:\\/ \t\n\r0123456789-+.eEtfnu\x00\x1f\x7f\x80\xbf\xc0\xc3\xe2\xed\xf4\xff'


def mutations(path: Path, count: int, seed: int) -> Iterator[Case]:
    rng = random.Random(f"{seed}:{path.name}")
    data = path.read_bytes()
    try:
        original = jsontext.load(data)
        job = model.is_import_job(original) or model.is_bulk_job(original)
    except ValueError:
        job = False
    for _ in range(count):
        at = rng.randrange(len(data))
        byte = bytes([rng.choice(TELLING) if rng.random() < 0.6 else rng.randrange(256)])
        kind = rng.choice(["change", "insert", "delete"])
        after = data[at + (kind != "insert") :]
        damaged = data[:at] + (b"" if kind == "delete" else byte) + after
        name = f"{path.name}, {kind} at byte {at}" + ("" if kind == "delete" else f" {byte!r}")
        whole = job and jsontext.accepts(damaged)
        try:
            rows = [row.outcome for row in model.read(damaged).rows] if whole else None
        except model.NotAJob:  # Without its results, nothing shows that it is a bulk job.
            whole, rows = False, None
        yield Case(damaged, name, whole, rows)


def batches(cases: Iterable[Case], every: int = BATCH) -> Iterator[list[Case]]:
    batch: list[Case] = []
    size = 0
    for case in cases:
        batch.append(case)
        size += len(case.data)
        if len(batch) == every or size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def split(cases: Iterable[Case]) -> Iterator[Case]:
    """Whole texts first: a batch of them alone shows the exit status 0."""
    cases = list(cases)
    yield from (case for case in cases if case.whole)
    yield from (case for case in cases if not case.whole)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--mutate", type=int, metavar="N", help="N one-byte changes of each file, not prefixes")
    add_seed(parser)
    parser.add_argument("--single", type=int, default=25, help="how many inputs of each file also run alone")
    parser.add_argument("--keep", type=Path, help="where an input that shows a fault is kept")
    parser.add_argument("files", nargs="+", type=Path)
    options = parser.parse_args()

    checked = 0
    for path in options.files:
        if options.mutate is None:
            cases: Iterable[Case] = prefixes(path)
        else:
            cases = list(split(mutations(path, options.mutate, options.seed)))
        try:
            for batch in batches(cases):
                check_batch(options.binary, batch)
                checked += len(batch)
            # If there is only one input, the exit status is about it alone.
            again = prefixes(path) if options.mutate is None else iter(cases)
            total = len(path.read_bytes()) if options.mutate is None else options.mutate
            for case in islice(again, 0, None, max(1, total // max(1, options.single))):
                if options.single:
                    check_batch(options.binary, [case])
        except Failure as failure:
            return _report(failure, path, options.keep)
    kind = "prefixes" if options.mutate is None else f"one-byte changes (seed {options.seed})"
    print(f"{checked} {kind} of {len(options.files)} files: all as they should be")
    return 0


def _report(failure: Failure, path: Path, keep: Path | None) -> int:
    name = failure.case.name if failure.case else f"a batch of {path.name}"
    print(f"FAULT {name}: {failure.why}")
    if failure.case:
        keep = keep or Path(tempfile.mkdtemp(prefix="oracle-kept-"))
        keep.mkdir(parents=True, exist_ok=True)
        kept = keep / f"damaged-{path.name}"
        kept.write_bytes(failure.case.data)
        print(f"  kept as {kept}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
