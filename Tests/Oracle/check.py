"""Runs the program over random dumps and compares every number and every cell with the model.

    check.py --binary .build/release/import-audit --seed 1 --count 300 [--keep DIR] [-- OPTION...]

What follows `--` is passed on to both commands. Exit status: 0 all alike, 1 a mismatch (the dump is kept).
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import compare
import generate
import model
from seeds import add_seed

SECONDS = 300


def run(command: list[str]) -> tuple[int, bytes, bytes]:
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return (-1, b"", f"no end after {SECONDS} s".encode())
    return (done.returncode, done.stdout, done.stderr)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def check(binary: str, dump: Path, scratch: Path, extra: list[str]) -> tuple[list[str], int]:
    """The differences that one dump shows, and its number of rows."""
    data = dump.read_bytes()
    job = model.read(data)
    found: list[str] = []
    reports: list[dict[str, bytes]] = []
    summaries: list[bytes] = []

    for again in (False, True):
        out = scratch / ("again" if again else "out")
        if not again:
            out.mkdir()  # The second time, the program creates its folder itself.
        status, _, errors = run(
            [binary, "report", str(dump), "-o", str(out), "--formats", "csv,json", *extra]
        )
        if status != 0:
            return [f"report: exit status {status}, stderr {errors[-500:]!r}"], len(job.rows)
        if not again:
            try:
                found += compare.report(out, data, str(dump), job)
            except OSError as error:
                found.append(f"report: {error}")
        reports.append(contents(out))

        status, printed, errors = run([binary, "summary", "--format", "json", *extra, str(dump)])
        if status != 0:
            return [f"summary: exit status {status}, stderr {errors[-500:]!r}"], len(job.rows)
        summaries.append(printed)

    for name in sorted(reports[0].keys() | reports[1].keys()):
        if reports[0].get(name) != reports[1].get(name):
            found.append(f"{name}: a second run gave other bytes")
    if summaries[0] != summaries[1]:
        found.append("summary: a second run gave other bytes")

    document, fault = compare.parse_summary(summaries[0])
    if fault:
        found.append(f"summary: {fault}")
    else:
        found += (f"summary command: {each}" for each in compare.summary(document, data, str(dump), job, None, False))
    return found, len(job.rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    add_seed(parser)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="the index of the first dump (to repeat one)")
    parser.add_argument("--keep", type=Path, help="where a dump that shows a mismatch is kept")
    parser.add_argument("--all", action="store_true", help="go on after a mismatch")
    parser.add_argument("extra", nargs="*", metavar="-- OPTION", help="options for the program")
    options = parser.parse_args()

    rows = mismatches = 0
    for index in range(options.first, options.first + options.count):
        with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
            dump = Path(folder) / f"dump-{options.seed}-{index}.json"
            dump.write_bytes(generate.dump(options.seed, index))
            found, seen = check(options.binary, dump, Path(folder), options.extra)
            rows += seen
            if not found:
                continue
            mismatches += 1
            keep = options.keep or Path(tempfile.mkdtemp(prefix="oracle-kept-"))
            keep.mkdir(parents=True, exist_ok=True)
            kept = shutil.copy(dump, keep)
            print(f"MISMATCH seed {options.seed} index {index}, {seen} rows, kept as {kept}")
            print(f"  again: --seed {options.seed} --first {index} --count 1")
            for line in found[:12]:
                print(f"  {line}")
            if len(found) > 12:
                print(f"  … and {len(found) - 12} more")
            if not options.all:
                break
    if mismatches:
        return 1
    print(f"{options.count} dumps with {rows} rows compared: all alike (seed {options.seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
