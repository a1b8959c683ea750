"""Checks properties that hold for every archive, on random ones (`generate.py`), without a model of the results.

    properties.py --binary .build/release/import-audit --seed random --count 3

merge       summaries of the parts of any split, merged in any grouping, are the summary of all inputs in that order, byte for byte
order       inputs in any order, and parts merged in any order, have the same jobs, inputs that are none, and totals
threads     1, 2 and 8 threads give the same bytes: summary (text and JSON), check, codes, rows (all formats), report, pack
redaction   pseudonyms change no count, code, row number or group of messages
keys        redacted parts, merged, are the redacted summary of all; parts with another key or none are refused
containers  files, compressed files, a tar, a tar.gz, a zip and one file with all dumps have the same jobs, apart from source names
verify      what report has written passes verify, as a folder and as a pack, with its inputs and without
rows        the rows of `rows`, of rows.csv and of jobs.csv are the numbers of the summary, by job, outcome and code
again       the summary.json of report is what summary prints; a second report changes no byte

Groups of messages with hostile texts may merge when they are redacted (`Docs/redaction.md`), so only their sums are compared.
A failure names the property, the seed and the archive. Exit status: 0 all hold, 1 one does not.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any, Callable

import generate
from check import contents
from concurrency import MEMORY
from seeds import add_seed

SECONDS = 120
NOT_COMPARED: set[str] = set()
OUTCOMES = ("created", "existing", "failed", "unclassified", "applied")
NO_DUMPS = [b'{"message":"No such job"}', b"<html><body>502 Bad Gateway</body></html>\n", b"", b"name,email\na,a@example.com\n"]


class Broken(Exception):
    """A property that does not hold."""


def expect(holds: bool, *what: object) -> None:
    if not holds:
        raise Broken(" ".join(str(part) for part in what)[:1500])


class Archive:
    """A folder `in` with random dumps, and with what is found beside them."""

    def __init__(self, binary: str, seed: int, index: int, place: Path) -> None:
        self.binary, self.place = binary, place
        self.rng = rng = random.Random(f"properties:{seed}:{index}")
        self.is_plain = True  # Without texts that redaction may group differently.
        self.whole: list[str] = []  # The names of inputs that are a single complete dump.
        dumps: list[bytes] = []
        for number in range(rng.choice([1, 2, 3, 5, 8, 12])):
            generator = generate.Generator(random.Random(f"{seed}:{index * 1000 + number}"))
            self.is_plain &= not generator.features & {"hostile-text", "wrong-types", "unknown-fields"}
            dumps.append(generator.dump())
        files = [(data, True) for data in dumps]
        files += [(rng.choice(dumps), True) for _ in range(rng.choice([0, 0, 1, 2]))]  # Copies.
        files += [(rng.choice(NO_DUMPS), False) for _ in range(rng.choice([0, 0, 1]))]
        for _ in range(rng.choice([0, 0, 1])):
            torn = rng.choice(dumps)
            files.append((torn[:rng.randrange(len(torn))], False))
        rng.shuffle(files)
        (place / "in").mkdir()
        self.files = []
        for number, (data, is_whole) in enumerate(files):
            name = f"in/{number:02}-{rng.randrange(1000):03}.json"
            (place / name).write_bytes(data)
            self.files.append(name)
            if is_whole:
                self.whole.append(name)
        for number, name in enumerate(["key", "other-key"]):
            (place / name).write_bytes(bytes([65 + number]) * 32)

    def run(self, *arguments: str, status: set[int] = {0, 65}) -> bytes:
        return self.run_all(*arguments, status=status)[1]

    def run_all(self, *arguments: str, status: set[int]) -> tuple[int, bytes, str]:
        command = [self.binary, *arguments, "--no-project-file"]
        try:
            done = subprocess.run(
                command, cwd=self.place, capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise Broken(f"{' '.join(arguments)}: no end after {SECONDS} s") from None
        errors = done.stderr.decode(errors="replace")
        expect(done.returncode in status, " ".join(arguments), "ended with", done.returncode, errors[-500:])
        return done.returncode, done.stdout, errors

    def summary(self, *inputs: str, options: tuple[str, ...] = ("--sha256",)) -> bytes:
        return self.run("summary", "--format", "json", *options, *inputs)

    def split(self, inputs: list[str]) -> list[list[str]]:
        """Consecutive parts; one of them may be empty of jobs, none is empty of inputs."""
        cuts = sorted(self.rng.sample(range(1, len(inputs)), self.rng.randint(0, min(5, len(inputs) - 1))))
        return [inputs[start:end] for start, end in zip([0, *cuts], [*cuts, len(inputs)])]

    def grouped(self, parts: list[bytes]) -> bytes:
        """Merges neighbours until one is left."""
        parts = parts[:]
        while True:
            count = self.rng.randint(1 if len(parts) == 1 else 2, min(3, len(parts)))
            at = self.rng.randint(0, len(parts) - count)
            parts[at:at + count] = [self.merged(parts[at:at + count])]
            if len(parts) == 1:
                return parts[0]

    def merged(self, parts: list[bytes]) -> bytes:
        names = [f"part-{number}.json" for number in range(len(parts))]
        for name, part in zip(names, parts):
            (self.place / name).write_bytes(part)
        return self.run("merge", *names)

    def shuffled(self) -> list[str]:
        return self.rng.sample(self.files, len(self.files))


def without_order(document: bytes) -> dict[str, Any]:
    """What has the order of the inputs, sorted."""
    parsed = json.loads(document)
    for name in ("jobs", "unreadable"):
        parsed[name] = sorted(json.dumps(each, sort_keys=True) for each in parsed[name])
    return parsed


def first_difference(left: bytes, right: bytes) -> str:
    for number, (one, other) in enumerate(zip(left.splitlines(), right.splitlines()), 1):
        if one != other:
            return f"line {number}: {one[:300]!r} and {other[:300]!r}"
    return f"{len(left)} and {len(right)} bytes"


def same(left: bytes, right: bytes, what: str) -> None:
    expect(left == right, what, "differ at", first_difference(left, right))


def same_files(left: dict[str, bytes], right: dict[str, bytes], what: str) -> None:
    left, right = ({name: data for name, data in each.items() if name not in NOT_COMPARED} for each in (left, right))
    expect(left.keys() == right.keys(), what, "have other files:", sorted(left.keys() ^ right.keys()))
    for name in left:
        same(left[name], right[name], f"{what}: {name}")


def check_merge(archive: Archive) -> None:
    inputs = archive.shuffled()
    identity = archive.rng.choice([("--sha256",), ("--sha256", "--identity")])
    whole = archive.summary(*inputs, options=identity)
    for _ in range(2):
        parts = [archive.summary(*part, options=identity) for part in archive.split(inputs)]
        same(archive.merged(parts), whole, f"{len(parts)} merged parts and all inputs")
        same(archive.grouped(parts), whole, f"{len(parts)} parts merged in groups and all inputs")
    # An input that is not a dump is listed as often as it is given.
    twice, once = json.loads(archive.merged([whole, whole])), json.loads(whole)
    for name in ("jobs", "totals"):
        expect(twice[name] == once[name], f"a summary merged with itself has other {name}")


def check_order(archive: Archive) -> None:
    expected = without_order(archive.summary(*archive.files))
    expect(without_order(archive.summary(*archive.shuffled())) == expected, "other inputs in another order")
    parts = [archive.summary(*part) for part in archive.split(archive.shuffled())]
    archive.rng.shuffle(parts)
    found = without_order(archive.grouped(parts))
    for name in expected:
        expect(found[name] == expected[name], f"{name}: merged in another order {found[name]}, at once {expected[name]}")


def check_threads(archive: Archive) -> None:
    commands = [
        ["summary", "--format", "json", "--identity", "--sha256"], ["summary"], ["codes"], ["summary", "--every-dump"],
        ["check", "--max-failed", "10%", "--fail-on", "critical", "--require-complete", "--format", "json"],
        ["rows"], ["rows", "--format", "jsonl", "--every-dump"], ["rows", "--format", "arrow"],
    ]
    for command in commands:
        runs = [archive.run_all(*command, "in", "--threads", str(count), status={0, 1, 65}) for count in (1, 2, 8)]
        for count, run in zip((2, 8), runs[1:]):
            expect(run[0] == runs[0][0], command, "ends with", runs[0][0], "and with", count, "threads with", run[0])
            same(run[1], runs[0][1], f"{' '.join(command)}: 1 and {count} threads")
    trees = []
    for count in (1, 2, 8):
        out = archive.place / "out"
        archive.run("report", "in", "-o", "out", "--pack", "out.zip", "--threads", str(count), "--fresh",
                    "--formats", "md,csv,xhtml,json,explore")
        trees.append(contents(out) | {"out.zip": (archive.place / "out.zip").read_bytes()})
        shutil.rmtree(out)
    for count, tree in zip((2, 8), trees[1:]):
        same_files(tree, trees[0], f"report: 1 and {count} threads")


def code_shape(code: dict[str, Any], with_groups: bool) -> Any:
    """What pseudonyms must not change: numbers, positions and groups, but no texts."""
    shape = [code["rows"], code["first_row"], code["last_row"], code["share"], code["failure_positions"]]
    if with_groups:
        shape += [code["message_patterns"], sorted(
            (message["rows"], message["first_row"], message["last_row"], message["example_row"],
             [slot["distinct_values"] for slot in message["slots"]]) for message in code["messages"])]
    else:
        shape.append(sum(message["rows"] for message in code["messages"]))
    return json.dumps(shape)


def job_shape(job: dict[str, Any], with_groups: bool) -> Any:
    kept = {name: job[name] for name in ("kind", "total", "bytes", "sha256", "reported", "results", "rows", "outcomes")}
    kept["codes"] = sorted(code_shape(code, with_groups) for code in job["failed_by_code"])
    kept["findings"] = [(each["id"], each["severity"], each["count"], each["rows"]) for each in job["findings"]]
    kept["positions"] = [job["failure_positions"], len(job["failure_stretches"]), len(job["failure_incidents"])]
    return kept


def check_redaction(archive: Archive) -> None:
    # With every dump counted separately: pseudonyms of names may change which of two dumps of a job counts.
    options = ("--sha256", "--identity", "--every-dump")
    plain = json.loads(archive.summary(*archive.files, options=options))
    redacted = json.loads(archive.summary(*archive.files, options=(*options, "--redact", "--redact-key-file", "key")))
    expect(redacted["redacted"]["keyed"] is True, "the summary does not say that its values are pseudonyms")
    expect(len(plain["unreadable"]) == len(redacted["unreadable"]), "other inputs are unreadable")
    expect(len(plain["jobs"]) == len(redacted["jobs"]), "other jobs")
    for one, other in zip(plain["jobs"], redacted["jobs"]):
        left, right = job_shape(one, archive.is_plain), job_shape(other, archive.is_plain)
        for name in left:
            expect(left[name] == right[name], f"{name} of {one['source']}: {left[name]} is {right[name]} when redacted")
        # Equal ids and codes must remain equal.
        expect(len({c["code"] for c in other["failed_by_code"]}) == len({c["code"] for c in one["failed_by_code"]}), "codes")
    for name in ("rows", "jobs", "findings"):
        expect(plain["totals"][name] == redacted["totals"][name], "totals:", name)
    ids = [Counter(Counter(row["job_id"] for row in job_rows(archive, *options)).values())
           for options in ((), ("--redact", "--redact-key-file", "key"))]
    expect(ids[0] == ids[1], "the rows of each job:", ids)


def job_rows(archive: Archive, *options: str) -> list[dict[str, str]]:
    text = archive.run("rows", *archive.files, "--every-dump", *options).decode("utf-8", "surrogateescape")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def check_keys(archive: Archive) -> None:
    def options(key: str) -> tuple[str, ...]:
        return ("--sha256", "--redact", "--redact-key-file", key)

    inputs = archive.shuffled()
    parts = [archive.summary(*part, options=options("key")) for part in archive.split(inputs)]
    whole = archive.summary(*inputs, options=options("key"))
    same(archive.merged(parts), whole, "merged parts with pseudonyms and all inputs with pseudonyms")
    same(archive.grouped(parts), whole, "parts with pseudonyms, merged in groups, and all inputs")
    for other in [options("other-key"), ("--sha256",)]:
        (archive.place / "a.json").write_bytes(whole)
        (archive.place / "b.json").write_bytes(archive.summary(*inputs, options=other))
        merged = json.loads(archive.run("merge", "a.json", "b.json", status={65}))
        alone = json.loads(whole)
        refused = [each["reason"] for each in merged["unreadable"] if each not in alone["unreadable"]]
        expect(len(refused) == 1 and "pseudonyms" in refused[0], "a summary of another key is not refused:", refused)
        expect(merged["jobs"] == alone["jobs"], "what is refused changes the jobs")


def check_containers(archive: Archive) -> None:
    place, names = archive.place, [name.removeprefix("in/") for name in archive.files]
    expected = archive.summary("in").decode()
    for name, mode in (("in.tar", "w"), ("in.tar.gz", "w:gz")):
        with tarfile.open(place / name, mode) as tar:  # type: ignore[call-overload]
            for each in names:
                tar.add(place / "in" / each, each)
    with zipfile.ZipFile(place / "in.zip", "w", archive.rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as packed:
        for each in names:
            packed.write(place / "in" / each, each)
    for name in ("in.tar", "in.tar.gz", "in.zip"):
        same(archive.summary(name).decode().replace(f"{name}!", "in/").encode(), expected.encode(), f"{name} and files")
    (place / "gz").mkdir(exist_ok=True)
    for each in names:
        (place / "gz" / f"{each}.gz").write_bytes(gzip.compress((place / "in" / each).read_bytes()))
    compressed = archive.summary("gz").decode().replace("gz/", "in/").replace(".json.gz", ".json")
    same(compressed.encode(), expected.encode(), "compressed files and files")
    # One after another, or on separate lines: sizes and hashes are then those of the texts alone.
    alone = json.loads(archive.summary(*archive.whole, options=("--every-dump",)))["jobs"]
    between = archive.rng.choice([b"\n", b"\n\n", b"", b" "])
    (place / "all.json").write_bytes(between.join((place / name).read_bytes() for name in archive.whole))
    together = json.loads(archive.summary("all.json", options=("--every-dump",)))
    expect(len(together["jobs"]) == len(alone) and not together["unreadable"], len(alone), "dumps in one file are",
           len(together["jobs"]), "jobs and", together["unreadable"][:2])
    for one, other in zip(alone, together["jobs"]):
        expect(unplaced(one) == unplaced(other), "in one file with others,", one["source"], "is another job")


def unplaced(job: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in job.items() if name not in ("source", "bytes", "sha256")}
    return rest | {"findings": [each for each in rest["findings"] if each["id"] != "skipped-text"]}


def check_verify(archive: Archive) -> None:
    archive.run("report", "in", "-o", "v", "--pack", "v.zip")
    for audit in ("v", "v.zip"):
        for inputs in ([], ["in"], archive.shuffled()):
            archive.run("verify", audit, *inputs, status={0})
        if archive.whole and len(archive.files) > 1:
            archive.run("verify", audit, *[name for name in archive.files if name != archive.whole[0]], status={1})


def check_rows(archive: Archive) -> None:
    # Neither command hashes dumps, so both count copies of an import without an id as separate imports.
    summary = json.loads(archive.summary(*archive.files, options=()))
    printed = archive.run("rows", *archive.files, "--format", "jsonl").splitlines()
    rows = [json.loads(line) for line in printed]
    by_job: Counter[Any] = Counter((row["source"], row["outcome"]) for row in rows)
    by_code: Counter[Any] = Counter(row["error_code"] or None for row in rows if row["outcome"] == "failed")
    for job in summary["jobs"]:
        for outcome in OUTCOMES:
            found = by_job.pop((job["source"], outcome), 0)
            expect(found == job["rows"][outcome], found, outcome, "rows of", job["source"], "and in the summary", job["rows"])
    expect(not by_job, "rows of jobs that the summary has not:", dict(by_job))
    codes = {code["code"]: code["rows"] for code in summary["totals"]["failed_by_code"]}
    expect(dict(by_code) == codes, "rows by code", dict(by_code), "and in the summary", codes)
    totals = summary["totals"]["rows"]
    expect(len(rows) == totals["seen"] == sum(totals[each] for each in OUTCOMES), len(rows), "rows, and in totals", totals)
    table = archive.run("rows", *archive.files).decode("utf-8", "surrogateescape")
    cells = [line["outcome"] for line in csv.DictReader(io.StringIO(table, newline=""))]
    expect(cells == [row["outcome"] for row in rows], "rows as CSV and as JSON Lines differ")
    archive.run("report", "in", "-o", "r", "--formats", "csv,json")
    files = contents(archive.place / "r")
    count = sum(len(list(csv.reader(io.StringIO(data.decode("utf-8", "surrogateescape"), newline="")))) - 1
                for name, data in files.items() if name.endswith("rows.csv"))
    totals = json.loads(files["summary.json"])
    totals = totals["totals"]["rows"] if "totals" in totals else totals["rows"]
    expect(count == totals["seen"], "rows.csv has", count, "rows, the summary", totals["seen"])
    if "jobs.csv" in files:
        jobs = list(csv.DictReader(io.StringIO(files["jobs.csv"].decode("utf-8", "surrogateescape"), newline="")))
        expect(sum(int(job["rows_seen"]) for job in jobs) == totals["seen"], "jobs.csv has other rows")


def check_again(archive: Archive) -> None:
    archive.run("report", *archive.files, "-o", "again")
    before = contents(archive.place / "again")
    printed = archive.summary(*archive.files, options=("--identity", "--sha256"))
    same(before["summary.json"], printed, "summary.json of report and the output of summary")
    archive.run("report", *archive.files, "-o", "again")
    same_files(contents(archive.place / "again"), before, "a report and the same again")


PROPERTIES: dict[str, Callable[[Archive], None]] = {
    "merge": check_merge, "order": check_order, "threads": check_threads, "redaction": check_redaction,
    "keys": check_keys, "containers": check_containers, "verify": check_verify, "rows": check_rows, "again": check_again,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    add_seed(parser)
    parser.add_argument("--count", type=int, default=3, help="the number of archives")
    parser.add_argument("--first", type=int, default=0, help="the index of the first archive (to repeat one)")
    parser.add_argument("--only", choices=PROPERTIES, help="only this property")
    parser.add_argument("--without-manifest", action="store_true", help="do not compare manifest.jsonl")
    options = parser.parse_args()
    NOT_COMPARED.update({"manifest.jsonl"} if options.without_manifest else ())
    binary = str(Path(options.binary).resolve())
    checked = 0
    for index in range(options.first, options.first + options.count):
        for name, check in PROPERTIES.items():
            if options.only not in (None, name):
                continue
            # Each check gets the same archive, whichever others run.
            with tempfile.TemporaryDirectory(prefix="oracle-", dir=MEMORY) as folder:
                try:
                    check(Archive(binary, options.seed, index, Path(folder)))
                except Broken as broken:
                    print(f"BROKEN {name}: seed {options.seed}, archive {index}: {broken}")
                    print(f"  again: --seed {options.seed} --first {index} --count 1 --only {name}")
                    return 1
            checked += 1
    print(f"{checked} checks of {options.count} archives: all properties hold (seed {options.seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
