"""Dumps that are damaged inside: a string of a row, a row itself, or a value that is no JSON."""

from __future__ import annotations

import json
import random
import re

import jsontext
import model
from dress import Obj, Token

from .cases import Case, Expected, Maker, Rows, layout, many_lines, one_line, pieces, rows_of, set_member, text_of


def _dump(rng: random.Random, tag: str, least: int = 3) -> Obj:
    """A plain job, with rows of the usual members alone: whatever is done to one row, the others are what they were."""
    maker = Maker(rng, tag, plain=True)
    rows = []
    for row in maker.rows(rng.randint(least, 12)):
        if dict(row).get("error"):
            code, message = rng.choice(["invalid_email", "rate_limited"]), rng.choice(["no address", "again"])
            error = Obj([("code", code), ("message", message)])
            row = Obj([(key, error if key == "error" else value) for key, value in row])
        rows.append(row)
    members = maker.record(0)
    counts = {"total": len(rows), "processed": len(rows), "failed": sum(bool(dict(row).get("error")) for row in rows)}
    counts["succeeded"] = counts["total"] - counts["failed"]
    kept = [(key, value) for key, value in members if key not in ("results", "error", *counts)]
    kept += [(key, Token(value)) for key, value in counts.items()]
    set_member(kept, "status", "complete", rng)
    if rng.random() < 0.3:
        rng.shuffle(kept)
    kept.insert(rng.choice([len(kept), rng.randint(0, len(kept))]), ("results", rows))
    return Obj(kept)


def _written(rng: random.Random, members: Obj) -> bytes:
    return text_of(members, many_lines(rng) if rng.random() < 0.4 else one_line(rng), rng)


def _case(variety: str, data: bytes, expected: Expected, **more) -> Case:
    return Case("inside", variety, data, [expected], status=65, name="job.json", strict=True, **more)


# Strings

BYTES = [b"\x80", b"\x9f", b"\xbf", b"\xc0", b"\xc1", b"\xe9", b"\xf1", b"\xf5", b"\xff"]
CONTROLS = [b"\0", b"\x01", b"\t", b"\n", b"\x0b", b"\x1b", b"\x1f"]
ESCAPES = [b"\\q", b"\\x", b"\\'", b"\\0", b"\\e", b"\\U", b"\\a", b"\\ ", b"\\N"]


def strings(rng: random.Random, tag: str) -> Case:
    """Bytes in strings that no string may have: every row counts, and U+FFFD stands in the place of the fault."""
    variety = rng.choice(["byte", "control", "escape"])
    place = rng.choice(["message", "message", "code", "id", "unknown", "job-error"])
    members = _dump(rng, tag)
    rows = dict(members)["results"]
    numbers = sorted(rng.sample(range(len(rows)), 1 if place in ("code", "message") else rng.randint(1, 3)))
    if place == "job-error":
        members.append(("error", Obj([("code", "stopped"), ("message", "worker @fault@ lost")])))
        numbers = []
    for number in numbers:
        if place in ("message", "code"):
            message = "value @fault@ is wrong" if place == "message" else "m"
            code = "code@fault@" if place == "code" else "torn_text"
            error = Obj([("code", code), ("message", message)])
            rows[number] = Obj([member for member in rows[number] if member[0] == "id"] + [("error", error)])
        elif place == "id":
            set_member(rows[number], "id", "182bd5e5@fault@", rng)
        else:
            set_member(rows[number], "note", "of @fault@", rng)
    clean = _written(rng, members)
    if clean.count(b"@fault@") != max(1, len(numbers)):  # This style writes characters as escapes.
        return strings(rng, tag)
    fault = rng.choice({"byte": BYTES, "control": CONTROLS, "escape": ESCAPES}[variety])
    data = clean.replace(b"@fault@", fault)

    # For an unknown escape, the character after the backslash may be shown, too.
    shown = ["\ufffd"] + (["\ufffd" + fault[1:].decode()] if variety == "escape" else [])
    audits = [model.read(clean.replace(b"@fault@", text.encode())) for text in shown]
    expected = Expected(
        audits[0].job_id, rows=[rows_of(audit) for audit in audits], total=audits[0].total,
        must_find={"text-repaired"},
        rows_found={"text-repaired": [number + 1 for number in numbers]},
    )
    if place == "message":
        expected.example = ("torn_text", "value \ufffd", " is wrong")
    return _case(f"string-{variety}", data, expected)


# Rows


def accepts(data: bytes) -> bool:
    """Whether the text would be JSON again, if control characters in strings were let pass."""
    try:
        json.loads(data.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def whole_rows(data: bytes) -> list[str]:
    """The outcomes of all that looks like a row, in whatever it lies: read from each brace on."""
    found, at, text = [], 0, data.decode("utf-8", "replace")
    decoder = json.JSONDecoder()
    while (at := text.find("{", at)) >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except ValueError:
            at += 1
            continue
        if not value or set(value) & model.ROW_FIELDS:  # The object of an error is not a row.
            found.append(model.read_row(jsontext.load(text[at:end].encode()), 0, model.Notes()).outcome)
        at = end
    return found


def _break(rng: random.Random, data: bytes, span: tuple[int, int], how: str) -> bytes:
    """Damages the text of one row."""
    start, end = span
    tokens = pieces(data, start, end)
    # The bytes that structure a row: brackets, colons, commas, and the quotation marks of strings.
    marks = [token.start for token in tokens if token.kind in "{}:,"]
    quotes = [at for token in tokens if token.kind in ("key", "string") for at in (token.start, token.end - 1)]
    at = rng.choice(marks if rng.random() < 0.6 else quotes)
    if how == "delete":
        return data[:at] + data[at + 1 :]
    if how == "replace":
        wrong = [b"#", b";", b"|", b"@", b"\0", b")", b"\x80"]
        if at != start:  # Before a row, it would end the array.
            wrong.append(b"]")
        return data[:at] + rng.choice(wrong) + data[at + 1 :]
    if how == "overwrite":
        # Start at a structural byte: inside a string, the damage would be taken for text.
        length = rng.randint(1, end - at)
        return data[:at] + rng.choice([b"\0", b"#", b"\xff", b"?"]) * length + data[at + length :]
    first = rng.randrange(start + 1, end - 1)
    return data[:first] + data[rng.randint(first + 1, end) :]


def _read_over(data: bytes) -> bytes:
    """Without what is read over in a row: commas too many, an escape that is none."""
    data = re.sub(rb",(\s*,)+", b",", data)
    data = re.sub(rb",(\s*[}\]])", rb"\1", data)
    return re.sub(rb"\\(u(?![0-9A-Fa-f]{4})[0-9A-Fa-f]{0,3}|[^u\"\\/bfnrt])", b"?", data)


def begins_with_object(data: bytes) -> bool:
    try:
        return isinstance(json.JSONDecoder(strict=False).raw_decode(data.decode("utf-8", "replace"))[0], dict)
    except ValueError:
        return False


def structure(rng: random.Random, tag: str) -> Case:
    """A row that cannot be read any more: one row, unclassified, and all the others are what they were."""
    how = rng.choice(["delete", "delete", "replace", "overwrite", "cut", "cut-across"])
    while True:
        members = _dump(rng, tag, least=4)
        clean = _written(rng, members)
        found = layout(clean)
        audit = model.read(clean)
        number = rng.randrange(len(found.rows) - 2)
        if how == "cut-across":
            (start, end), (start2, end2) = found.rows[number : number + 2]
            first = rng.randint(start + 1, end - 1)
            data = clean[:first] + clean[rng.randint(start2 + 1, end2 - 1) :]
            lost = 2
        else:
            data = _break(rng, clean, found.rows[number], how)
            lost = 1
        # The remaining rows must be unambiguous, and the rest of the damaged row must not look like a row.
        others = [row.outcome for row in audit.rows[:number] + audit.rows[number + lost :]]
        # Nor may that rest begin with a complete object that is followed by something else.
        start = found.rows[number][0]
        if all(
            not accepts(text) and whole_rows(text) == others and not begins_with_object(text[start:])
            for text in (data, _read_over(data))
        ):
            break
    rows = rows_of(audit)
    left: Rows = rows[:number] + [("unclassified", None)] + rows[number + lost :]
    expected = Expected(
        audit.job_id, rows=[left], total=audit.total, must_find={"row-damaged"},
        may_find={"text-repaired", "dump-malformed"}, rows_found={"row-damaged": [number + 1]},
    )
    return _case(f"row-{how}", data, expected)


def last_row(rng: random.Random, tag: str) -> Case:
    """The last row is damaged: none follows by which one would know where it ends."""
    while True:
        members = _dump(rng, tag)
        clean = _written(rng, members)
        audit, found = model.read(clean), layout(clean)
        data = _break(rng, clean, found.rows[-1], rng.choice(["delete", "replace", "cut"]))
        # The rest of the row must not look like a row, even if an escape in it is repaired.
        others = [row.outcome for row in audit.rows[:-1]]
        start = found.rows[-1][0]
        if all(
            not accepts(text) and whole_rows(text) == others and not begins_with_object(text[start:])
            for text in (data, _read_over(data))
        ):
            break
    rows = rows_of(audit)
    # It is unknown whether the text after the last complete row was a row, or several.
    expected = Expected(audit.job_id, rows=[rows[:-1], rows[:-1] + [("unclassified", None)]])
    if found.members[-1].key != "results":
        expected.total = None
    return _case("row-last", data, expected)


def commas(rng: random.Random, tag: str) -> Case:
    """A comma too many or too few between rows or members: nothing is lost for it."""
    places = ["between-rows", "trailing-in-results", "leading-in-results", "trailing-in-job", "in-row"]
    places += ["missing", "missing-several"]
    variety = rng.choice(places)
    members = _dump(rng, tag)
    clean = _written(rng, members)
    audit, found = model.read(clean), layout(clean)
    rows = [rows_of(audit)]
    number = rng.randrange(len(found.rows) - 1)
    start, end = found.rows[number]
    names = ["comma"]
    blank = rng.choice([b"", b" ", b"\n"])
    if variety == "between-rows":
        data = clean[:end] + b"," * rng.choice([1, 1, 2]) + blank + clean[end:]
        names = ["comma", ",,"]
    elif variety == "trailing-in-results":
        end = found.rows[-1][1]
        data = clean[:end] + b"," + blank + clean[end:]
    elif variety == "leading-in-results":
        data = clean[: found.opened] + b"," + clean[found.opened :]
    elif variety == "trailing-in-job":
        end = found.members[-1].end
        data = clean[:end] + b"," + blank + clean[end:]
    elif variety == "missing":
        at = clean.index(b",", end)
        data = clean[:at] + blank + clean[at + 1 :]
    elif variety == "missing-several":
        data, least = clean, rng.random()
        for _, end in reversed(found.rows[:-1]):
            at = data.index(b",", end)
            if rng.random() < max(least, 0.3):
                data = data[:at] + blank + data[at + 1 :]
        if data == clean:
            return commas(rng, tag)
    else:
        data = clean[: end - 1].rstrip() + b"," + blank + clean[end - 1 :]
        rows.append(rows[0][:number] + [("unclassified", None)] + rows[0][number + 1 :])
    expected = Expected(audit.job_id, rows=rows, total=audit.total, names=names)
    return _case(f"comma-{variety}", data, expected)


COUNTS = ["total", "processed", "succeeded", "failed"]


def counts(rng: random.Random, tag: str) -> Case:
    """A count with damage behind its first digits: it counts as absent, and is never a smaller one."""
    members = _dump(rng, tag)
    name = rng.choice(COUNTS)
    digits = rng.choice(["1", "10", "0", "12"])
    junk = rng.choice(["#", "_", "x", "\0", "\0\0\0", " ", ",", ", ", "\"", ":", "'", "\x80", "|"])
    rest = rng.choice(["0", "00", "000", "0A", "5,000"])
    if junk[0] == "\0":
        rest = ""
    kept = [member for member in members if member[0] not in (name, "job_id")]
    # Before the damage, something shows that it is a job.
    kept.insert(0, next(member for member in members if member[0] == "job_id"))
    clean = _written(rng, Obj(kept))
    audit = model.read(clean)
    # Fields between the damage and the rows may be lost.
    at = next(n for n, (key, _) in enumerate(kept) if key == "results") if rng.random() < 0.6 else len(kept)
    kept.insert(at, (name, Token("@count@")))
    data = _written(rng, Obj(kept)).replace(b"@count@", (digits + junk + rest).encode("latin-1"))
    expected = Expected(
        audit.job_id, rows=[rows_of(audit)], total=None if name == "total" else audit.total, absent={name},
        must_find={"dump-malformed"},
    )
    return _case("count", data, expected, never=frozenset({"rows-excess", "succeeded-mismatch", "failed-mismatch"}))


WORDS = ["NaN", "None", "True", "False", "Infinity", "-Infinity", "undefined"]


def literals(rng: random.Random, tag: str) -> Case:
    """Words of other languages in the place of a value, which counts as absent."""
    word = rng.choice(WORDS)
    members = _dump(rng, tag)
    if rng.random() < 0.5:
        # In the job: a number, a time, or an unknown member.
        key = rng.choice(["processed", "succeeded", "failed", "expires_at", "note"])
        set_member(members, key, Token("@word@"), rng)
        clean = _written(rng, Obj([member for member in members if member[0] != key]))
        audit = model.read(clean)
        rows = [rows_of(audit)]
        place = "job"
    else:
        results = dict(members)["results"]
        number = rng.randrange(len(results))
        key = rng.choice(["id", "created", "existing", "error", "note"])
        results[number] = Obj([member for member in results[number] if member[0] != key])
        audit = model.read(_written(rng, members))
        set_member(results[number], key, Token("@word@"), rng)
        kept = rows_of(audit)
        # Either the value counts as absent or the row as damaged.
        rows = [kept, kept[:number] + [("unclassified", None)] + kept[number + 1 :]]
        if key == "error" and word != "None":
            rows.append(kept[:number] + [("failed", None)] + kept[number + 1 :])
        place = "row"
    data = _written(rng, members).replace(b"@word@", word.encode())
    expected = Expected(audit.job_id, rows=rows, total=audit.total, names=[word.lstrip("-")])
    return _case(f"word-in-{place}", data, expected)


def quotes(rng: random.Random, tag: str) -> Case:
    """What Python prints: single quotes and its own words. Named for what it is, and nothing is made up."""
    members = _dump(rng, tag)
    value = json.loads(text_of(members, one_line(rng), rng))
    data = repr(value).encode()
    expected = Expected(None, certain=None, names=["single quote", "Python"])
    return _case("single-quotes", data, expected, unreadable=(0, 1))


def make(rng: random.Random, tag: str) -> Case:
    chosen = rng.choices([strings, structure, last_row, commas, counts, literals, quotes], [5, 6, 1, 3, 2, 3, 0.3])[0]
    return chosen(rng, tag)
