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

from ._errors import PARTIAL, ImportAuditError, UsageError
from ._inputs import Arguments, Inputs, absolute, arguments, is_url
from ._options import BASE, CodesOptions, PathName, ReadingOptions, RuleOptions, SelectionOptions, flags
from ._process import Process, run


class CheckOptions(ReadingOptions, SelectionOptions, CodesOptions, RuleOptions, total=False):
    """Options of :func:`check`."""

    history: PathName
    """The history with which jobs are compared; it is only read."""
    unusual: bool
    """No job differs from the earlier runs."""
    max_failed_vs_median: str
    """The largest share of failed rows in every job, such as ``"3x"`` the median of the earlier runs."""


@dataclass(frozen=True)
class CheckResult:
    """Whether the rules are met."""

    passed: bool
    """Whether all of them are met, and all inputs were read completely."""
    document: dict[str, Any]
    """Each rule with its result: Docs/schemas/check.schema.json."""

    def __bool__(self) -> bool:
        return self.passed


def check(
    inputs: Inputs,
    *,
    allow_incomplete: bool = False,
    cancel: threading.Event | None = None,
    **options: Unpack[CheckOptions],
) -> CheckResult:
    """Checks dumps against rules. A rule that is not met is a result, not an exception.

    Args:
        inputs: one or several.
        allow_incomplete: return what was found, instead of raising, when an input could not be read completely: it has not
            passed.
        cancel: ends the run when it is set.

    Raises:
        InputIncomplete, InputMissing: an input could not be read completely, so the rules were not checked against
            everything; ``result`` is what was found.
        ImportAuditError: the other exit statuses.
    """
    with arguments(inputs) as given:
        command = ["check", "--format=json", *BASE, *flags(dict(options)), "--", *given.names]
        try:
            status, output = run(command, given, cancel=cancel, allowed=_allowed(allow_incomplete) | {1})
        except ImportAuditError as error:
            error.result = CheckResult(False, json.loads(error.result)) if error.result else None
            raise
    return CheckResult(status == 0, json.loads(output))


class ReportOptions(ReadingOptions, SelectionOptions, CodesOptions, RuleOptions, total=False):
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
    """A zip into which the audit is also packed."""
    history: PathName
    """A history to which the jobs are added."""
    source: Union[PathName, Iterable[PathName]]
    """The file that was sent, one for all jobs or one for each; ``FILE#Sheet`` for a sheet of a workbook."""
    first_row: int
    delimiter: str
    source_encoding: str
    no_header: bool
    trust_order: bool


def report(
    inputs: Inputs,
    output: PathName,
    *,
    allow_incomplete: bool = False,
    cancel: threading.Event | None = None,
    **options: Unpack[ReportOptions],
) -> Path:
    """Writes the full audit into a folder, like the command ``report``.

    Args:
        inputs: one or several.
        output: the folder.
        allow_incomplete: return the folder, instead of raising, when an input could not be read completely and the report of
            everything else is written.
        cancel: ends the run when it is set.

    Returns:
        The folder.

    Raises:
        NotPassed: a rule is not met, and ``result`` is the folder; or rows and records do not belong together, and nothing is
            written.
        InputIncomplete, InputMissing: an input could not be read completely; ``result`` is the folder with the report of
            everything else, or None if nothing was written.
        ImportAuditError: the other exit statuses.
    """
    given_options = dict(options)
    formats = given_options.pop("formats", None)
    if formats is not None and not isinstance(formats, str):
        formats = ",".join(cast("Iterable[str]", formats))
    folder = _folder(output)
    chosen = [] if formats is None else [f"--formats={formats}"]
    with arguments(inputs) as given:
        options_given = [*chosen, *flags(given_options), f"--output={folder}"]
        _report(["report", *_LOUD, *options_given, "--", *given.names], given, folder, cancel, allow_incomplete)
    return folder


def _report(
    command: list[str], given: Arguments, folder: Path, cancel: threading.Event | None, allow_incomplete: bool
) -> None:
    with Process(command, given, cancel) as process:
        process.output.read()
        try:
            process.finish()
        except ImportAuditError as error:
            # The folder may be there from an earlier run, and an unchanged report is not written again.
            is_written = any(line.startswith(_WRITTEN) for line in process.said.splitlines())
            error.result = folder if is_written and error.status in PARTIAL | {1} else None
            if not (allow_incomplete and error.result is not None and error.status in PARTIAL):
                raise


_LOUD = [option for option in BASE if option != "--quiet"]
_WRITTEN = ("Written to ", "Nothing has changed in ")
"""How the command says that the folder has the report of this run."""


def _folder(output: PathName) -> Path:
    # As a Path, it would be the working directory.
    if not os.fspath(output):
        raise UsageError("The name of the output folder is empty")
    return Path(absolute(output))


def _allowed(allow_incomplete: bool) -> frozenset[int]:
    return PARTIAL if allow_incomplete else frozenset()


class CompareOptions(ReadingOptions, SelectionOptions, total=False):
    """Options of :func:`compare`."""

    map: Union[PathName, Iterable[PathName]]
    """``reasons.csv`` of the first try, if the second one sent its rejects; several for the tries in between, in order."""


def compare(
    before: Inputs,
    after: Inputs,
    *,
    allow_incomplete: bool = False,
    cancel: threading.Event | None = None,
    **options: Unpack[CompareOptions],
) -> dict[str, Any]:
    """Compares two audits: what a second try changed. Each side is one input.

    Args:
        before: the first try.
        after: the second try.
        allow_incomplete: return what could be compared, instead of raising, when an input could not be read completely.
        cancel: ends the run when it is set.

    Returns:
        The comparison: Docs/schemas/comparison.schema.json.

    Raises:
        InputIncomplete, InputMissing: an input could not be read completely; ``result`` is the comparison of everything else.
        ImportAuditError: the other exit statuses.
    """
    with arguments(before, after) as given:
        command = ["compare", "--format=json", *BASE, *flags(dict(options)), "--", *given.names]
        try:
            _, output = run(command, given, cancel=cancel, allowed=_allowed(allow_incomplete))
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
    map: Union[PathName, Iterable[PathName]]
    """``reasons.csv`` of the previous try, if the source is what it handed back."""
    force: bool
    csv_raw: bool
    threads: int
    strict: bool


def rejects(
    inputs: Inputs,
    source: PathName | Iterable[PathName],
    output: PathName,
    *,
    allow_incomplete: bool = False,
    cancel: threading.Event | None = None,
    **options: Unpack[RejectOptions],
) -> dict[str, Any]:
    """Hands back failed rows with the data that was sent, as files in a folder.

    Args:
        inputs: one or several.
        source: the file that was sent, one for all jobs or one for each; ``FILE#Sheet`` for a sheet of a workbook.
        output: the folder.
        allow_incomplete: return the plan for what could be read, instead of raising, when an input could not be read
            completely.
        cancel: ends the run when it is set.

    Returns:
        The plan, ``plan.json``: Docs/schemas/plan.schema.json.

    Raises:
        NotPassed: rows and records do not belong together; nothing is written.
        InputIncomplete, InputMissing: an input could not be read completely; ``result`` is the plan for everything else, or
            None if nothing was written.
        ImportAuditError: the other exit statuses.
    """
    sources = [source] if isinstance(source, (str, os.PathLike)) else list(source)
    if any(is_url(item) for item in sources):
        raise ValueError("A source is a local file")
    folder = _folder(output)
    with arguments(inputs) as given:
        command = ["rejects", *BASE, *flags(dict(options)), *(f"--source={absolute(item)}" for item in sources)]
        plan = folder / "plan.json"
        try:
            output_given = [f"--output={folder}", "--", *given.names]
            run([*command, *output_given], given, cancel=cancel, allowed=_allowed(allow_incomplete))
        except ImportAuditError as error:
            # The command prints sentences about the plan after writing it. Without them, a plan is that of an earlier run.
            is_written = error.status in PARTIAL and error.result
            error.result = json.loads(plan.read_bytes()) if is_written else None
            raise
    return cast("dict[str, Any]", json.loads(plan.read_bytes()))
