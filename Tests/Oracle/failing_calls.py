"""Runs commands on small inputs while the system fails on purpose, call by call (`Tests/TestSupport/failing_calls.c`).

Every run must end with a documented status and, where it did not succeed, a sentence; each file of the output is the old
one or the new one, whole; nothing is left in the temporary folder; no input changes; nothing hangs. After kill -9 at any
call, a second run ends with the same bytes as a run that nobody disturbed.

    failing_calls.py --binary import-audit --seed random --count 300
    failing_calls.py --binary import-audit --all          every call of every command: half an hour
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field

from seeds import add_seed

STATUSES = {0, 1, 64, 65, 66, 70, 73, 130}
# The possible errors of each call. A call that is cut short or interrupted must have no effect at all.
ERRORS: dict[str, list[str]] = {
    "read": [str(errno.EIO), str(errno.EINTR), "short"],
    "pread": [str(errno.EIO), str(errno.EINTR), "short"],
    "write": [str(errno.ENOSPC), str(errno.EIO), str(errno.EINTR), "short"],
    "open": [str(errno.EMFILE), str(errno.EACCES), str(errno.EIO)],
    "rename": [str(errno.ENOSPC), str(errno.EIO)],
    "mkdir": [str(errno.ENOSPC), str(errno.EACCES)],
    "mkstemp": [str(errno.ENOSPC)],
    "fsync": [str(errno.EIO), str(errno.ENOSPC)],
    "ftruncate": [str(errno.EIO)],
    "unlink": [str(errno.EACCES)],
    "close": [str(errno.EIO)],
    "pthread_create": ["0"],
    "malloc": [str(errno.ENOMEM), "lasting"],
}
# Some commands allocate thousands of times, so of those only a sample is drawn from. The first ones are made before the
# program is asked anything.
MOST_ALLOCATIONS, EARLY_ALLOCATIONS = 60, 32
# What the program says if the runtime or a library would end it.
INTERNAL_FAULT = b"internal fault, or not enough memory"
UNNOTICED = {"short", str(errno.EINTR)}
SQLITE_REASONS = ["disk I/O error", "unable to open database file", "attempt to write a readonly database"]
# Calls that need not succeed for a complete result.
MAY_LEAVE_BEHIND = {"unlink"}

Tree = dict[str, bytes]


@dataclass
class Case:
    name: str
    arguments: list[str]
    # The output files; none if the command only prints.
    output: list[str] = field(default_factory=list)
    # The commands that wrote there before.
    earlier: list[list[str]] = field(default_factory=list)
    # Whether another dump replaces the one that the earlier runs read.
    changes: bool = False
    # The calls that read the dump in/a.json; none if the command does not read it.
    reads: tuple[str, ...] = ("open", "read", "pread")


CASES = [
    Case("summary", ["summary", "in", "--format", "json"]),
    Case("check", ["check", "in", "--max-failed", "50%"]),
    Case("rows", ["rows", "in"]),
    Case("compare", ["compare", "in/a.json", "b2.json"]),
    Case("report of one", ["report", "in/a.json", "-o", "out", "--formats", "md,csv,xhtml,json,eml,explore"], ["out"]),
    Case("report of many", ["report", "in", "-o", "out"], ["out"]),
    Case("report again", ["report", "in", "-o", "out"], ["out"], [["report", "in", "-o", "out"]], changes=True),
    Case("workbook", ["report", "in/a.json", "-o", "out", "--formats", "xlsx"], ["out"]),
    Case("pack", ["report", "in/a.json", "-o", "out", "--pack", "p.zip"], ["out", "p.zip"]),
    Case("rejects", ["rejects", "in/a.json", "--source", "a.csv", "-o", "out", "--annotated"], ["out"]),
    Case("lines", ["report", "in/a.json", "--source", "a.csv", "-o", "out", "--formats", "md,csv,json"], ["out"]),
    Case("merge", ["merge", "s1.json", "s2.json", "-o", "out"], ["out"], reads=()),
    Case("codes", ["codes", "in", "-o", "codes.yml"], ["codes.yml"]),
    Case("history", ["history", "add", "h.sqlite", "in"], ["h.sqlite"], [["history", "add", "h.sqlite", "b2.json"]]),
    Case("report with history", ["report", "in", "-o", "out", "--history", "h.sqlite"], ["out", "h.sqlite"]),
    Case("verify", ["verify", "v.zip", "in/a.json"]),
]


def job(identity: str, failed: range, total: int, message: str = "'{}@x' is no address") -> bytes:
    rows = [
        {"error": {"code": "invalid_email", "message": message.format(f"p{row}")}} if row in failed
        else {"id": f"00000000-0000-4000-8000-{row:012d}", "created": True}
        for row in range(total)
    ]
    return json.dumps({"job_id": identity, "status": "complete", "total": total, "results": rows}).encode()


class Machine:
    """Runs cases, each in a folder of its own."""

    def __init__(self, binary: str, library: str, folder: pathlib.Path) -> None:
        self.binary, self.library, self.folder = binary, library, folder
        self.number = 0
        self.baselines: dict[tuple[str, str], tuple[int, bytes, Tree, Tree]] = {}

    def workspace(self, case: Case) -> pathlib.Path:
        self.number += 1
        place = self.folder / str(self.number)
        (place / "in").mkdir(parents=True)
        (place / "tmp").mkdir()
        (place / "in/a.json").write_bytes(job("a", range(3, 6), 20))
        (place / "in/b.json").write_bytes(job("b", range(0, 2), 8))
        (place / "in/none.json").write_bytes(b'{"message":"No such job"}')
        (place / "b2.json").write_bytes(job("a", range(3, 5), 20))
        (place / "a.csv").write_text("name,email\n" + "".join(f"n{row},p{row}@x\n" for row in range(20)))
        for number in (1, 2) if case.name == "merge" else ():
            (place / f"s{number}.json").write_bytes(
                self.run(place, ["summary", f"in/{'ab'[number - 1]}.json", "--format", "json"]).stdout)
        if case.name == "verify":
            self.run(place, ["report", "in/a.json", "-o", "v", "--pack", "v.zip"])
            shutil.rmtree(place / "v")
        for arguments in case.earlier:
            self.run(place, arguments)
        if case.changes:
            (place / "in/b.json").write_bytes(job("b", range(4, 8), 8, "'{}' is too long"))
        return place

    def run(self, place: pathlib.Path, arguments: list[str], **fault: str) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "TMPDIR": str(place / "tmp"), "SWIFT_BACKTRACE": "enable=no"}
        if fault:
            environment |= {"LD_PRELOAD": self.library} | {f"FAILING_CALL{key}": value for key, value in fault.items()}
            environment |= {"FAILING_CALL_FROM": str(place / "b2.json"), "FAILING_CALL_TO": str(place / "in/a.json")}
            # A sanitizer must not make calls of its own, which could be the ones that fail: to look for leaks and to name
            # functions, it talks to other processes.
            for sanitizer in ("ASAN", "TSAN"):
                name = f"{sanitizer}_OPTIONS"
                if name in environment:
                    environment[name] += ":symbolize=0" + (":detect_leaks=0" if sanitizer == "ASAN" else "")
        return subprocess.run(
            [self.binary, *arguments, "--no-project-file"] if arguments[0] != "validate" else [self.binary, *arguments],
            cwd=place, env=environment, capture_output=True, timeout=120, stdin=subprocess.DEVNULL)

    def baseline(self, case: Case, dump: str = "in/a.json") -> tuple[int, bytes, Tree, Tree]:
        """Of a run that nothing disturbs: its status, what it prints, and the output before and after it.

        `dump`: the file whose content `in/a.json` has.
        """
        if (case.name, dump) not in self.baselines:
            place = self.workspace(case)
            if dump != "in/a.json":
                shutil.copy(place / dump, place / "in/a.json")
            before = tree(place, case.output)
            result = self.run(place, case.arguments)
            self.baselines[case.name, dump] = (result.returncode, result.stdout, before, tree(place, case.output))
            shutil.rmtree(place)
        return self.baselines[case.name, dump]

    def calls(self, case: Case, call: str) -> int:
        place = self.workspace(case)
        self.run(place, case.arguments, **{"": call, "_COUNT": str(place / "count")})
        count = int((place / "count").read_text())
        shutil.rmtree(place)
        return count


def tree(place: pathlib.Path, names: list[str]) -> Tree:
    files: Tree = {}
    for name in names:
        path = place / name
        if path.is_dir():
            files |= {str(file.relative_to(place)): file.read_bytes() for file in path.rglob("*") if file.is_file()}
        elif path.suffix == ".sqlite":
            files |= contents(path)
        elif path.exists():
            files[name] = path.read_bytes()
    return files


def contents(database: pathlib.Path) -> Tree:
    """The tables of a history. A file that a kill left with its journal is read like the next run would: as a copy,
    because reading undoes the transaction."""
    if not database.exists():
        return {}
    with tempfile.TemporaryDirectory() as folder:
        for file in database.parent.glob(database.name + "*"):
            shutil.copy(file, folder)
        with contextlib.closing(sqlite3.connect(pathlib.Path(folder, database.name))) as connection:
            tables = [name for name, in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            # Its tables are created before anything is added to them.
            if "jobs" not in tables or connection.execute("SELECT count(*) FROM jobs").fetchone() == (0,):
                return {}
            return {database.name: "\n".join(connection.iterdump()).encode()}


def check_change(machine: Machine, case: Case, call: str, number: int) -> list[str]:
    """What is wrong if another program changes the dump just before a call."""
    place = machine.workspace(case)
    result = machine.run(place, case.arguments, **{"": call, "_NUMBER": str(number), "_ERROR": "change"})
    now = (result.returncode, result.stdout, tree(place, case.output))
    shutil.rmtree(place)
    # The other program empties the file before it writes, and another thread may read it in between.
    for dump in ("in/a.json", "b2.json", os.devnull):
        status, printed, _, after = machine.baseline(case, dump)
        if now == (status, printed, after):
            return []
    if result.returncode in (65, 66) and b"changed" in result.stderr:
        return []
    return [f"mixes two dumps, and does not say so: {result.returncode} {result.stderr.decode(errors='replace')[:400]}"]


def check(machine: Machine, case: Case, call: str, number: int, error: str) -> list[str]:
    if error == "change":
        return check_change(machine, case, call, number)
    status, printed, before, after = machine.baseline(case)
    place = machine.workspace(case)
    inputs = tree(place, ["in", "a.csv", "b2.json", "s1.json", "s2.json", "v.zip"])
    faults: list[str] = []

    def expect(holds: bool, *what: object) -> None:
        if not holds:
            faults.append(" ".join(str(part) for part in what)[:600])

    try:
        result = machine.run(place, case.arguments, **{"": call, "_NUMBER": str(number), "_ERROR": error})
    except subprocess.TimeoutExpired:
        return ["hangs"]
    said = result.stderr.decode(errors="replace")
    now = tree(place, case.output)
    expect(tree(place, ["in", "a.csv", "b2.json", "s1.json", "s2.json", "v.zip"]) == inputs, "an input has changed")
    ended = INTERNAL_FAULT in result.stderr
    expect(not ended or (call == "malloc" and result.returncode == 70), "status", result.returncode, said)
    if error == "kill" or ended:
        for name, bytes_ in now.items():
            # These are not mistaken for files of the audit, and the next run removes them.
            if "/." in name or name.endswith("manifest.jsonl") or is_left_by_library(case, name):
                continue
            expect(bytes_ in (before.get(name), after.get(name)), name, "is neither the old file nor the new one")
    else:
        expect(result.returncode in STATUSES, "status", result.returncode, said)
        if result.returncode == status and error in UNNOTICED:
            expect(result.stdout == printed, "other output")
            expect(now == after, "other files:", differing(now, after))
        elif error in UNNOTICED:
            expect(False, "is noticed:", result.returncode, said)
        # A report does not contain what could not be read, and says so.
        reason = os.strerror(int(error) or errno.EAGAIN) if error.isdigit() else "-"
        gives_reason = any(reason.encode() in text for text in [result.stderr, result.stdout, *now.values()])
        if call == "malloc":
            # An internal fault: libxml2 may find fault with a page because it could not allocate something.
            gives_reason = b"memory" in result.stderr.lower() or (result.returncode == 70 and bool(said.strip()))
        # SQLite does not always know the error of the system.
        if "h.sqlite" in case.output and "The history cannot be" in said:
            gives_reason = gives_reason or any(words in said for words in SQLITE_REASONS)
        is_complete = result.stdout == printed and (now == after or call in MAY_LEAVE_BEHIND)
        if error not in UNNOTICED and (result.returncode != status or not is_complete):
            expect(gives_reason, "status", result.returncode, "without the reason:", said)
        is_partial = result.returncode in (65, 66) and gives_reason
        for name, bytes_ in now.items():
            if name.endswith("manifest.jsonl") or call in MAY_LEAVE_BEHIND or is_partial:
                continue
            # libxlsxwriter goes on without what it could not allocate, and says so itself (`Docs/reliability.md`).
            if call == "malloc" and name.endswith(".xlsx") and "Memory allocation failed" in said:
                continue
            expect(bytes_ in (before.get(name), after.get(name)), name, "is neither the old file nor the new one", said)
        left = [str(p.relative_to(place)) for p in place.rglob("*") if ".partial" in p.name or p.parent.name == "tmp"]
        expect(not left or call in MAY_LEAVE_BEHIND, "left behind:", left, said)
    # In any case, a second run completes the result, except for `codes`, which replaces no file, and says so.
    if case.output and not (case.name == "codes" and now):
        again = machine.run(place, case.arguments)
        expect(again.returncode == status, "after it, the status is", again.returncode, again.stderr.decode()[:300])
        final = tree(place, case.output)
        final = {name: bytes_ for name, bytes_ in final.items() if not is_left_by_library(case, name)}
        expect(call in MAY_LEAVE_BEHIND or final == after, "after it, other files:", differing(final, after))
    if not faults:
        shutil.rmtree(place)
    return faults


def is_left_by_library(case: Case, name: str) -> bool:
    """Whether it is a temporary file of libxlsxwriter, which a kill can leave (`Docs/reliability.md`)."""
    return case.name == "workbook" and name.startswith("out/tmp.")


def has_unnamed_files(folder: str) -> bool:
    """Whether the file system has files without a name."""
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600))
    except OSError:
        return False
    return True


def differing(left: Tree, right: Tree) -> list[str]:
    return sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--library", help="compiled before; by default it is compiled for this run")
    parser.add_argument("--count", type=int, default=200, help="how many faults are tried, drawn from all")
    parser.add_argument("--all", action="store_true", help="try all")
    parser.add_argument("--case", help="only this one")
    parser.add_argument("--call", choices=[*ERRORS], help="only this function")
    parser.add_argument("--error", help="only this kind: a number of errno.h, short, kill, change or lasting")
    add_seed(parser)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        library = options.library or str(pathlib.Path(folder) / "failing_calls.so")
        if not options.library:
            source = pathlib.Path(__file__).parent.parent / "TestSupport" / "failing_calls.c"
            subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, str(source), "-ldl"], check=True)
        machine = Machine(str(pathlib.Path(options.binary).resolve()), library, pathlib.Path(folder))

        def numbers(case: Case, call: str) -> list[int]:
            count = machine.calls(case, call)
            if call == "malloc" and not options.all:
                early = min(EARLY_ALLOCATIONS, count)
                return sorted(rng.sample(range(early + 1, count + 1), min(MOST_ALLOCATIONS, count - early)))
            return list(range(1, count + 1))

        wanted = [
            (case, call, number, error)
            for case in CASES if options.case in (None, case.name)
            for call, errors in ERRORS.items() if options.call in (None, call)
            for number in numbers(case, call)
            for error in [*errors, *(["kill"] if case.output and call != "malloc" else []),
                          *(["change"] if call in case.reads else [])]
            if options.error in (None, error)
        ]
        tried = wanted if options.all else rng.sample(wanted, min(options.count, len(wanted)))
        # A temporary file with a name would stay after kill -9, even if the name is removed at once.
        named = [] if not has_unnamed_files(folder) else sorted(
            {case.name for case, call, _, _ in wanted if call == "mkstemp" and case.name != "workbook"})
        for name in named:
            print(f"{name}: makes a temporary file with a name")
        failures = len(named)
        kinds: Counter[str] = Counter()
        for case, call, number, error in tried:
            kinds[call] += 1
            for fault in check(machine, case, call, number, error):
                failures += 1
                what = error if not error.isdigit() else errno.errorcode.get(int(error), error)
                print(f"{case.name}: {call} {number} of {what}: {fault}")
        print(f"seed {options.seed}: {len(tried)} of {len(wanted)} faults, {failures} failures; {dict(kinds)}")
        sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
