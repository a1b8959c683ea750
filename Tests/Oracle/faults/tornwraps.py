"""Dumps in wrappers, with one torn: in logs, the next follows it on its line, or on the next one; in one document that
holds them all, the next is beside it."""

from __future__ import annotations

import json
import random
from dataclasses import replace

from .cases import Case, Expected, Maker, layout, one_line, pieces, text_of
from .torn import cuts, shows_itself, torn

# The front and the rest of a record. In a string, the dump is escaped.
OBJECTS = [
    ('{"data":', "}"), ('{"response":{"data":', "}}"), ('{"time":"2025-03-04T10:06:00Z","body":', "}"),
    ('{"status":200,"body":', "}"), ('{"ok":true,"payload":', ',"took":12}'), ('{ "data": ', " }"), ("", ""),
    ("2025-03-04T10:06:00Z INFO ", ""), ("answer: ", " (200 OK)"),
]
TEXTS = [
    ('{"body":"', '"}'), ('{"log":"', '\\n","stream":"stdout","time":"2025-03-04T10:06:00Z"}'),
    ('{"time":"2025-03-04T10:06:00Z","level":"info","message":"', '"}'), ('{"message":"', '","level":"info"}'),
    ('{"response":{"status":200,"body":"', '"}}'),
]


def make(rng: random.Random, tag: str) -> Case:
    """The records before and after a torn one are whole: each must be found, with all its rows."""
    maker = Maker(rng, tag, plain=True)
    usual = rng.choice([*OBJECTS, *TEXTS])
    is_alike = rng.random() < 0.7
    count = rng.randint(3, 6)
    which = rng.randrange(count - 2)
    glued = rng.random() < 0.6
    style = replace(one_line(rng), ascii=True, escaped=0)
    data, jobs = b"", list[Expected]()
    forms = []
    for number in range(count):
        front, rest = form = usual if is_alike or rng.random() < 0.3 else rng.choice([*OBJECTS, *TEXTS])
        forms.append(form)
        dump = text_of(maker.record(rng.choice([0, 1, 3, 3])), style, rng)
        line = data.count(b"\n") + 1
        column = len(data) - data.rfind(b"\n")

        def written(text: bytes, form: tuple[str, str] = form) -> bytes:
            return json.dumps(text.decode())[1:-1].encode() if form in TEXTS else text

        if number != which:
            jobs.append(Expected.whole(dump, line=line, column=column))
            data += front.encode() + written(dump) + rest.encode() + b"\n"
            continue
        found = layout(dump)
        place = rng.choice(["anywhere", "string", "key", "in-results", "in-row", "after-comma", "between-rows"])
        at = rng.choice(cuts(dump, place, found) or range(1, len(dump)))
        while dump[:at].rstrip()[-1:] in b":[":  # What follows would be the value, or the first of a list of jobs.
            at = rng.randrange(1, len(dump))
        cut = torn(dump, at, line)
        cut.column = column
        # In a wrapper, a status and a total alone do not make a job.
        if not shows_itself(dump, at):
            cut.certain = None
        jobs.append(cut)
        data += front.encode() + written(dump[:at]) + (b"" if glued else b"\n")
    pair = "-".join("text" if form in TEXTS else "object" for form in forms[which : which + 2])
    return Case(
        "torn-wraps", f"{pair}-{'glued' if glued else 'next-line'}", data, jobs,
        status=65 if jobs[which].certain else None, unreadable=(0, 3),
    )


# The front of a document, what is before each dump and behind it, and the end of the document.
DOCUMENTS = {
    "members": ("{", '"{name}":', "", "}"),
    "data-members": ("{", '"{name}":{{"status":200,"data":', "}", "}"),
    "elements": ("[", "", "", "]"),
    "objects": ("[", '{{"name":"{name}","job":', "}", "]"),
    "inner-objects": ('{"items":[', '{{"name":"{name}","data":', "}", "]}"),
}


def members(rng: random.Random, tag: str) -> Case:
    """One document with several dumps, of which one is cut off: those beside it must be found, with all their rows."""
    maker = Maker(rng, tag, plain=True)
    form = rng.choice(list(DOCUMENTS))
    first, front, rest, last = DOCUMENTS[form]
    style = replace(one_line(rng), ascii=True, escaped=0)
    between = rng.choice(["", "", "\n", "\n  "])
    count = rng.randint(3, 5)
    which = rng.randrange(count - 1)
    data, jobs = (first + between).encode(), list[Expected]()
    for number in range(count):
        dump = text_of(maker.record(rng.choice([1, 3, 3])), style, rng)
        data += front.format(name=f"{tag}-{number}").encode()
        if number != which:
            jobs.append(Expected.whole(dump, line=None))
            data += dump + rest.encode()
        else:
            at = rng.randrange(1, len(dump))
            while may_continue(dump[:at]):
                at = rng.randrange(1, len(dump))
            cut = torn(dump, at, 1)
            (cut.line, cut.certain) = (None, None)
            jobs.append(cut)
            data += dump[:at]
        if number + 1 < count:
            data += ("," + between).encode()
    data += (between + last).encode()
    # What is between the dumps behind the torn one is listed piece by piece.
    return Case("torn-members", form, data, jobs, status=65, unreadable=(0, count))


def may_continue(text: bytes) -> bool:
    """Whether what follows the front of a dump may belong to one of its rows, to its rows or to its error."""
    found = pieces(text)
    depth = sum((piece.kind in "{[") - (piece.kind in "}]") for piece in found)
    tail = text[found[-1].end :].strip() if found else text
    return depth > 1 and not tail and found[-1].kind != ":"
