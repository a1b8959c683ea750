"""Summaries: what ``import-audit summary --format json`` prints, with types and as tables."""

from __future__ import annotations

import json
import threading
from functools import cached_property
from typing import Any, Optional, TypedDict, cast

import pyarrow as pa
from typing_extensions import Unpack

from ._errors import PARTIAL, ImportAuditError
from ._inputs import Inputs, arguments
from ._options import BASE, CodesOptions, ReadingOptions, SelectionOptions, flags
from ._process import run
from ._schemas import CODES_SCHEMA, FINDINGS_SCHEMA, JOBS_SCHEMA, UNREADABLE_SCHEMA


class Rows(TypedDict):
    """Rows by outcome: ``created + existing + failed + unclassified + applied == seen``."""

    seen: int
    created: int
    existing: int
    failed: int
    unclassified: int
    applied: int
    missing: Optional[int]


class Code(TypedDict, total=False):
    """The failed rows with one code, or without one."""

    code: Optional[str]
    rows: int
    share: float
    first_row: int
    last_row: int
    message_patterns: int
    messages: list[dict[str, Any]]


class Finding(TypedDict):
    """What the audit noticed."""

    id: str
    severity: str
    message: str
    count: Optional[int]
    rows: list[int]


class Job(TypedDict, total=False):
    """A job; Docs/audit.md describes all members, and Docs/schemas/summary.schema.json their types."""

    job_id: Optional[str]
    source: str
    bytes: Optional[int]
    sha256: Optional[str]
    kind: str
    status: Optional[str]
    total: Optional[int]
    created_at: Optional[str]
    updated_at: Optional[str]
    expires_at: Optional[str]
    reported: dict[str, Optional[int]]
    rows: Rows
    failed_by_code: list[Code]
    findings: list[Finding]


class Unreadable(TypedDict):
    """An input without a dump that could be read."""

    source: str
    reason: str


class Totals(TypedDict, total=False):
    """The sums over all jobs."""

    jobs: int
    jobs_by_status: dict[str, int]
    rows: Rows
    failed_by_code: list[Code]
    findings: dict[str, int]


class Summary:
    """The summary of some inputs.

    Attributes:
        json: the bytes of ``summary.json``, as the command prints them.
    """

    def __init__(self, json: bytes) -> None:
        self.json = json

    @cached_property
    def document(self) -> dict[str, Any]:
        """The whole summary, as Python objects."""
        return cast("dict[str, Any]", json.loads(self.json))

    @property
    def jobs(self) -> list[Job]:
        return cast("list[Job]", self.document["jobs"])

    @property
    def unreadable(self) -> list[Unreadable]:
        return cast("list[Unreadable]", self.document["unreadable"])

    @property
    def totals(self) -> Totals:
        return cast("Totals", self.document["totals"])

    def jobs_table(self) -> pa.Table:
        """A row for each job, with :data:`JOBS_SCHEMA`."""
        return pa.Table.from_pylist([_job(job) for job in self.document["jobs"]], schema=JOBS_SCHEMA)

    def codes_table(self) -> pa.Table:
        """A row for each code of each job, with :data:`CODES_SCHEMA`."""
        rows = [
            {
                **_place(job),
                "error_code": code["code"],
                "rows": code["rows"],
                "first_row": _number(code.get("first_row")),
                "last_row": _number(code.get("last_row")),
                "message_patterns": _number(code.get("message_patterns")),
                "top_message_pattern": next((message["pattern"] for message in code.get("messages", [])), None),
            }
            for job in self.document["jobs"]
            for code in job["failed_by_code"]
        ]
        return pa.Table.from_pylist(rows, schema=CODES_SCHEMA)

    def findings_table(self) -> pa.Table:
        """A row for each finding of each job, with :data:`FINDINGS_SCHEMA`."""
        rows = [
            {
                **_place(job),
                "finding": finding["id"],
                "severity": finding["severity"],
                "message": finding.get("message"),
                "count": _number(finding.get("count")),
            }
            for job in self.document["jobs"]
            for finding in job["findings"]
        ]
        return pa.Table.from_pylist(rows, schema=FINDINGS_SCHEMA)

    def unreadable_table(self) -> pa.Table:
        """A row for each input that could not be read, with :data:`UNREADABLE_SCHEMA`."""
        rows = [{"source": item["source"], "reason": item["reason"]} for item in self.document["unreadable"]]
        return pa.Table.from_pylist(rows, schema=UNREADABLE_SCHEMA)

    def __repr__(self) -> str:
        rows = self.totals["rows"]
        return f"<Summary: {self.totals['jobs']} jobs, {rows['seen']} rows, {rows['failed']} failed>"


class SummaryOptions(ReadingOptions, SelectionOptions, CodesOptions, total=False):
    """Options of :func:`summary`."""

    sha256: bool
    """Add the SHA-256 of each dump, which is needed to merge sync imports."""
    identity: bool
    """Look for records that several rows created or matched."""
    every_dump: bool
    """Count every dump separately, including those that a later dump of the same job supersedes."""


def summary(
    inputs: Inputs,
    *,
    allow_incomplete: bool = False,
    cancel: threading.Event | None = None,
    **options: Unpack[SummaryOptions],
) -> Summary:
    """Audits inputs.

    Args:
        inputs: one or several.
        allow_incomplete: return what could be read, instead of raising: ``unreadable`` and findings say what is missing.
        cancel: ends the run when it is set.

    Raises:
        InputIncomplete, InputMissing: an input could not be read completely; ``result`` is the Summary of all others.
        Cancelled: ``cancel`` was set.
        ImportAuditError: the other exit statuses.
    """
    command = ["summary", "--format=json", *BASE, *flags(dict(options))]
    allowed = PARTIAL if allow_incomplete else frozenset()
    with arguments(inputs) as given:
        try:
            _, output = run([*command, "--", *given.names], given, cancel=cancel, allowed=allowed)
        except ImportAuditError as error:
            if error.result:
                error.result = Summary(error.result)
                _explain(error, error.result)
            raise
    return Summary(output)


def jobs(
    inputs: Inputs,
    *,
    allow_incomplete: bool = False,
    cancel: threading.Event | None = None,
    **options: Unpack[SummaryOptions],
) -> pa.Table:
    """A row for each job, with :data:`JOBS_SCHEMA`: a part of :func:`summary`."""
    return summary(inputs, allow_incomplete=allow_incomplete, cancel=cancel, **options).jobs_table()


def _explain(error: ImportAuditError, result: Summary) -> None:
    """The reasons why inputs were not read completely, if only the summary gives them."""
    lines = [f"{item['source']}: {item['reason']}" for item in result.unreadable]
    for job in result.document["jobs"]:
        if job.get("salvaged"):
            lines += [f"{job['source']}: {item['message']}" for item in job["findings"] if item["severity"] == "critical"][:1]
    said = error.message.splitlines()
    error.message = "\n".join(said + [line for line in lines if line not in said])
    error.args = (error.message,)


def _place(job: dict[str, Any]) -> dict[str, Any]:
    return {"source": job["source"], "job_id": job["job_id"]}


def _job(job: dict[str, Any]) -> dict[str, Any]:
    severities = [finding["severity"] for finding in job["findings"]]
    reported = job.get("reported") or {}
    return {
        **_place(job),
        "kind": job.get("kind"),
        "status": job.get("status"),
        "total": _number(job.get("total")),
        **{name: _number(reported.get(name)) for name in ("processed", "succeeded", "failed")},
        **{f"rows_{name}": _number(count) for name, count in job["rows"].items()},
        **{name: job.get(name) for name in ("created_at", "updated_at", "expires_at", "sha256")},
        "findings_critical": severities.count("critical"),
        "findings_warning": severities.count("warning"),
        "bytes": _number(job.get("bytes")),
    }


def _number(value: object) -> int | None:
    """A whole number that fits into a column, otherwise None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63 else None
