"""Runs commands with little memory: at the stated figure all is as if there were plenty, below it nothing is half done.

    memory_limits.py --binary import-audit                       smaller inputs of its own: about 20 s
    memory_limits.py --binary import-audit --cgroup require      fails if this system lets it make no memory cgroup
    memory_limits.py --binary import-audit --measure             the smallest limits with which each run works
    memory_limits.py --binary import-audit --dump D --log L      with large files of your own

Three limits: the address space (`ulimit -v`), which also counts libraries and what is only reserved; less of it than a
run needs; and the memory of a cgroup, which also counts the cache of files. `NOT RUN` says why there was no cgroup.
Exit status: 0 all as it should be, 1 not.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from seeds import add_seed

MIB = 1 << 20
SECONDS = 300
# The loader exits with 127.
OUT_OF_MEMORY = {127}
STATUSES = {0, 1, 64, 65, 66, 70, 73}
# The stated address space for every run with two threads, in MiB. Most of it is libraries and memory that malloc
# reserves.
SPACE = 640


@dataclass(frozen=True)
class Case:
    name: str
    arguments: str
    memory: int  # the stated memory for a cgroup, in MiB
    output: str = ""  # where it writes; empty if it only prints
    earlier: str = ""  # the command that made the old files there


# With two threads, so that the numbers apply to any machine.
CASES = [
    Case("summary", "summary large.json --identity", 64),
    Case("check", "check large.json --max-failed 50%", 64),
    Case("rows", "rows large.json", 64),
    Case("report", "report large.json -o out", 64, "out", "report small.json -o out"),
    Case("rejects", "rejects large.json --source large.csv -o out", 64, "out",
         "rejects small.json --source small.csv -o out"),
    Case("summary of a log", "summary log.jsonl", 64),
    Case("check of a log", "check log.jsonl --max-failed 50%", 64),
    Case("rows of a log", "rows log.jsonl", 64),
    Case("report of a log", "report log.jsonl -o out --job-reports none", 96, "out",
         "report small.json tiny.json -o out --job-reports none"),
    Case("merge", "merge log-summary.json -o out", 96, "out", "merge small-summary.json -o out"),
    Case("history add", "history add h.sqlite log.jsonl", 192, "h.sqlite", "history add h.sqlite small.json"),
    Case("summary of a hostile dump", "summary hostile.json --identity", 96),
    Case("report of a hostile dump", "report hostile.json -o out", 128, "out", "report small.json -o out"),
]


# The inputs


def row(rng: random.Random) -> str:
    number = rng.randbytes(16).hex()
    identity = f"{number[:8]}-{number[8:12]}-4{number[13:16]}-8{number[17:20]}-{number[20:]}"
    return f'{{"id":"{identity}","created":true,"existing":false}}'


def failed(code: str, message: str) -> str:
    return json.dumps({"id": None, "created": False, "existing": False, "error": {"code": code, "message": message}})


def job(identity: str, rows: list[str], day: int = 1, more: str = "") -> str:
    date = f"2026-03-{day:02}T09:00:00Z"
    return (f'{{"job_id":"{identity}","status":"complete",{more}"total":{len(rows)},"created_at":"{date}",'
            f'"updated_at":"{date}","results":[{",".join(rows)}]}}\n')


def some_rows(rng: random.Random, count: int) -> list[str]:
    return [failed("invalid_email", f"'p{each}@x.example' is no address") if each % 20 == 7 else row(rng)
            for each in range(count)]


def hostile(rng: random.Random) -> str:
    """More codes, patterns, values and ids than are told apart, long texts, and deep nesting."""
    words = [rng.randbytes(4).hex().translate(str.maketrans("0123456789", "ghijklmnop")) for _ in range(3000)]
    rows = [failed(f"code-{each}-" + "c" * 1500, f"{words[each % 3000]} of '{each}' in {each}") for each in range(6000)]
    rows += [failed("one", f"{words[each % 3000]} {words[each % 7]} of '{'v' * 90}{each}'") for each in range(30_000)]
    rows += [failed("long", "m" * (3 * MIB)), failed("l" * (3 * MIB), "m"), failed("e", "\\" * MIB)]
    rows += [f'{{"id":"record {each % 40_000} {"r" * 300}","created":true}}' for each in range(80_000)]
    rng.shuffle(rows)
    deep = "[" * 9900 + "]" * 9900
    return job("h", rows, more=f'"unknown":{deep},"{"k" * 2_000_000}":"{"v" * 5_000_000}",')


def make_inputs(folder: Path, rng: random.Random, dump: Path | None, log: Path | None) -> None:
    def source(count: int) -> str:
        return "name,email\n" + "".join(f"n{each},p{each}@x.example\n" for each in range(count))

    large, small = 100_000, 300
    (folder / "small.json").write_text(job("small", some_rows(rng, small)))
    (folder / "tiny.json").write_text(job("tiny", some_rows(rng, 9)))
    (folder / "small.csv").write_text(source(small))
    (folder / "large.csv").write_text(source(large))
    if dump:
        (folder / "large.json").symlink_to(dump.resolve())
    else:
        (folder / "large.json").write_text(job("large", some_rows(rng, large)))
    if log:
        (folder / "log.jsonl").symlink_to(log.resolve())
    else:
        pool = some_rows(rng, 2000)
        with open(folder / "log.jsonl", "w") as file:
            for each in range(12_000):
                start = each * 5 % 1990
                file.write(job(rng.randbytes(16).hex(), pool[start:start + 5], 1 + each % 28))
    (folder / "hostile.json").write_text(hostile(rng))


# Running


def digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass
class Ended:
    status: int
    printed: Path
    said: str


class Place:
    """A folder with the inputs, in which each run finds the old files and leaves what it wrote."""

    def __init__(self, binary: str, folder: Path) -> None:
        self.binary, self.folder = binary, folder
        (folder / "tmp").mkdir()

    def run(self, arguments: str, space: int | None = None, join: Callable[[], None] | None = None) -> Ended:
        def before() -> None:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if space:
                resource.setrlimit(resource.RLIMIT_AS, (space * MIB, space * MIB))
            if join:
                join()

        options = [] if arguments.startswith(("merge", "history show")) else ["--threads", "2"]
        command = [self.binary, *arguments.split(), *options]
        environment = {**os.environ, "TMPDIR": str(self.folder / "tmp"), "SWIFT_BACKTRACE": "enable=no"}
        printed = self.folder / "printed"
        with open(printed, "wb") as out:
            done = subprocess.run(command, cwd=self.folder, stdout=out, stderr=subprocess.PIPE, timeout=SECONDS,
                                  stdin=subprocess.DEVNULL, env=environment, preexec_fn=before)
        return Ended(done.returncode, printed, done.stderr.decode(errors="replace"))

    def set_up(self, case: Case) -> dict[str, str]:
        for name in ("out", "h.sqlite", "h.sqlite-wal", "h.sqlite-shm", "h.sqlite-journal"):
            path = self.folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if case.earlier:
            done = self.run(case.earlier)
            assert done.status == 0, f"{case.earlier}: {done.status} {done.said}"
        return self.files(case)

    def files(self, case: Case) -> dict[str, str]:
        """The hashes of what is written; of a history, of all that it shows."""
        if case.output.endswith(".sqlite"):
            return {case.output: digest(self.run(f"history show {case.output} --format json").printed)}
        out = self.folder / case.output
        return {str(path.relative_to(out)): digest(path) for path in out.rglob("*") if path.is_file()
                } if case.output else {}

    def inputs(self) -> dict[str, tuple[int, int]]:
        return {path.name: (path.stat().st_size, path.stat().st_mtime_ns) for path in self.folder.iterdir()
                if path.suffix in {".json", ".jsonl", ".csv"}}



@dataclass
class Expected:
    status: int
    printed: str
    old: dict[str, str]
    new: dict[str, str]


def baseline(place: Place, case: Case) -> Expected:
    old = place.set_up(case)
    done = place.run(case.arguments)
    # A long text is cut, which is a finding, not an error of the run. A rule that is not met is a result, too.
    assert done.status in {0, 1}, f"{case.name}: status {done.status}, {done.said[-300:]}"
    return Expected(done.status, digest(done.printed), old, place.files(case))


def is_whole(place: Place, case: Case, done: Ended, expected: Expected) -> list[str]:
    """What is wrong with a run that had enough."""
    faults = []
    if done.status != expected.status:
        faults.append(f"status {done.status}, not {expected.status}: {done.said[-300:]!r}")
    elif digest(done.printed) != expected.printed:
        faults.append("prints something else")
    now = place.files(case)
    differ = sorted(name for name in now.keys() | expected.new.keys() if now.get(name) != expected.new.get(name))
    return faults + ([f"other files: {differ[:5]}"] if differ else [])


def is_harmless(place: Place, case: Case, done: Ended, expected: Expected) -> list[str]:
    """What is wrong with a run that may have had too little."""
    if done.status == expected.status:
        return is_whole(place, case, done, expected)
    faults = []
    if done.status not in OUT_OF_MEMORY | STATUSES:
        faults.append(f"ends with {done.status}: {done.said[-300:]!r}")
    if done.status in STATUSES and not done.said.strip():
        faults.append(f"ends with status {done.status} and no sentence")
    for name, hash_ in place.files(case).items():
        # A partial file is not mistaken for a result. The manifest says that the run did not finish.
        is_partial = Path(name).name.startswith(".") and name.endswith(".partial")
        if is_partial or name == "manifest.jsonl":
            continue
        if hash_ not in (expected.old.get(name), expected.new.get(name)):
            faults.append(f"{name} is neither the old one nor the new one")
    if case.output:
        again = place.run(case.arguments)
        faults += [f"after it: {fault}" for fault in is_whole(place, case, again, expected)]
    return faults


def smallest(is_enough: Callable[[int], bool]) -> int:
    """In MiB, to within 4."""
    low, high = 4, 1024
    while high - low > 4:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def measure(place: Place, case: Case, expected: Expected, not_run: str) -> str:
    def in_space(space: int) -> bool:
        place.set_up(case)
        return place.run(case.arguments, space).status == expected.status

    space = f"{case.name}: {smallest(in_space)} MiB of address space"
    if not_run:
        return space
    return f"{space}, {smallest(lambda memory: not in_cgroup(place, case, expected, memory))} MiB in a cgroup"


# Memory cgroups, version 1 or 2


class NoCgroup(Exception):
    pass


@contextlib.contextmanager
def cgroup(mebibytes: int) -> Iterator[tuple[Callable[[], None], Callable[[], str]]]:
    """A new cgroup below that of this process; what makes a process join it, and what it says of a kill."""
    own = dict(line.split(":", 2)[1:] for line in Path("/proc/self/cgroup").read_text().splitlines())
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    old = [m[1] for m in mounts if m[2] == "cgroup" and "memory" in m[3].split(",")]
    new = [m[1] for m in mounts if m[2] == "cgroup2"]
    if old and "memory" in own:
        parent, limit, swap = Path(old[0] + own["memory"]), "memory.limit_in_bytes", "memory.memsw.limit_in_bytes"
    elif new and "" in own:
        parent, limit, swap = Path(new[0] + own[""]), "memory.max", "memory.swap.max"
    else:
        raise NoCgroup("no memory cgroup is mounted")
    group = parent / f"import-audit-{os.getpid()}"
    try:
        group.mkdir()
    except OSError as error:
        raise NoCgroup(f"{group}: {error.strerror}") from None
    try:
        if not (group / limit).exists():
            raise NoCgroup(f"{parent} hands its memory controller to no child")
        (group / limit).write_text(str(mebibytes * MIB))
        if (group / swap).exists():
            (group / swap).write_text("0" if swap == "memory.swap.max" else str(mebibytes * MIB))
        events = group / ("memory.events" if limit == "memory.max" else "memory.oom_control")
        yield (lambda: (group / "cgroup.procs").write_text(str(os.getpid()))), events.read_text
    except (OSError, subprocess.SubprocessError) as error:
        raise NoCgroup(f"{group}: {error}") from None
    finally:
        for _ in range(50):
            with contextlib.suppress(OSError):
                group.rmdir()
                break
            time.sleep(0.1)


def in_cgroup(place: Place, case: Case, expected: Expected, mebibytes: int) -> list[str]:
    place.set_up(case)
    with cgroup(mebibytes) as (join, events):
        done = place.run(case.arguments, join=join)
        killed = [line for line in events().splitlines() if line.startswith("oom_kill ") and line != "oom_kill 0"]
    return is_whole(place, case, done, expected) + (["the system killed it"] if killed else [])


def is_in_memory(folder: Path) -> bool:
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    above = [m for m in mounts if folder.is_relative_to(m[1])]
    return bool(above) and max(above, key=lambda m: len(m[1]))[2] in {"tmpfs", "ramfs"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    add_seed(parser)
    parser.add_argument("--case", help="only this one")
    parser.add_argument("--count", type=int, default=1, help="how often each run gets too little address space")
    parser.add_argument("--measure", action="store_true", help="print the smallest address space of each run")
    parser.add_argument("--dump", type=Path, help="a dump instead of the large one; rejects are left out")
    parser.add_argument("--log", type=Path, help="a log instead of the own one")
    parser.add_argument("--cgroup", choices=["auto", "require", "off"], default="auto", help="auto by default")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    faults = 0
    not_run = "--cgroup off" if options.cgroup == "off" else ""
    tried = {"at the stated address space": 0, "below it": 0, "in a cgroup": 0}

    with tempfile.TemporaryDirectory(prefix="oracle-") as name:
        folder = Path(name)
        if is_in_memory(folder):
            not_run = not_run or f"files of {folder} are in memory, which a cgroup counts; set TMPDIR to a disk"
        place = Place(str(Path(options.binary).resolve()), folder)
        make_inputs(folder, rng, options.dump, options.log)
        for which in ("log.jsonl", "small.json") if options.case in (None, "merge") else ():
            done = place.run(f"summary {which} --format json --sha256")
            (folder / (which.partition(".")[0] + "-summary.json")).write_bytes(done.printed.read_bytes())
        for case in CASES:
            if options.case not in (None, case.name) or (options.dump and case.name == "rejects"):
                continue
            expected = baseline(place, case)
            inputs = place.inputs()
            if options.measure:
                print(measure(place, case, expected, not_run), flush=True)
                continue
            found: list[str] = []
            place.set_up(case)
            found += [f"with {SPACE} MiB of address space: {fault}"
                      for fault in is_whole(place, case, place.run(case.arguments, SPACE), expected)]
            tried["at the stated address space"] += 1
            for _ in range(options.count):
                space = rng.randrange(100, SPACE)
                place.set_up(case)
                found += [f"with {space} MiB of address space: {fault}"
                          for fault in is_harmless(place, case, place.run(case.arguments, space), expected)]
                tried["below it"] += 1
            if not not_run:
                try:
                    found += [f"in a cgroup of {case.memory} MiB: {fault}"
                              for fault in in_cgroup(place, case, expected, case.memory)]
                    tried["in a cgroup"] += 1
                except NoCgroup as error:
                    not_run = str(error)
            found += ["an input has changed"] if place.inputs() != inputs else []
            left = [path.name for path in (folder / "tmp").iterdir()]
            found += [f"left in the folder for temporary files: {left}"] if left else []
            faults += len(found)
            for fault in found:
                print(f"FAULT {case.name}: {fault}")
    if not options.measure:
        counts = "; ".join(f"{count} runs {what}" for what, count in tried.items())
        print(f"{counts}: {faults} faults (seed {options.seed})")
        if not_run:
            print(f"NOT RUN in a cgroup: {not_run}")
    return 1 if faults or (not_run and options.cgroup == "require") else 0


if __name__ == "__main__":
    sys.exit(main())
