"""What one dump says by the contract, worked out the slow and obvious way.

Nothing here is shared with the program: Python's own json reads the text, and each rule is written once,
as plainly as the contract words it.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import jsontext
import patterns
from jsontext import Members, Number, clean

JOB_FIELDS = frozenset(
    "job_id status total processed succeeded failed created_at updated_at expires_at error results".split()
)
ROW_FIELDS = frozenset("id created existing error".split())
SUMMARY_FIELDS = frozenset("total succeeded failed".split())
ERROR_FIELDS = frozenset("code message".split())
STATUSES = ("complete", "processing", "failed")
OUTCOMES = ("created", "existing", "failed", "unclassified", "applied")
ROWS_LISTED = 20
RECORDS_LISTED = 20
RECORD_ID_BYTES = 256

SEVERITY = {
    "job-failed": "critical",
    "rows-missing": "critical",
    "rows-excess": "critical",
    "processed-mismatch": "critical",
    "succeeded-mismatch": "critical",
    "failed-mismatch": "critical",
    "results-absent": "critical",
    "created-id-repeated": "critical",
    "still-processing": "warning",
    "row-contradictory": "warning",
    "row-unclassified": "warning",
    "failed-without-code": "warning",
    "status-unknown": "warning",
    "total-unknown": "warning",
    "wrong-type": "warning",
    "job-error-unexpected": "warning",
    "existing-ids-shared": "note",
    "id-not-uuid": "note",
    "timestamps-out-of-order": "note",
    "unknown-field": "note",
    "duplicate-key": "note",
}


class NotAJob(ValueError):
    """JSON, but no import job."""


@dataclass(frozen=True)
class Row:
    number: int
    outcome: str
    record_id: str | None
    code: str | None
    message: str | None
    details: str | None = None


@dataclass
class Finding:
    count: int = 0
    rows: list[int] = field(default_factory=list)


@dataclass
class MessageGroup:
    text: str | None
    rows: int
    first_row: int
    last_row: int
    example: str | None = None
    slots: list[dict] = field(default_factory=list)


@dataclass
class CodeGroup:
    code: str | None
    rows: int
    first_row: int
    last_row: int
    share: Decimal
    messages: list[MessageGroup]
    numbers: list[int] = field(default_factory=list)


@dataclass
class Job:
    kind: str = "import"
    job_id: str | None = None
    status: str | None = None
    total: int | None = None
    processed: int | None = None
    succeeded: int | None = None
    failed: int | None = None
    created_at: str | None = None
    updated_at: str | None = None
    expires_at: str | None = None
    error: tuple[str | None, str | None, str | None] | None = None
    rows: list[Row] = field(default_factory=list)
    findings: dict[str, Finding] = field(default_factory=dict)

    def counted(self, outcome: str) -> int:
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def missing(self) -> int | None:
        return None if self.total is None else max(0, self.total - len(self.rows))


class Notes:
    """Collects findings while a dump is read."""

    def __init__(self) -> None:
        self.findings: dict[str, Finding] = {}

    def add(self, id: str, row: int | None = None, count: int = 1) -> None:
        finding = self.findings.setdefault(id, Finding())
        finding.count += count
        if row is not None and row not in finding.rows and len(finding.rows) < ROWS_LISTED:
            finding.rows.append(row)


class Fields:
    """The known fields of one object: the last of a duplicate counts, of a wrong type, a text counts by its JSON text and all else as absent."""

    def __init__(self, members: Members, known: frozenset[str], notes: Notes, row: int | None = None) -> None:
        self.notes, self.row = notes, row
        self.values: dict[str, Any] = {}
        self.others = Members()
        for key, value in members:
            if key not in known:
                notes.add("unknown-field", row)
                self.others.append((key, value))
                continue
            if key in self.values:
                notes.add("duplicate-key", row)
            self.values[key] = value

    def wrong(self) -> None:
        self.notes.add("wrong-type", self.row)

    def _typed(self, name: str, kind: type) -> Any:
        value = self.values.get(name)
        if value is None or (isinstance(value, kind) and not isinstance(value, Number)):
            return value
        self.wrong()
        return None

    def text(self, name: str) -> str | None:
        value = self._typed(name, str)
        return None if value is None else clean(value)

    def is_text(self, name: str) -> bool:
        value = self.values.get(name)
        return isinstance(value, str) and not isinstance(value, Number)

    def any_text(self, name: str, kind: type = str) -> str | None:
        """A string's text, or the JSON text of any other value; another kind is noted."""
        value = self.values.get(name)
        is_text = isinstance(value, str) and not isinstance(value, Number)
        if value is not None and not (is_text and kind is str):
            self.wrong()
        return None if value is None else clean(value) if is_text else jsontext.compact(value)

    def flag(self, name: str) -> bool:
        return self._typed(name, bool) is True

    def object(self, name: str) -> Members | None:
        return self._typed(name, Members)

    def array(self, name: str) -> list | None:
        value = self.values.get(name)
        if isinstance(value, Members):  # Here, an object is also a list, but not an array.
            self.wrong()
            return None
        return self._typed(name, list)

    def count(self, name: str) -> int | None:
        value = self.values.get(name)
        if value is None:
            return None
        number = jsontext.whole(value) if isinstance(value, Number) else None
        if number is None:
            self.wrong()
        return number

    def time(self, name: str) -> str | None:
        """A date-time's text: kept, and noted, when it is not RFC 3339; of another type its JSON text."""
        value = self.any_text(name)
        if value is not None and self.is_text(name) and instant(value) is None:
            self.wrong()
        return value


_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII
)


def instant(text: str) -> Fraction | None:
    """Exact seconds from a fixed origin, or None when the text is not an RFC 3339 date-time."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    *clock, fraction, _, sign, hours, minutes = match.groups()
    year, month, day, hour, minute, second = map(int, clock)
    offset = 0
    if sign:
        if int(hours) > 23 or int(minutes) > 59:
            return None
        offset = (int(hours) * 60 + int(minutes)) * (-60 if sign == "-" else 60)
    leap = second == 60  # RFC 3339 allows leap seconds; datetime does not.
    try:
        moment = datetime(year, month, day, hour, minute, 59 if leap else second)
    except ValueError:
        return None
    seconds = (moment - datetime(1, 1, 1)) // timedelta(seconds=1) + leap - offset
    return seconds + Fraction("0" + (fraction or ".0"))


_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def read_row(value: Any, number: int, notes: Notes, kind: str = "import") -> Row:
    """One row's outcome by the contract's table; oddities are noted."""
    if not isinstance(value, Members):
        notes.add("wrong-type", number)
        notes.add("row-unclassified", number)
        return Row(number, "unclassified", None, None, None)

    known = ROW_FIELDS | {"status", "record"} if kind == "bulk" else ROW_FIELDS
    fields = Fields(value, known, notes, number)
    if kind == "bulk":
        status = fields.text("status")
    else:  # Not a field of an import, but its value still counts.
        status = dict(fields.others).get("status")
    record_id = fields.any_text("id")
    if record_id is not None and not _UUID.fullmatch(record_id):
        notes.add("id-not-uuid", number)
    created, existing = fields.flag("created"), fields.flag("existing")

    if fields.values.get("error") is None and status == "error":
        if created or existing:
            notes.add("row-contradictory", number)
        notes.add("failed-without-code", number)
        return Row(number, "failed", record_id, None, None)
    if fields.values.get("error") is not None:
        code = details = None
        if isinstance(fields.values["error"], Members):
            inner = Fields(fields.object("error"), ERROR_FIELDS, notes, number)
            code, message = inner.any_text("code"), inner.any_text("message")
            details = jsontext.compact(inner.others) if inner.others else None
            if code is None and message is None:
                message = details
            code, message = code or None, message or None
        else:
            message = fields.any_text("error", Members) or None  # Any other value but an object still fails the row.
        if created or existing or status == "ok":
            notes.add("row-contradictory", number)
        if code is None:
            notes.add("failed-without-code", number)
        return Row(number, "failed", record_id, code, message, details)

    if existing:
        if created:
            notes.add("row-contradictory", number)
        return Row(number, "existing", record_id, None, None)
    if created:
        return Row(number, "created", record_id, None, None)
    if status == "ok":
        return Row(number, "applied", record_id, None, None)
    notes.add("row-unclassified", number)
    return Row(number, "unclassified", record_id, None, None)


def is_import_job(value: Any) -> bool:
    """At least two of the three fields that every import job has (one may be lost to damage)."""
    return isinstance(value, Members) and len({"job_id", "status", "total"} & {key for key, _ in value}) >= 2


def is_bulk_job(value: Any) -> bool:
    """Results whose rows have a status, or that come with a summary; and nothing that an import has."""
    if not isinstance(value, Members):
        return False
    members = dict(value)
    results = members.get("results")
    if not isinstance(results, list) or isinstance(results, Members):
        return False
    is_import = "job_id" in members or isinstance(members.get("status"), str) or "total" in members
    has_status = any(isinstance(row, Members) and "status" in dict(row) for row in results)
    return not is_import and (isinstance(members.get("summary"), Members) or has_status)


def read(data: bytes) -> Job:
    """The audit of one complete dump. Raises ValueError for text that is not JSON, NotAJob for other JSON."""
    value = jsontext.load(data)
    kind = "bulk" if is_bulk_job(value) else "import"
    if kind == "import" and not is_import_job(value):
        raise NotAJob("not an import job")

    notes = Notes()
    fields = Fields(value, JOB_FIELDS | ({"summary"} if kind == "bulk" else set()), notes)
    job = Job(kind=kind, job_id=fields.any_text("job_id"), status=fields.any_text("status"), findings=notes.findings)
    for name in ("total", "processed", "succeeded", "failed"):
        setattr(job, name, fields.count(name))
    for name in ("created_at", "updated_at", "expires_at"):
        setattr(job, name, fields.time(name))
    error = fields.values.get("error")
    if isinstance(error, Members):
        inner = Fields(fields.object("error"), ERROR_FIELDS, notes)
        details = jsontext.compact(inner.others) if inner.others else None
        job.error = (inner.any_text("code"), inner.any_text("message"), details)
    elif error is not None:
        job.error = (None, fields.any_text("error", Members), None)  # Another type is noted, and still an error.
    if kind == "bulk":
        counts = Fields(fields.object("summary") or Members(), SUMMARY_FIELDS, notes)
        job.total, job.processed = counts.count("total"), None
        job.succeeded, job.failed = counts.count("succeeded"), counts.count("failed")
    results = fields.array("results")
    job.rows = [read_row(row, number, notes, kind) for number, row in enumerate(results or [], 1)]

    _job_findings(job, results is not None, notes)
    _id_findings(job, notes)
    return job


def _job_findings(job: Job, has_results: bool, notes: Notes) -> None:
    """The findings about the job as a whole: they list no rows."""
    seen, processing = len(job.rows), job.status == "processing"

    if job.status == "failed":
        notes.add("job-failed")
    elif job.error is not None:
        notes.add("job-error-unexpected")
    if processing:
        notes.add("still-processing")
    if job.status not in STATUSES and job.kind == "import":
        notes.add("status-unknown")
    if job.status == "complete" and not has_results:
        notes.add("results-absent")

    if job.total is None:
        notes.add("total-unknown")
    else:
        if job.total > seen and not processing:
            notes.add("rows-missing", count=job.total - seen)
        if job.total < seen:
            for number in range(job.total + 1, seen + 1):
                notes.add("rows-excess", number)

    def compare(id: str, declared: int | None, counted: int) -> None:
        if declared is not None and declared != counted:
            notes.add(id, count=abs(declared - counted))

    if has_results and not processing:
        compare("succeeded-mismatch", job.succeeded, sum(map(job.counted, ("created", "existing", "applied"))))
        compare("failed-mismatch", job.failed, job.counted("failed"))
    if job.succeeded is not None and job.failed is not None:
        compare("processed-mismatch", job.processed, job.succeeded + job.failed)

    times = [instant(text) if text else None for text in (job.created_at, job.updated_at, job.expires_at)]
    known = [time for time in times if time is not None]
    if known != sorted(known):
        notes.add("timestamps-out-of-order")


def _id_findings(job: Job, notes: Notes) -> None:
    """Records that several rows name: all their rows count, the first ones too."""
    for name, id in (("created_ids_repeated", "created-id-repeated"), ("existing_ids_shared", "existing-ids-shared")):
        for number in sorted(number for rows in shared_records(job, name.split("_")[0]).values() for number in rows):
            notes.add(id, number)


def shared_records(job: Job, outcome: str) -> dict[str, list[int]]:
    """Ids with two rows or more of one outcome. Of a UUID, the case does not matter."""
    records: dict[str, list[int]] = {}
    for row in job.rows:
        if row.outcome == outcome and row.record_id:
            is_uuid = _UUID.fullmatch(row.record_id) is not None
            records.setdefault(row.record_id.lower() if is_uuid else row.record_id, []).append(row.number)
    return {id: rows for id, rows in records.items() if len(rows) > 1}


def identity(job: Job) -> dict[str, Any]:
    """The part of a summary about repeated ids."""
    result = {}
    for name, outcome in (("created_ids_repeated", "created"), ("existing_ids_shared", "existing")):
        records = shared_records(job, outcome)
        rows = sorted(number for numbers in records.values() for number in numbers)
        top = sorted(records.items(), key=lambda item: (-len(item[1]), item[1][0]))[:RECORDS_LISTED]
        result[name] = {
            "records": len(records),
            "rows": len(rows),
            "first_rows": rows[:ROWS_LISTED],
            "top": [
                {
                    "id": id.encode("utf-8")[:RECORD_ID_BYTES].decode("utf-8", "ignore"),
                    "rows": len(numbers),
                    "first_rows": numbers[:ROWS_LISTED],
                }
                for id, numbers in top
            ],
        }
    return result


def share(rows: int, seen: int) -> Decimal:
    """rows / seen, rounded half up to 6 decimals, in integer arithmetic."""
    return Decimal((2 * rows * 10**6 + seen) // (2 * seen)).scaleb(-6)


def _order(rows: int, text: str | None) -> tuple[int, bool, bytes]:
    """Most rows first, then null, then by UTF-8 bytes."""
    return (-rows, text is not None, (text or "").encode("utf-8"))


def failed_by_code(job: Job) -> list[CodeGroup]:
    by_code: dict[str | None, list[Row]] = {}
    for row in job.rows:
        if row.outcome == "failed":
            by_code.setdefault(row.code, []).append(row)

    groups = []
    codes = sum(1 for code in by_code if code is not None)
    for code, rows in by_code.items():
        found = patterns.group([(row.number, row.message) for row in rows if row.message])
        told = patterns.values_told(codes, len(found))
        messages = [
            MessageGroup(each.text(), each.rows, each.first_row, each.last_row, each.example, each.listed_slots(told))
            for each in found
        ]
        without = [row.number for row in rows if not row.message]
        if without:
            messages.append(MessageGroup(None, len(without), without[0], without[-1]))
        groups.append(
            CodeGroup(
                code=code,
                rows=len(rows),
                first_row=rows[0].number,
                last_row=rows[-1].number,
                share=share(len(rows), len(job.rows)),
                messages=sorted(messages, key=lambda group: (_order(group.rows, group.text), group.first_row)),
                numbers=[row.number for row in rows],
            )
        )
    return sorted(groups, key=lambda group: _order(group.rows, group.code))


def positions(numbers: list[int], seen: int) -> dict | None:
    """How many of the rows with these numbers lie in each of at most 64 buckets."""
    if not numbers:
        return None
    width = 1
    while -(-seen // width) > 64:
        width *= 2
    counts = [0] * -(-seen // width)
    for number in numbers:
        counts[(number - 1) // width] += 1
    return {"bucket_rows": width, "counts": counts}


def stretches(job: Job) -> list[dict]:
    """The five longest stretches of 10 or more failed rows; none if no row did anything else."""
    found: list[dict] = []
    if all(row.outcome == "failed" for row in job.rows):
        return found
    for outcome, group in itertools.groupby(job.rows, key=lambda row: row.outcome):
        rows = list(group)
        if outcome != "failed" or len(rows) < 10:
            continue
        codes = Counter(row.code for row in rows)
        code, code_rows = min(codes.items(), key=lambda item: _order(item[1], item[0]))
        entry = {"first_row": rows[0].number, "last_row": rows[-1].number, "rows": len(rows)}
        found.append({**entry, "code": code, "code_rows": code_rows})
    return sorted(found, key=lambda stretch: (-stretch["rows"], stretch["first_row"]))[:5]
