"""The commands check, report, compare and rejects."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union, cast

from typing_extensions import Unpack

from ._errors import ImportAuditError
from ._inputs import Inputs, absolute, arguments, is_url
from ._options import BASE, CodesOptions, PathName, ReadingOptions, RuleOptions, flags
from ._process import run


class CheckOptions(ReadingOptions, CodesOptions, RuleOptions, total=False):
    """Options of :func:`check`."""


@dataclass(frozen=True)
class CheckResult:
    """Whether the rules are met."""

    passed: bool
    """Whether all of them are met."""
    document: dict[str, Any]
    """Each rule with its result: Docs/schemas/check.schema.json."""

    def __bool__(self) -> bool:
        return self.passed


def check(
    inputs: Inputs, *, cancel: threading.Event | None = None, **options: Unpack[CheckOptions]
) -> CheckResult:
    """Checks dumps against rules. A rule that is not met is a result, not an exception.

    Raises:
        InputIncomplete, InputMissing: an input could not be read completely, so the rules were not checked against
            everything; ``result`` is what was found.
        ImportAuditError: the other exit statuses.
    """
    with arguments(inputs) as given:
        command = ["check", "--format=json", *BASE, *flags(dict(options)), "--", *given.names]
        try:
            status, output = run(command, given, cancel=cancel, allowed=frozenset({1}))
        except ImportAuditError as error:
            error.result = CheckResult(False, json.loads(error.result)) if error.result else None
            raise
    return CheckResult(status == 0, json.loads(output))


class ReportOptions(ReadingOptions, CodesOptions, RuleOptions, total=False):
    """Options of :func:`report`."""

    formats: Union[str, Iterable[str]]
    """Some of ``md,csv,xhtml,json,xlsx,eml,slack,teams,github,explore``."""
    title: str
    templates: PathName
    job_reports: str
    css: str
    markdown_limit: int
    date: str
    fresh: bool
    force: bool
    csv_raw: bool
    csv_bom: bool
    pack: PathName


def report(
    inputs: Inputs, output: PathName, *, cancel: threading.Event | None = None, **options: Unpack[ReportOptions]
) -> Path:
    """Writes the full audit into a folder, like the command ``report``.

    Returns:
        The folder.

    Raises:
        NotPassed: a rule is not met; the report is written.
        InputIncomplete, InputMissing: an input could not be read completely; the report of everything else is written.
        ImportAuditError: the other exit statuses.
    """
    given_options = dict(options)
    formats = given_options.pop("formats", None)
    if formats is not None and not isinstance(formats, str):
        formats = ",".join(cast("Iterable[str]", formats))
    folder = Path(absolute(output))
    chosen = [] if formats is None else [f"--formats={formats}"]
    with arguments(inputs) as given:
        command = ["report", *BASE, *chosen, *flags(given_options), f"--output={folder}", "--", *given.names]
        try:
            run(command, given, cancel=cancel)
        except ImportAuditError as error:
            error.result = folder if error.status in (1, 65, 66) else None
            raise
    return folder


class CompareOptions(ReadingOptions, total=False):
    """Options of :func:`compare`."""

    map: PathName
    """``reasons.csv`` of the first try, if the second one sent its rejects."""


def compare(
    before: Inputs, after: Inputs, *, cancel: threading.Event | None = None, **options: Unpack[CompareOptions]
) -> dict[str, Any]:
    """Compares two audits: what a second try changed. Each side is one input.

    Returns:
        The comparison: Docs/schemas/comparison.schema.json.
    """
    with arguments(before, after) as given:
        command = ["compare", "--format=json", *BASE, *flags(dict(options)), "--", *given.names]
        try:
            _, output = run(command, given, cancel=cancel)
        except ImportAuditError as error:
            error.result = json.loads(error.result) if error.result else None
            raise
    return cast("dict[str, Any]", json.loads(output))


class RejectOptions(CodesOptions, total=False):
    """Options of :func:`rejects`."""

    by_action: bool
    by_owner: bool
    batch: int
    plain: bool
    annotated: bool
    created: bool
    first_row: int
    delimiter: str
    encoding: str
    no_header: bool
    trust_order: bool
    map: PathName
    force: bool
    csv_raw: bool
    threads: int
    strict: bool


def rejects(
    inputs: Inputs,
    source: PathName | Iterable[PathName],
    output: PathName,
    *,
    cancel: threading.Event | None = None,
    **options: Unpack[RejectOptions],
) -> dict[str, Any]:
    """Hands back failed rows with the data that was sent, as files in a folder.

    Args:
        inputs: one or several.
        source: the file that was sent, one for all jobs or one for each; ``FILE#Sheet`` for a sheet of a workbook.
        output: the folder.

    Returns:
        The plan, ``plan.json``: Docs/schemas/plan.schema.json.

    Raises:
        NotPassed: rows and records do not belong together; nothing is written.
        ImportAuditError: the other exit statuses.
    """
    sources = [source] if isinstance(source, (str, os.PathLike)) else list(source)
    if any(is_url(item) for item in sources):
        raise ValueError("A source is a local file")
    folder = Path(absolute(output))
    with arguments(inputs) as given:
        command = ["rejects", *BASE, *flags(dict(options)), *(f"--source={absolute(item)}" for item in sources)]
        plan = folder / "plan.json"
        try:
            run([*command, f"--output={folder}", "--", *given.names], given, cancel=cancel)
        except ImportAuditError as error:
            error.result = json.loads(plan.read_bytes()) if error.status in (65, 66) and plan.exists() else None
            raise
    return cast("dict[str, Any]", json.loads(plan.read_bytes()))
