"""What a bound is, and a folder in which one size of it is tried."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS = 300


@dataclass(frozen=True)
class Bound:
    name: str
    # The document that states the bound.
    stated: str
    at: int
    # Makes an input of this size, runs the command, and returns what it observes.
    seen: Callable[[Work, int], Any]
    # The result that the document promises for this size.
    promised: Callable[[int], Any]
    # The distance of the tried sizes from the bound: more than 1 where the document states the bound less exactly.
    step: int = 1
    slow: bool = False
    # False if the program counts whole pieces, or also counts something else. Then the exact size is not tried.
    is_exact: bool = True

    @property
    def sizes(self) -> list[int]:
        return [self.at - self.step, *([self.at] if self.is_exact else []), self.at + self.step]


def upto(at: int) -> Callable[[int], bool]:
    return lambda size: size <= at


def beyond(at: int) -> Callable[[int], bool]:
    return lambda size: size > at


def most(at: int) -> Callable[[int], int]:
    return lambda size: min(size, at)


@dataclass
class Ended:
    status: int
    printed: bytes
    said: str

    @property
    def text(self) -> str:
        return self.printed.decode(errors="replace")

    @property
    def document(self) -> Any:
        return json.loads(self.printed)


class Work:
    """A folder for one size of a bound."""

    def __init__(self, binary: str, folder: Path) -> None:
        self.binary, self.folder = binary, folder

    def file(self, name: str, data: str | bytes) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return name

    def run(self, *arguments: str) -> Ended:
        done = subprocess.run(
            [self.binary, *arguments], cwd=self.folder, capture_output=True, timeout=SECONDS,
            stdin=subprocess.DEVNULL, env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
        return Ended(done.returncode, done.stdout, done.stderr.decode(errors="replace"))

    def summary(self, *arguments: str) -> Any:
        done = self.run("summary", "--format", "json", *arguments)
        assert done.status in {0, 65}, f"status {done.status}: {done.said[-300:]}"
        return done.document

    def job(self, dump: str | bytes, *options: str) -> Any:
        """The job of one dump, as in a summary."""
        return self.summary(self.file("job.json", dump), *options)["jobs"][0]

    def page(self, *arguments: str, formats: str = "md", name: str = "report.md") -> str:
        """A file of the report of what the arguments name."""
        done = self.run("report", *arguments, "-o", "out", "--formats", formats)
        assert done.status in {0, 1, 65}, f"status {done.status}: {done.said[-300:]}"
        return (self.folder / "out" / name).read_text(errors="replace")


# Dumps


def failed(code: str | None = "c", message: str | None = "m", **more: Any) -> str:
    error = {"code": code, "message": message, **more}
    return json.dumps({"id": None, "created": False, "existing": False, "error": error})


def created(identity: str, existing: bool = False) -> str:
    return json.dumps({"id": identity, "created": not existing, "existing": existing})


CREATED = '{"id":null,"created":true,"existing":false}'


def dump(rows: Iterable[str], identity: str = "j", **more: Any) -> str:
    rows = list(rows)
    head = {"job_id": identity, "status": "complete", "total": len(rows), "created_at": "2026-03-01T09:00:00Z", **more}
    return json.dumps(head)[:-1] + ', "results": [' + ",".join(rows) + "]}"


def findings(job: Any) -> set[str]:
    return {finding["id"] for finding in job["findings"]}


def finding(job: Any, name: str) -> Any:
    return next((each for each in job["findings"] if each["id"] == name), None)


def word(number: int) -> str:
    """A word without digits, for a pattern of its own."""
    letters = ""
    for _ in range(4):
        letters += chr(ord("a") + number % 26)
        number //= 26
    return "w" + letters


def says(text: str, shown: int, size: int) -> bool:
    """Whether it says “N of M”, which it must if and only if something is left out."""
    return re.search(rf"(?<![\d,]){shown:,} of {size:,}(?![\d,])", text) is not None
