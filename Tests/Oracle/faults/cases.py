"""A case is one file and what is right about it; here are its parts, and the random jobs that it is made of."""

from __future__ import annotations

import codecs
import random
import re
from dataclasses import dataclass, field
from typing import Any

import jsontext
import model
from content import CODES, DECOYS, MESSAGES, UNKNOWN_KEYS
from dress import Obj, Style, Token, write
from generate import Generator

Rows = list[tuple[str, str | None]]  # The outcome and the code of each row.

# Findings about the surroundings of a dump or about how it was read, not about the contents of the dump itself.
NOTES_ON_READING = {"skipped-text", "unwrapped"}


@dataclass
class Expected:
    """One job that the file holds, and how it must come out."""

    job_id: str | None
    line: int | None = 1  # The line on which it begins (None: it is named by its place in another document),
    column: int = 1  # and the column, if another job begins before it on the line.
    outer_line: int | None = None  # The line of the cut record that it may be a value of, if that is cut behind a colon.
    audit: model.Job | None = None  # The audit of a complete dump; None for any other.
    rows: list[Rows] = field(default_factory=list)  # The rows must be one of these. Empty: not compared.
    total: int | None = None
    cut: bool = False  # Nothing follows the complete rows: the job is reported as salvaged.
    certain: bool | None = True  # False: too little is left for a job. None: may or may not be taken for a job.
    must_find: set[str] = field(default_factory=set)
    may_find: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)  # The message of a finding contains one of these words.
    rows_found: dict[str, list[int]] = field(default_factory=dict)  # The rows that a finding lists.
    example: tuple[str, str, str] | None = None  # A code, with the beginning and the end of its example message.
    absent: set[str] = field(default_factory=set)  # Counts that are null.
    suffix: str | None = None  # What follows the file's name in `source`, if that is specified.

    @staticmethod
    def whole(data: bytes, **more: Any) -> Expected:
        audit = model.read(data)
        return Expected(audit.job_id, audit=audit, total=audit.total, rows=[rows_of(audit)], **more)


@dataclass
class Case:
    kind: str
    variety: str  # A variety of the kind. Failures are counted by it.
    data: bytes
    jobs: list[Expected]
    status: int | None  # None: 0 or 65.
    name: str = "case.log"
    options: tuple[str, ...] = ()
    skipped: bool | None = None  # Whether at least one job reports it. No job may report it twice. None: not compared.
    unreadable: tuple[int, int] = (0, 0)  # The minimum and the maximum number of entries.
    strict: bool = False  # Whether `--strict` refuses all its jobs.
    never: frozenset[str] = frozenset()  # Findings that no job may have.
    some_note: bool = False  # At least one job has a note that is not about the dump itself.
    id: str = ""


def rows_of(audit: model.Job) -> Rows:
    return [(row.outcome, row.code) for row in audit.rows]


# Random jobs

# Omits what would make a case ambiguous: values of a wrong type, and repeated keys.
FEATURES = ("unknown-fields", "odd-rows", "odd-ids", "odd-numbers", "odd-counts", "hostile-text", "shuffled", "job-error")

# Unknown fields that contain members of a job or a row. Together with damage, they could be read in two ways.
_JOBLIKE = {"results", "total", "status", "job_id", "created", "existing", "error", "code"}


def is_plain(value: Any) -> bool:
    if isinstance(value, Obj):
        return all(key not in _JOBLIKE and is_plain(inner) for key, inner in value)
    return not isinstance(value, list) or all(map(is_plain, value))


PLAIN_DECOYS = [value for value in DECOYS if is_plain(value)]


class Maker(Generator):
    """Jobs for faults: small, each with an id of its own, and with nothing that a fault would make ambiguous."""

    def __init__(self, rng: random.Random, tag: str, decoys: bool = False, plain: bool = False) -> None:
        super().__init__(rng)
        self.features = set() if plain else {name for name in FEATURES if rng.random() < 0.25}
        if "hostile-text" not in self.features:
            self.codes = rng.sample(CODES["plain"], 5)
            self.messages = MESSAGES["plain"]
        self.decoys = DECOYS if decoys else PLAIN_DECOYS
        self.tag, self.made = tag, 0

    def add_unknown(self, members: Obj, probability: float) -> None:
        if not self.has("unknown-fields", probability):
            return
        for _ in range(self.rng.choice([1, 1, 2])):
            member = (self.rng.choice(UNKNOWN_KEYS), self.rng.choice(self.decoys))
            members.insert(self.rng.randint(0, len(members)), member)

    def record(self, count: int | None = None) -> Obj:
        """A job with an id that no other has. It has all the fields that tell a job."""
        rows = self.rows(self.rng.randint(0, 5) if count is None else count)
        members = self.job(rows)
        self.made += 1
        more = self.rng.choice(["", "", "", " \u00e9", "\u65e5\u672c", ' "q"', "\\", "}{", "]"])
        set_member(members, "job_id", f"{self.tag}.{self.made}{more if self.has('hostile-text') else ''}", self.rng)
        if not any(key == "total" for key, _ in members):
            set_member(members, "total", Token(len(rows)), self.rng)
        if not isinstance(dict(members).get("status"), str):
            set_member(members, "status", "complete", self.rng)
        if count:
            set_member(members, "results", rows, self.rng)
        return members


def set_member(members: Obj, name: str, value: Any, rng: random.Random) -> None:
    for position, (key, _) in enumerate(members):
        if key == name:
            members[position] = (name, value)
            return
    members.insert(rng.randint(0, len(members)), (name, value))


def one_line(rng: random.Random) -> Style:
    """How shippers of logs write a record: on one line."""
    spaced = rng.random() < 0.5
    return Style(
        colon=rng.choice([": ", ":", " : "]) if spaced else ":",
        comma=", " if spaced else ",",
        ascii=rng.random() < 0.5,
        escaped=rng.choice([0] * 8 + [0.02, 0.3]),
    )


def many_lines(rng: random.Random) -> Style:
    return Style(
        newline=rng.choice(["\n", "\n", "\r\n"]), indent=rng.choice(["  ", "    ", "\t"]), colon=": ",
        ascii=rng.random() < 0.5, escaped=rng.choice([0, 0, 0.02]),
    )


def text_of(value: Any, style: Style, rng: random.Random) -> bytes:
    return write(value, style, rng).encode("utf-8")


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{text[at]:02x}{text[at + 1]:02x}" for at in range(0, len(text), 2)), error.end


codecs.register_error("json-escape", _escape)


def escaped_for(text: bytes, encoding: str) -> bytes:
    """The same dump, with an escape of JSON for each character that the encoding lacks (all are in strings)."""
    return text.decode().encode(encoding, "json-escape").decode(encoding).encode()


# The positions in a record


@dataclass
class Member:
    key: str
    start: int  # The byte offset of the key's opening quotation mark.
    value: int
    end: int


@dataclass
class Layout:
    members: list[Member] = field(default_factory=list)
    rows: list[tuple[int, int]] = field(default_factory=list)
    opened: int | None = None  # The byte offset after the bracket that opens `results`.

    def member(self, key: str) -> Member | None:
        return next((member for member in self.members if member.key == key), None)


def layout(data: bytes) -> Layout:
    """Where the members and the rows of a whole dump lie, in bytes."""
    text = data.decode("latin-1")  # One character per byte.
    decoder, found = jsontext.decoder(), Layout()

    def skip(at: int) -> int:
        while text[at] in " \t\r\n":
            at += 1
        return at

    at = skip(skip(0) + 1)
    while text[at] != "}":
        start = at
        key, at = decoder.raw_decode(text, at)
        value = at = skip(skip(at) + 1)
        if key == "results" and text[at] == "[":
            found.opened = at + 1
            inner = skip(at + 1)
            while text[inner] != "]":
                end = decoder.raw_decode(text, inner)[1]
                found.rows.append((inner, end))
                inner = skip(end)
                inner = skip(inner + 1) if text[inner] == "," else inner
        _, at = decoder.raw_decode(text, at)
        found.members.append(Member(key, start, value, at))
        at = skip(at)
        at = skip(at + 1) if text[at] == "," else at
    return found


_TOKEN = re.compile(rb'"(?:\\.|[^"\\])*"|[-+.0-9eE]+|true|false|null|[{}\[\],:]', re.DOTALL)


@dataclass
class Piece:
    start: int
    end: int
    kind: str  # key, string, number, literal, or the character itself


def pieces(data: bytes, start: int = 0, end: int | None = None) -> list[Piece]:
    """The tokens of a stretch of JSON."""
    found: list[Piece] = []
    for match in _TOKEN.finditer(data, start, len(data) if end is None else end):
        token = match[0]
        if token[:1] == b'"':
            kind = "key" if re.match(rb"\s*:", data[match.end() : match.end() + 80]) else "string"
        elif token in (b"true", b"false", b"null"):
            kind = "literal"
        elif token[:1] in b"{}[],:":
            kind = token.decode()
        else:
            kind = "number"
        found.append(Piece(match.start(), match.end(), kind))
    return found
