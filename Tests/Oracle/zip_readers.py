"""Packs random audits (`report --pack`) and unpacks each zip with five programs: all find the files of the audit.

    zip_readers.py --binary PATH --seed 1 --count 15

The readers are Python's zipfile, unzip, 7z, bsdtar (libarchive) and busybox. bsdtar reads the zip from a pipe and so
goes by the headers before the files; zipfile, unzip and 7z go by the list at the end. Exit status: 0 all agree, 1 not
(the zip is kept).
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import generate
from check import run
from readers import Failure, fail, parse

Files = dict[str, bytes]

FORMATS = ["md", "csv", "xhtml", "json", "xlsx", "eml", "slack", "teams", "github", "explore"]
NAMES = ["audit", "a b", "x'y", "a;b$c", "-x", "a.b.c", "%41", "n" * 90, "con", "a\\b", "a\nb", "[a]*?", "#1", "Audit"]
NAMES += ["\u00fcber", "e\u0301", "\u202ex", "\u65e5\u672c\u8a9e", "\U0001f600"]
# File names are UTF-8, whatever the language of the system.
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
OWN = {"MANIFEST.json", "SHA256SUMS"}


# The readers: each unpacks into an empty folder and returns the names that it lists, or None if it lists none


def call(command: list[str], pipe: Path | None = None) -> bytes:
    with pipe.open("rb") if pipe else open(os.devnull, "rb") as source:
        done = subprocess.run(command, stdin=source, capture_output=True, timeout=300, env=ENVIRONMENT)
    if done.returncode or done.stderr:
        said = (done.stderr or done.stdout)[-300:].decode("utf-8", "replace")
        raise Failure(f"{command[0]}: exit status {done.returncode}, {said}")
    return done.stdout


def with_python(packed: Path, folder: Path) -> list[str] | None:
    try:
        with zipfile.ZipFile(packed) as opened:
            bad = opened.testzip()
            if bad:
                raise Failure(f"zipfile: the checksum of {bad} is wrong")
            opened.extractall(folder)
            return opened.namelist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Failure(f"zipfile: {error}") from error


def with_unzip(packed: Path, folder: Path) -> list[str] | None:
    call(["unzip", "-qq", str(packed), "-d", str(folder)])
    return lines(call(["unzip", "-Z1", str(packed)]))


def with_7z(packed: Path, folder: Path) -> list[str] | None:
    call(["7z", "x", "-y", "-bd", f"-o{folder}", str(packed)])
    listed = lines(call(["7z", "l", "-slt", "-ba", str(packed)]))
    return [line.removeprefix("Path = ") for line in listed if line.startswith("Path = ")]


def with_bsdtar(packed: Path, folder: Path) -> list[str] | None:
    call(["bsdtar", "-xf", "-", "-C", str(folder)], pipe=packed)
    return lines(call(["bsdtar", "-tf", "-"], pipe=packed))


def with_busybox(packed: Path, folder: Path) -> list[str] | None:
    call(["busybox", "unzip", "-q", str(packed), "-d", str(folder)])
    return None  # Its list is for people.


def lines(output: bytes) -> list[str]:
    return output.decode("utf-8").splitlines()


READERS: dict[str, Callable[[Path, Path], list[str] | None]] = {
    "zipfile": with_python,
    "unzip": with_unzip,
    "7z": with_7z,
    "bsdtar": with_bsdtar,
    "busybox": with_busybox,
}


def files_in(folder: Path) -> Files:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise Failure(f"{path.relative_to(folder)} is not a plain file")
        if path.is_file():
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


# One audit


def make(binary: str, rng: random.Random, seed: int, index: int, folder: Path) -> tuple[Path, Files]:
    """A pack, and the files of its audit."""
    inputs = []
    for number in range(rng.choice([1, 1, 2, 4])):
        path = folder / f"dump-{number}.json"
        path.write_bytes(generate.dump(seed, index * 10 + number))
        inputs.append(str(path))
    packed = folder / f"{rng.choice(NAMES)}.zip"
    formats = ",".join({"json": 0, **dict.fromkeys(rng.sample(FORMATS, rng.randint(0, len(FORMATS))))})
    options = ["--formats", formats, f"--pack={packed}"]
    if "xhtml" in formats and rng.random() < 0.3:
        options += ["--css", "linked"]
    command = [binary, "report", "-o", str(folder / "audit"), *options, *inputs]
    status, _, errors = run(command)
    if status:
        raise Failure(f"exit status {status}, stderr {errors[-300:]!r}")
    audit = files_in(folder / "audit")
    # Only for the next run, and not packed.
    del audit["manifest.jsonl"]
    return packed, audit


def check(packed: Path, audit: Files, folder: Path) -> int:
    """How many files there are. Raises Failure."""
    listed: dict[str, list[str]] = {}
    first: Files | None = None
    for name, read in READERS.items():
        unpacked = folder / f"by-{name}"
        unpacked.mkdir()
        names = read(packed, unpacked)
        found = files_in(unpacked)
        if names is not None:
            listed[name] = names
            if sorted(names) != sorted(found):
                raise Failure(f"{name} lists {_some(set(names) ^ set(found))} and unpacks other files")
            if names != listed["zipfile"]:
                raise Failure(f"{name} lists the files in another order than zipfile")
        if first is None:
            first = found
            _check_audit(found, audit)
        _compare(name, first, found)
        shutil.rmtree(unpacked)
    return len(first or {})


def _check_audit(found: Files, audit: Files) -> None:
    tops = {name.partition("/")[0] for name in found}
    if len(tops) != 1:
        raise Failure(f"{len(tops)} folders: {_some(tops)}")
    inner = {name.partition("/")[2]: data for name, data in found.items()}
    if not OWN <= set(inner):
        raise Failure(f"{_some(OWN - set(inner))} is missing")
    _compare("zipfile", audit, {name: data for name, data in inner.items() if name not in OWN})


def _compare(reader: str, right: Files, found: Files) -> None:
    if set(right) != set(found):
        raise Failure(f"{reader}: one of both only: {_some(set(right) ^ set(found))}")
    for name, data in right.items():
        if data != found[name]:
            raise Failure(f"{reader}: {name} has other bytes")


def _some(names: set[str]) -> str:
    return ", ".join(sorted(names)[:5])


def main() -> int:
    options = parse(__doc__, 15, "audits")
    tally: Counter = Counter()
    for index in range(options.count):
        rng = random.Random(f"zip:{options.seed}:{index}")
        with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
            packed = None
            try:
                packed, audit = make(options.binary, rng, options.seed, index, Path(folder))
                tally["files"] += check(packed, audit, Path(folder))
                tally["bytes"] += packed.stat().st_size
            except Failure as failure:
                failure.file = packed
                return fail(options, f"audit {index}", failure)
    agree = f"{', '.join(READERS)} agree"
    print(f"{tally['files']} files in {options.count} zips of {tally['bytes']} bytes: {agree} (seed {options.seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
