"""Damage in rows that hold objects and lists themselves: some look like rows, some like jobs."""

from __future__ import annotations

import random
from typing import Any

import model
from dress import Obj, Token, write

from .cases import Case, Expected, Maker, layout, many_lines, one_line, pieces, rows_of, set_member, text_of
from .inside import accepts, begins_with_object

# What a row holds besides what the API defines: the record that was sent, the details of an error.
KEYS = ["record", "input", "context", "lists"]


def _value(rng: random.Random, tag: str, deep: int = 2) -> Any:
    """A value with members that rows or jobs have, too."""
    number = rng.randrange(100)
    choices: list[Any] = [
        Obj([("name", f"n{number}"), ("job_id", f"{tag}.inner-{number}")]),
        Obj([("job_id", f"{tag}.inner-{number}"), ("status", "active")]),
        [Obj([("id", f"i-{n}")]) for n in range(rng.randint(1, 4))],
        [Obj([("field", "email"), ("error", "syntax")]) for _ in range(rng.randint(1, 2))],
        Obj([("results", [Token(1), Token(2)]), ("name", "x")]),
        [Token(1), [Token(2)], "x", Obj()],
        Obj([("created", Token("true")), ("id", "x")]),
        Obj([("id", "x"), ("error", Obj([("code", "inner"), ("message", "no")]))]),
    ]
    value = rng.choice(choices)
    if deep and rng.random() < 0.5:
        other = _value(rng, tag, deep - 1)
        return Obj([("a", value), ("b", other)]) if rng.random() < 0.6 else Obj([("list", [value, other])])
    return value


def _dump(rng: random.Random, tag: str) -> Obj:
    """A job of which most rows hold something. Its rows follow its id, and its counts follow its rows."""
    maker = Maker(rng, tag, plain=True)
    rows = []
    for _ in range(rng.randint(4, 9)):
        outcome = rng.choice(["created", "existing", "error"])
        value: Any = Token("true")
        if outcome == "error":
            value = Obj([("code", rng.choice(["conflict", "invalid"])), ("message", "is being imported")])
            if rng.random() < 0.6:
                value.append(("details", _value(rng, tag)))
        row = Obj([("id", maker.uuid()), (outcome, value)])
        if rng.random() < 0.7:
            set_member(row, rng.choice(KEYS), _value(rng, tag), rng)
        rows.append(row)
    failed = sum("error" in dict(row) for row in rows)
    members = Obj([("job_id", f"{tag}.1"), ("status", "complete"), ("results", rows)])
    counts = {"total": len(rows), "processed": len(rows), "succeeded": len(rows) - failed, "failed": failed}
    counts = {key: value for key, value in counts.items() if key == "total" or rng.random() < 0.5}
    at = rng.choice([2, 3])
    members[at:at] = [(key, Token(value)) for key, value in counts.items()]
    return members


def _written(rng: random.Random, members: Obj) -> bytes:
    form = rng.choice(["line", "line", "pretty", "row-per-line"])
    if form != "row-per-line":
        return text_of(members, many_lines(rng) if form == "pretty" else one_line(rng), rng)
    style = one_line(rng)
    parts = []
    for key, value in members:
        text = write(value, style, rng)
        if key == "results":
            text = "[\n" + ",\n".join(write(row, style, rng) for row in value) + "\n]"
        parts.append(f'"{key}":{text}')
    return ("{" + ",".join(parts) + "}").encode()


def _break(rng: random.Random, data: bytes, span: tuple[int, int]) -> bytes:
    """Damages a row, but none of its brackets: where it ends remains plain to see."""
    tokens = [token for token in pieces(data, *span) if token.start > span[0]]
    how = rng.choice(["quote", "quote", "mark", "literal", "behind"])
    if how == "quote":
        token = rng.choice([token for token in tokens if token.kind in ("key", "string")])
        at = rng.choice([token.start, token.end - 1])
        return data[:at] + rng.choice([b"", b"#"]) + data[at + 1 :]
    if how == "mark":
        at = rng.choice([token.start for token in tokens if token.kind in ":,"])
        return data[:at] + rng.choice([b"#", b";", b"\0", b"\x80"]) + data[at + 1 :]
    if how == "literal":
        token = rng.choice([token for token in tokens if token.kind in ("literal", "number", "key")])
        return data[: token.end - 1] + rng.choice([b"#", b"|"]) + data[token.end :]
    # Behind an object or a list that is whole.
    ends = [token.end for token in tokens if token.kind in "}]" and token.end < span[1]] or [span[1] - 1]
    at = rng.choice(ends)
    return data[:at] + rng.choice([b"#", b"??"]) + data[at:]


# What is around the dump, and how it is named then.
AROUND = [
    (b"", b"", None), (b"", b"", None), (b"", b"", None), (b'{"data":', b"}", "#/data"),
    (b'{"data":', b',"took":12}', "#/data"), (b'{"items":[{"name":"x","data":', b"}]}", "#/items/0/data"),
    (b'[{"name":"x","data":', b"}]", "[1]#/data"),
]


def damaged(rng: random.Random, tag: str) -> Case:
    """One row cannot be read: it counts as one, and what it holds is neither a row nor a job."""
    while True:
        clean = _written(rng, _dump(rng, tag))
        found, audit = layout(clean), model.read(clean)
        number = rng.randrange(len(found.rows) - 1)
        data = _break(rng, clean, found.rows[number])
        if not accepts(data) and not begins_with_object(data[found.rows[number][0] :]):
            break
    rows = rows_of(audit)
    rows[number] = ("unclassified", None)
    front, rest, suffix = rng.choice(AROUND)
    expected = Expected(
        audit.job_id, rows=[rows], total=audit.total, must_find={"row-damaged"} | ({"unwrapped"} if suffix else set()),
        may_find={"text-repaired", "dump-malformed"}, rows_found={"row-damaged": [number + 1]}, suffix=suffix,
    )
    return Case("nested", "damaged", front + data + rest, [expected], status=65, name="job.json", strict=not suffix)


def cut(rng: random.Random, tag: str) -> Case:
    """The dump is cut off in a row: what that row holds is no job."""
    clean = _written(rng, _dump(rng, tag))
    found, audit = layout(clean), model.read(clean)
    number = rng.randrange(len(found.rows))
    start, end = found.rows[number]
    at = rng.randint(start, end - 1)
    total = found.member("total")
    expected = Expected(
        audit.job_id, rows=[rows_of(audit)[:number]], total=audit.total if total and total.end < at else None, cut=True,
    )
    return Case("nested", "cut", clean[:at], [expected], status=65, name="job.json", strict=True)


def make(rng: random.Random, tag: str) -> Case:
    return rng.choices([damaged, cut], [4, 1])[0](rng, tag)
