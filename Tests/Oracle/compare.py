"""Compares the program's output for one dump with the model. Differences are returned as sentences."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import csvtext
import incidents
import jsontext
import model
from csvtext import cell
from model import CodeGroup, Job

ROW_HEADER = ["job_id", "row", "outcome", "record_id", "error_code", "error_message", "error_details"]
CODE_HEADER = (
    "job_id error_code rows share_of_rows first_row last_row message_patterns top_message_pattern rows_at_least".split()
)
FILES = {"rows.csv", "failures.csv", "codes.csv", "summary.json"}

LONGEST_GROUPED = 1024  # Bytes of a code. The program may group longer ones as it likes.
PATTERNS, PATTERNS_PER_CODE = 2048, 512  # The program counts any further ones together.
MESSAGES_LISTED = 20

# Keys of a job that are compared separately.
MORE_KEYS = {"failed_by_code", "failure_positions", "failure_stretches", "failure_incidents", "findings", "results", "salvaged", "superseded", "identity", "outcomes"}

# Only present if ids were examined: in every report, but not in a summary.
ID_FINDINGS = {"created-id-repeated", "existing-ids-shared"}


def short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:120]} … {text[-60:]} ({len(text)} characters)"


def differ(where: str, expected: Any, found: Any) -> Iterator[str]:
    # True equals 1 in Python, but not in JSON.
    if expected != found or isinstance(expected, bool) != isinstance(found, bool):
        yield f"{where}: expected {short(expected)}, found {short(found)}"


def too_long(text: str | None) -> bool:
    return text is not None and len(text.encode("utf-8")) > LONGEST_GROUPED


# The folder of the report


def report(folder: Path, data: bytes, source: str, job: Job) -> Iterator[str]:
    yield from differ("files", sorted([*FILES, "manifest.jsonl"]), sorted(path.name for path in folder.iterdir()))
    yield from _manifest(folder)
    yield from _csv(folder, "rows.csv", [ROW_HEADER, *_row_cells(job, model.OUTCOMES)])
    yield from _csv(folder, "failures.csv", [ROW_HEADER, *_row_cells(job, ("failed", "unclassified"))])
    yield from _codes(folder, job)
    document = _json((folder / "summary.json").read_bytes())
    if isinstance(document, str):
        yield f"summary.json: {document}"
    else:
        digest = hashlib.sha256(data).hexdigest()
        yield from summary(document, data, source, job, digest, True)


def _manifest(folder: Path) -> Iterator[str]:
    """The last line of the manifest says what the files are."""
    line = _json((folder / "manifest.jsonl").read_bytes().splitlines()[-1])
    files = [
        {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in ((name, (folder / name).read_bytes()) for name in sorted(FILES))
    ]
    yield from differ("manifest.jsonl", {"folder": ".", "files": files}, line)


def _row_cells(job: Job, outcomes: tuple[str, ...]) -> Iterator[list[str]]:
    for row in job.rows:
        if row.outcome in outcomes:
            texts = (row.record_id, row.code, row.message, row.details)
            yield [cell(job.job_id), str(row.number), row.outcome, *map(cell, texts)]


def _read_csv(folder: Path, name: str) -> list[list[str]] | str:
    try:
        return csvtext.table((folder / name).read_bytes())
    except (OSError, ValueError) as error:
        return f"{name}: {error}"


def _csv(folder: Path, name: str, expected: list[list[str]]) -> Iterator[str]:
    found = _read_csv(folder, name)
    if isinstance(found, str):
        yield found
        return
    yield from differ(f"{name}, number of records", len(expected), len(found))
    for number, (left, right) in enumerate(zip(expected, found)):
        if left != right:
            yield from differ(f"{name}, record {number}", left, right)
            return


def _codes(folder: Path, job: Job) -> Iterator[str]:
    found = _read_csv(folder, "codes.csv")
    if isinstance(found, str):
        yield found
        return
    groups = model.failed_by_code(job)
    yield from differ("codes.csv, header", [CODE_HEADER], found[:1])
    if any(too_long(group.code) for group in groups):
        return
    yield from differ("codes.csv, number of records", len(groups) + 1, len(found))
    for group, record in zip(groups, found[1:]):
        where = f"codes.csv, code {short(group.code)}"
        if len(record) != len(CODE_HEADER):
            yield f"{where}: {len(record)} cells"
            continue
        numbers = [str(number) for number in (group.rows, group.first_row, group.last_row)]
        yield from differ(where, [cell(job.job_id), cell(group.code), *numbers], record[:3] + record[4:6])
        try:
            yield from differ(f"{where}, share_of_rows", group.share, Decimal(record[3]))
        except ArithmeticError:
            yield f"{where}, share_of_rows: {record[3]!r} is not a number"
        if comparable(groups, group):
            patterns = [str(len(group.messages)), cell(group.messages[0].text)]
            yield from differ(f"{where}, patterns", patterns, record[6:8])
        yield from differ(f"{where}, rows_at_least", "", record[8])


def comparable(groups: list[CodeGroup], group: CodeGroup) -> bool:
    """Whether all the messages of a code are within what the contract promises to group exactly."""
    codes = sum(each.code is not None for each in groups)
    return len(group.messages) <= max(1, min(PATTERNS_PER_CODE, PATTERNS // (codes + 1)))


# The summary


def _json(data: bytes) -> Any:
    try:
        return jsontext.load_output(data)
    except ValueError as error:
        return f"not JSON: {error}"


def parse_summary(data: bytes) -> tuple[Any, str | None]:
    document = _json(data)
    return (None, document) if isinstance(document, str) else (document, None)


def summary(
    document: Any, data: bytes, source: str, job: Job, digest: str | None, ids: bool
) -> Iterator[str]:
    """A summary of exactly this one dump; `ids` says whether repeated ids were searched for."""
    try:
        yield from differ("format", "import-audit.summary", document["format"])
        yield from differ("version", 1, document["version"])
        yield from differ("unreadable", [], document["unreadable"])
        yield from differ("jobs", 1, len(document["jobs"]))
        found = document["jobs"][0]
        yield from _job(found, data, source, job, digest)
        yield from _summary_codes(found["failed_by_code"], job)
        yield from _findings(found["findings"], job, ids)
        yield from differ("job, identity", model.identity(job) if ids else None, found["identity"])
        yield from _totals(document["totals"], found, job)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        yield f"summary: not of the contract's shape: {type(error).__name__} {error}"


def _rows(job: Job) -> dict[str, int | None]:
    return {
        "seen": len(job.rows),
        **{outcome: job.counted(outcome) for outcome in model.OUTCOMES},
        "missing": job.missing,
    }


def _job(found: dict, data: bytes, source: str, job: Job, digest: str | None) -> Iterator[str]:
    expected: dict[str, Any] = {
        "kind": job.kind,
        "source": source,
        "bytes": len(data),
        "sha256": digest,
        "error": job.error and {"code": job.error[0], "message": job.error[1], "details": job.error[2]},
        "reported": {"processed": job.processed, "succeeded": job.succeeded, "failed": job.failed},
        "rows": _rows(job),
    }
    for name in ("job_id", "status", "total", "created_at", "updated_at", "expires_at"):
        expected[name] = getattr(job, name)
    yield from differ("job, keys", sorted([*expected, *MORE_KEYS]), sorted(found))
    for name, value in expected.items():
        yield from differ(f"job, {name}", value, found[name])
    kinds = [id[5:] for id in job.findings if id in ("dump-truncated", "dump-malformed")]
    yield from differ("job, salvaged", kinds, [found["salvaged"]["kind"]] if found["salvaged"] else [])
    yield from differ("job, superseded", None, found["superseded"])
    failed = [row.number for row in job.rows if row.outcome == "failed"]
    yield from differ(
        "job, failure_positions", model.positions(failed, len(job.rows)), found["failure_positions"]
    )
    if not any(too_long(row.code) for row in job.rows):
        yield from differ("job, failure_stretches", model.stretches(job), found["failure_stretches"])
        by_code: dict[str | None, list[int]] = {}
        for row in job.rows:
            if row.outcome == "failed":
                by_code.setdefault(row.code, []).append(row.number)
        if reason := incidents.problem(by_code, len(job.rows), found["failure_incidents"]):
            yield f"job, failure_incidents: {reason}"
    rows = found["rows"]
    if sum(rows[outcome] for outcome in model.OUTCOMES) != rows["seen"]:
        yield f"job, rows do not add up: {rows}"
    if sum(group["rows"] for group in found["failed_by_code"]) != rows["failed"]:
        yield f"job, failed codes do not add up to {rows['failed']}"


def shortened(text: str) -> str:
    """The details that a summary keeps: as many complete characters as fit into 1,024 bytes."""
    data = text.encode()
    return text if len(data) <= 1024 else data[:1024].decode(errors="ignore") + "…"


def _summary_codes(found: list[dict], job: Job) -> Iterator[str]:
    groups = model.failed_by_code(job)
    if any(too_long(group.code) for group in groups):
        return
    yield from differ(
        "failed_by_code, codes", [group.code for group in groups], [group["code"] for group in found]
    )
    for group, entry in zip(groups, found):
        where = f"failed_by_code, code {short(group.code)}"
        for name in ("rows", "share", "first_row", "last_row"):
            yield from differ(f"{where}, {name}", getattr(group, name), entry[name])
        details = [row for row in job.rows if row.outcome == "failed" and row.code == group.code and row.details]
        text = shortened(details[0].details) if details else None
        yield from differ(f"{where}, details", text, entry["example_details"])
        number = details[0].number if details else None
        yield from differ(f"{where}, row of details", number, entry["example_details_row"])
        expected = [
            {
                "pattern": each.text,
                "rows": each.rows,
                "share": model.share(each.rows, group.rows),
                "first_row": each.first_row,
                "last_row": each.last_row,
                "example": each.example,
                "example_row": each.first_row,
                "slots": each.slots,
            }
            for each in group.messages
        ]
        listed = entry["messages"]
        yield from differ(
            f"{where}, positions", model.positions(group.numbers, len(job.rows)), entry["failure_positions"]
        )
        if comparable(groups, group):
            yield from differ(f"{where}, messages listed", min(len(expected), MESSAGES_LISTED), len(listed))
            for number, (left, right) in enumerate(zip(expected, listed)):
                yield from differ(f"{where}, message {number}", left, right)


def _findings(found: list[dict], job: Job, ids: bool) -> Iterator[str]:
    expected = {
        (id, model.SEVERITY[id], finding.count, tuple(finding.rows))
        for id, finding in job.findings.items()
        if ids or id not in ID_FINDINGS
    }
    listed = [(entry["id"], entry["severity"], entry["count"], tuple(entry["rows"])) for entry in found]
    for entry in found:
        if not entry["message"]:
            yield f"finding {entry['id']}: no sentence"
    yield from differ("findings, distinct", len(set(listed)), len(listed))
    for missing in sorted(expected - set(listed)):
        yield f"finding expected: {missing}"
    for extra in sorted(set(listed) - expected):
        yield f"finding not expected: {extra}"


def _totals(totals: dict, found: dict, job: Job) -> Iterator[str]:
    yield from differ("totals, jobs", 1, totals["jobs"])
    if job.status in model.STATUSES:
        yield from differ("totals, jobs_by_status", 1, totals["jobs_by_status"].get(job.status))
    for name, value in _rows(job).items():
        # A sum over jobs may write an unknown number as null or omit it.
        if value is not None:
            yield from differ(f"totals, rows {name}", value, totals["rows"][name])
    own = [{name: group[name] for name in ("code", "rows", "share")} for group in found["failed_by_code"]]
    yield from differ("totals, failed_by_code", own, totals["failed_by_code"])
    for severity in ("critical", "warning", "note"):
        number = sum(entry["severity"] == severity for entry in found["findings"])
        yield from differ(f"totals, findings {severity}", number, totals["findings"][severity])
