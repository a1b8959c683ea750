"""Logs with a torn line, and whole dumps that look like torn ones."""

from __future__ import annotations

import json
import random
import re

import model
from dress import Obj

from .cases import Case, Expected, Layout, Maker, layout, many_lines, one_line, pieces, text_of

PLACES = (
    "anywhere", "key", "string", "escape", "utf-8", "number", "literal", "after-comma", "after-colon", "after-bracket",
    "in-results", "between-rows", "in-row", "first-bytes",
)


def cuts(data: bytes, place: str, found: Layout) -> list[int]:
    """Where a record can be torn, all of one kind. A record torn at N keeps its first N bytes."""
    tokens = pieces(data)
    rows = found.rows
    if place == "anywhere":
        at = list(range(1, len(data)))
    elif place in ("key", "string", "number", "literal"):
        at = [byte for token in tokens if token.kind == place for byte in range(token.start + 1, token.end)]
    elif place == "escape":
        at = [
            byte
            for match in re.finditer(rb"\\(?:u[0-9a-fA-F]{4}|.)", data)
            for byte in range(match.start() + 1, match.end())
        ]
    elif place == "utf-8":
        at = [byte for byte in range(1, len(data)) if 0x80 <= data[byte] < 0xC0]
    elif place.startswith("after-"):
        marks = {"after-comma": ",", "after-colon": ":", "after-bracket": "[{]}"}[place]
        at = [token.end for token in tokens if token.kind in marks]
    elif place == "in-results":
        at = list(range(found.opened, rows[-1][1])) if rows and found.opened else []
    elif place == "between-rows":
        at = [byte for (_, end), (start, _) in zip(rows, rows[1:]) for byte in range(end, start + 1)]
        at += [found.opened] if found.opened else []
    elif place == "in-row":
        at = [byte for start, end in rows for byte in range(start + 1, end)]
    else:
        at = list(range(1, min(20, len(data))))
    return [byte for byte in at if 0 < byte < len(data)]


def is_known(data: bytes, cut: int, found: Layout) -> bool | None:
    """Whether what is left shows a job. None: one may see it so or so, for the telling value itself is torn."""

    def has(key: str, text: bool = False) -> bool | None:
        member = found.member(key)
        if member is None or member.value >= cut:
            return False
        value = data[member.value : member.end]
        if text and value[:1] != b'"':
            return False
        # A number or a literal may continue after the cut; a string ends with its quotation mark.
        ends = member.end <= cut if value[:1] in b'"[{' else member.end < cut
        return True if ends else None

    if found.opened is not None and found.opened <= cut:
        return True
    answers = [has("job_id")]
    status, total = has("status", text=True), has("total")
    both = False if False in (status, total) else None if None in (status, total) else True
    # With only these two, a response that contains a job looks the same: if it is cut inside a value, the next record
    # may be part of that value.
    if both and any(member.value < cut < member.end and data[member.value] in b"[{" for member in found.members):
        both = None
    # The same applies if the value is still to come.
    if both and data[:cut].rstrip()[-1:] == b":":
        both = None
    answers.append(both)
    return True if True in answers else None if None in answers else False


def shows_itself(data: bytes, cut: int) -> bool:
    """Whether what is left has results, or a whole job_id: a job wherever it stands."""
    found = layout(data)
    member = found.member("job_id")
    return (found.opened is not None and found.opened <= cut) or (member is not None and member.end <= cut)


def torn(data: bytes, cut: int, line: int) -> Expected:
    """What is right of the first `cut` bytes of a record."""
    found, audit = layout(data), model.read(data)
    whole = [row for row, (_, end) in zip(audit.rows, found.rows) if end <= cut]
    member = found.member("job_id")
    return Expected(
        audit.job_id if member and member.end <= cut else None,
        line=line,
        rows=[[(row.outcome, row.code) for row in whole]],
        total=audit.total,
        cut=True,
        certain=is_known(data, cut, found),
    )


def _cut(rng: random.Random, data: bytes) -> tuple[int, str]:
    found = layout(data)
    while True:
        place = rng.choice(PLACES)
        at = cuts(data, place, found)
        if at:
            return rng.choice(at), place


def log(rng: random.Random, tag: str, glued: bool) -> Case:
    """Records on lines, some of them torn. Glued: the next record follows the torn one on its line."""
    maker = Maker(rng, tag)
    # Most logs have one record per line. Some contain the output of a terminal, with pretty-printed responses one after
    # another.
    pretty = not glued and rng.random() < 0.12
    style = many_lines(rng) if pretty else one_line(rng)
    records = [text_of(maker.record(), style, rng) for _ in range(rng.randint(3 if glued else 2, 7))]
    # A record that is glued to a cut one does not make the file a log. So one on a separate line follows.
    last = len(records) - (2 if glued else 0)
    which = set(rng.sample(range(last), min(last, rng.choice([1, 1, 1, 2, 3]))))
    end = style.newline.encode() or rng.choice([b"\n", b"\n", b"\r\n"])

    data, places = bytearray(), []
    jobs: list[Expected] = []
    for number, record in enumerate(records):
        line = data.count(b"\n") + 1
        if number in which:
            at, place = _cut(rng, record)
            places.append(place)
            # If the previous record is cut where a value belongs, this one may be that value. Then status and total
            # alone do not distinguish a job from a response that contains one.
            is_value = bool(jobs) and jobs[-1].cut and data.rstrip()[-1:] in (b":", b"[")
            jobs.append(torn(record, at, line))
            if jobs[-1].certain and is_value and not shows_itself(record, at):
                jobs[-1].certain = None
            if is_value:
                jobs[-1].outer_line = jobs[-2].outer_line or jobs[-2].line
            jobs[-1].column = len(data) - data.rfind(b"\n")
            data += record[:at]
            if glued:
                continue
        else:
            jobs.append(Expected.whole(record, line=line))
            data += record
        if number + 1 < len(records) or rng.random() < 0.7:
            data += end * (2 if rng.random() < 0.05 else 1)

    # If several cut records follow each other, it is undecided where each ends.
    adjacent = any(number + 1 in which for number in which)
    doubtful = sum(job.cut and not job.certain for job in jobs)
    return Case(
        "glued" if glued else "torn",
        "pretty" if pretty else places[0] if len(places) == 1 else "several" if adjacent else "apart",
        bytes(data),
        jobs,
        status=65,
        # The rest of a cut record is listed, or skipped with its name: `verdict` looks for either.
        unreadable=(0, doubtful),
        # A record that shows no sign of a job may also contain the next record.
        never=frozenset() if doubtful else frozenset({"unwrapped"}),
    )


def row_per_line(rng: random.Random, tag: str) -> Case:
    """Whole dumps of which each row begins a line, as a log's records do."""
    maker = Maker(rng, tag, decoys=True)
    data, jobs = bytearray(), []
    end = rng.choice([b"\n", b"\r\n"])
    variety = rng.choice(["rows", "rows", "commas-first", "members", "job-like-member"])
    for _ in range(rng.choice([1, 1, 2, 4])):
        style = one_line(rng)
        members = maker.record(rng.randint(1, 6))
        if variety == "job-like-member":
            inner = maker.record(rng.randint(0, 2))
            members.insert(rng.randint(0, len(members)), ("previous", inner))
        line = data.count(b"\n") + 1
        text = bytearray(b"{")
        for number, (key, value) in enumerate(members):
            if number:
                text += b"," + (end if variety == "members" else b"")
            text += text_of(key, style, rng) + style.colon.encode()
            if key == "results" and value:
                rows = [text_of(row, style, rng) for row in value]
                between = end + b"," if variety == "commas-first" else b"," + end
                text += b"[" + end + between.join(rows) + rng.choice([end, b""]) + b"]"
            elif key == "previous":
                text += end + text_of(value, style, rng) + rng.choice([end, b""])
            else:
                text += text_of(value, style, rng)
        text += rng.choice([b"", end]) + b"}"
        jobs.append(Expected.whole(bytes(text), line=line))
        data += text + end
    return Case("row-per-line", variety, bytes(data), jobs, status=0, never=frozenset({"unwrapped"}))


def rows_alone(rng: random.Random, tag: str) -> Case:
    """Rows without their job: never a job, whatever they lie in."""
    maker, style = Maker(rng, tag), one_line(rng)
    rows = [text_of(row, style, rng) for row in maker.rows(rng.randint(1, 8)) if isinstance(row, Obj) and len(row) > 1]
    rows.append(text_of(Obj([("id", maker.uuid()), ("created", True)]), style, rng))
    rng.shuffle(rows)
    variety = rng.choice(["lines", "array", "pretty-array", "key", "key-behind-job", "key-beside-job", "text", "among-jobs"])
    jobs: list[Expected] = []
    if variety == "lines":
        data = b"\n".join(rows) + b"\n"
    elif variety == "array":
        data = b"[" + b",".join(rows) + b"]"
    elif variety == "pretty-array":
        data = b"[\n  " + b",\n  ".join(rows) + b"\n]\n"
    elif variety == "key":
        data = b'{"rows":[' + b",".join(rows) + b"]}"
    elif variety in ("key-behind-job", "key-beside-job", "text"):
        job = text_of(maker.record(), style, rng)
        array = b"[" + b",".join(rows) + b"]"
        if variety == "text":
            array = json.dumps(array.decode()).encode()
        jobs = [Expected.whole(job, line=None)]
        between = b"," if variety == "key-beside-job" else b"}\n{"
        front = b'{"job":' if variety == "key-beside-job" or rng.random() < 0.5 else b""
        if not front:
            between = b"\n{"
        data = front + job + between + rng.choice([b'"data":', b'"response":{"rows":', b'"page":{"body":{"items":'])
        data += array + b"}" * (data.count(b'{"', len(front + job + between)) + 1)
    else:
        lines = [(row, False) for row in rows]
        for _ in range(rng.randint(1, 3)):
            lines.insert(rng.randint(0, len(lines)), (text_of(maker.record(), style, rng), True))
        jobs = [Expected.whole(text, line=number) for number, (text, is_job) in enumerate(lines, 1) if is_job]
        data = b"".join(text + b"\n" for text, _ in lines)
    return Case(
        "rows", variety, data, jobs, status=None if variety == "among-jobs" else 65,
        unreadable=(0 if variety == "among-jobs" else 1, len(rows)),
        never=frozenset() if b'{"job":' in data else frozenset({"unwrapped"}),
    )
