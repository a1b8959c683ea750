"""Compares what the program said about one case with what is right. Differences come back as sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import compare
import model

from .cases import NOTES_ON_READING, Case, Expected, Rows

NOT_WHOLE = {"dump-truncated", "dump-malformed", "text-repaired", "row-damaged"}
OUTCOMES = (*model.OUTCOMES, "applied")
_PLACE = re.compile(r"(?::(\d+))?(?::(\d+))?(#.*)?")


def belongs(source: str, name: str) -> bool:
    """Whether a place is in the file of that name: `x.log`, `x.log:3`, `x.log:3:45`, `x.log#/data`."""
    return source.startswith(name) and source[len(name) :][:1] in ("", ":", "#", "!", "[")


def judge(case: Case, name: str, document: dict[str, Any]) -> list[str]:
    """What is wrong with the jobs and the unreadable places of one file."""
    jobs = [job for job in document["jobs"] if belongs(job["source"], name)]
    refused = [entry for entry in document["unreadable"] if belongs(entry["source"], name)]
    try:
        return list(_judge(case, name, jobs, refused))
    except (KeyError, TypeError, AttributeError) as error:
        return [f"not of the contract's shape: {type(error).__name__} {error}"]


def _judge(case: Case, name: str, jobs: list[dict], refused: list[dict]) -> Iterator[str]:
    for job in jobs:
        yield from _adds_up(job)
    for source, times in Counter(job["source"] for job in jobs).items():
        if times > 1:
            yield f"{times} jobs are at {source[len(name):]!r}"
    left = list(jobs)
    pairs: list[tuple[Expected, dict]] = []
    # First complete jobs, by their different ids. Then cut ones, by line, with the least certain ones last.
    for expected in sorted(case.jobs, key=_doubt):
        found = [job for job in left if _is(expected, job, name, len(case.jobs))]
        found.sort(key=lambda job: _column(job, name) != expected.column)
        if len(found) > 1 and expected.audit is not None:
            yield f"job {expected.job_id!r} is there {len(found)} times: {[job['source'][len(name):] for job in found]}"
        if found:
            pairs.append((expected, found[0]))
            left = [job for job in left if all(job is not other for other in found[: None if expected.audit else 1])]
        elif expected.certain and not (case.variety == "several" and expected.audit is None):
            yield f"{_named(expected)} is not found"
        # Anything between a cut dump and the next one is part of the cut one.
        elif not refused and not any(_has(job, "skipped-text") or job["salvaged"] for job in jobs):
            yield f"{_named(expected)} is neither a job nor unreadable nor skipped"
    for job in left:
        # Of several cut records in a row, an empty front may be listed by itself.
        if case.variety == "several" and job["salvaged"] and job["rows"]["seen"] == 0:
            continue
        yield f"there is no such job: {job['job_id']!r} with {job['rows']['seen']} rows at {job['source'][len(name):]!r}"
    # If several cut records follow each other, it is undecided where each ends, so only complete ones are compared.
    if case.variety == "several":
        pairs = [(expected, job) for expected, job in pairs if expected.audit is not None]
        jobs = [job for _, job in pairs]
    for expected, job in pairs:
        if expected.certain is False:
            yield f"{_named(expected)} shows nothing of a job, but is one with {job['rows']['seen']} rows"
            continue
        for fault in _compare(expected, job, name, case, len(jobs) + len(refused)):
            yield f"{_named(expected)}: {fault}"

    least, most = case.unreadable
    if not least <= len(refused) <= most:
        reasons = [f"{entry['source'][len(name):]} {entry['reason'][:90]}" for entry in refused[:4]]
        yield f"{len(refused)} entries are unreadable, not {least} to {most}: {reasons}"
    for job in jobs:
        for id in sorted(case.never):
            if _has(job, id):
                yield f"{job['job_id']!r} has the finding {id}"
        skipped = sum(finding["id"] == "skipped-text" for finding in job["findings"])
        if skipped > 1:
            yield f"{job['job_id']!r} has skipped-text {skipped} times"
    if case.skipped and jobs and not any(_has(job, note) for job in jobs for note in NOTES_ON_READING):
        yield "no job says what was skipped around it"
    if case.some_note and pairs and not any(_more(expected, job, case) for expected, job in pairs):
        yield "no job has a note about how it was read"
    words = [word for expected in case.jobs for word in expected.names]
    if words:
        said = " ".join([f["message"] for job in jobs for f in job["findings"]] + [entry["reason"] for entry in refused])
        if not any(word.lower() in said.lower() for word in words):
            yield f"nothing says {' or '.join(words)}"


def _doubt(expected: Expected) -> tuple:
    return (expected.audit is None, expected.job_id is None, (True, None, False).index(expected.certain))


def _named(expected: Expected) -> str:
    what = "torn job" if expected.cut else "job"
    return f"{what} {expected.job_id!r} of line {expected.line}"


def _line(job: dict, name: str) -> int | None:
    match = _PLACE.fullmatch(job["source"][len(name) :])
    if match is None:
        return None
    # If a file has only one document, the document has the file's name alone.
    return int(match[1] or 1)


def _column(job: dict, name: str) -> int | None:
    """Where on its line it begins; None if its place does not say, for it is the first there."""
    match = _PLACE.fullmatch(job["source"][len(name) :])
    return int(match[2]) if match and match[2] else None


def _is(expected: Expected, job: dict, name: str, documents: int) -> bool:
    if expected.audit is not None or expected.job_id is not None:
        return job["job_id"] == expected.job_id
    if documents == 1:
        return True
    if expected.line is None:
        return bool(job["salvaged"]) and job["job_id"] is None
    if expected.outer_line == _line(job, name) and "#" in job["source"]:
        return True
    return _line(job, name) == expected.line and _column(job, name) in (None, expected.column)


def _has(job: dict, id: str) -> bool:
    return any(finding["id"] == id for finding in job["findings"])


def _more(expected: Expected, job: dict, case: Case) -> list[dict]:
    """Notes about how the dump was read, which alone and in UTF-8 it would not have."""
    own = expected.audit.findings if expected.audit else {}
    return [
        finding
        for finding in job["findings"]
        if finding["severity"] == "note" and finding["id"] not in own
        # The program may choose the name of a note about an encoding.
        and (case.some_note or finding["id"] in NOTES_ON_READING - case.never)
    ]


def _adds_up(job: dict) -> Iterator[str]:
    rows = job["rows"]
    if sum(rows.get(outcome, 0) for outcome in OUTCOMES) != rows["seen"]:
        yield f"the rows of {job['job_id']!r} do not add up: {rows}"
    for finding in job["findings"]:
        # A row that was given up is not in the dump.
        if finding["id"] == "text-repaired" and any(row > rows["seen"] for row in finding["rows"]):
            yield f"{job['job_id']!r} has {rows['seen']} rows, but text-repaired is of {finding['rows']}"
    failed = sum(group["rows"] for group in job["failed_by_code"])
    if failed != rows["failed"]:
        yield f"the codes of {job['job_id']!r} have {failed} rows, but {rows['failed']} failed"


def counted(rows: Rows) -> dict[str, Any]:
    """What a summary says of such rows."""
    codes: dict[str | None, list[int]] = {}
    for number, (outcome, code) in enumerate(rows, 1):
        if outcome == "failed":
            codes.setdefault(code, []).append(number)
    outcomes = Counter(outcome for outcome, _ in rows)
    return {
        "rows": {"seen": len(rows), **{outcome: outcomes[outcome] for outcome in model.OUTCOMES}},
        "codes": {code: (len(numbers), numbers[0], numbers[-1]) for code, numbers in codes.items()},
    }


def _counted(job: dict) -> dict[str, Any]:
    return {
        "rows": {key: job["rows"][key] for key in ("seen", *model.OUTCOMES)},
        "codes": {g["code"]: (g["rows"], g["first_row"], g["last_row"]) for g in job["failed_by_code"]},
    }


def texts(audit: model.Job) -> dict[str | None, list]:
    """Of each code, the messages that a summary shows, as they are in the first row that has them."""
    return {
        group.code: sorted((m.first_row, m.rows, m.example or "") for m in group.messages[: compare.MESSAGES_LISTED])
        for group in model.failed_by_code(audit)
    }


def _texts(job: dict) -> dict[str | None, list]:
    return {
        group["code"]: sorted((m["first_row"], m["rows"], m["example"] or "") for m in group["messages"])
        for group in job["failed_by_code"]
    }


def _compare(expected: Expected, job: dict, name: str, case: Case, documents: int) -> Iterator[str]:
    found = _counted(job)
    if expected.rows and all(counted(rows) != found for rows in expected.rows):
        right = " or ".join(compare.short(counted(rows)) for rows in expected.rows[:2])
        yield f"rows are {compare.short(found)}, not {right}"
    ids = {finding["id"] for finding in job["findings"]}

    if expected.audit is not None:
        yield from _compare_whole(expected, expected.audit, job, ids, case)
        yield from _compare_place(expected, job, name, case)
    elif expected.cut:
        yield from _compare_torn(expected, job, name, ids, case, documents)
    else:
        if expected.total is not None and job["total"] != expected.total:
            yield f"total is {job['total']}, not {expected.total}"
        if expected.certain and not any(finding["severity"] == "critical" for finding in job["findings"]):
            yield "no finding is critical"
    for key in sorted(expected.absent):
        value = job["total"] if key == "total" else job["reported"][key]
        if value is not None:
            yield f"{key} is {value}, not null"
    for id in sorted(expected.must_find - ids):
        yield f"the finding {id} is not there, but {sorted(ids)}"
    for finding in job["findings"]:
        severity = "critical" if finding["id"] in NOT_WHOLE else "note" if finding["id"] in NOTES_ON_READING else None
        if severity and finding["severity"] != severity:
            yield f"{finding['id']} is {finding['severity']}, not {severity}"
        rows = expected.rows_found.get(finding["id"])
        if rows is not None and finding["rows"] != rows:
            yield f"{finding['id']} is of the rows {finding['rows']}, not {rows}"
    if expected.example:
        code, before, behind = expected.example
        texts = [m["example"] for g in job["failed_by_code"] if g["code"] == code for m in g["messages"]]
        if not any(text and text.startswith(before) and text.endswith(behind) for text in texts):
            yield f"the message is {texts}, not {before + '…' + behind!r}"


def _compare_whole(expected: Expected, audit: model.Job, job: dict, ids: set[str], case: Case) -> Iterator[str]:
    for key in ("status", "total", "created_at", "updated_at", "expires_at"):
        yield from compare.differ(key, getattr(audit, key), job[key])
    reported = {key: getattr(audit, key) for key in ("processed", "succeeded", "failed")}
    yield from compare.differ("reported", reported, {key: job["reported"][key] for key in reported})
    yield from compare.differ("missing", audit.missing, job["rows"]["missing"])
    yield from compare.differ("messages", texts(audit), _texts(job))
    right = {id: each.count for id, each in audit.findings.items() if id not in compare.ID_FINDINGS}
    more = {finding["id"] for finding in _more(expected, job, case)} | expected.may_find
    got = {finding["id"]: finding["count"] for finding in job["findings"] if finding["id"] not in more}
    yield from compare.differ("findings", right, got)
    if job["salvaged"] is not None:
        yield f"it is whole, but salvaged: {job['salvaged']['message'][:120]!r}"
    if ids & NOT_WHOLE:
        yield f"it is whole, but has {sorted(ids & NOT_WHOLE)}"


def _compare_place(expected: Expected, job: dict, name: str, case: Case) -> Iterator[str]:
    place = job["source"][len(name) :]
    if expected.suffix is not None:
        yield from compare.differ("place", expected.suffix, place)
    elif "unwrapped" in expected.must_find and len(case.jobs) > 1 and not place:
        yield "its place is that of the file, which holds others too"
    elif expected.line and len(case.jobs) > 1 and "#" not in place and _line(job, name) != expected.line:
        yield f"its place is {place!r}, not line {expected.line}"


def _compare_torn(
    expected: Expected, job: dict, name: str, ids: set[str], case: Case, documents: int
) -> Iterator[str]:
    if not ids & {"dump-truncated", "dump-malformed"} or job["salvaged"] is None:
        yield f"it is cut off, but no finding says so: {sorted(ids)}"
    if job["total"] not in (None, expected.total):
        yield f"total is {job['total']}, but the dump said {expected.total}"
    is_held = "#" in job["source"] and "unwrapped" not in case.never
    if expected.line and documents > 1 and _line(job, name) != expected.line and not is_held:
        yield f"its place is {job['source'][len(name):]!r}, not line {expected.line}"
