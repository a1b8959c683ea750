"""Options that several commands share, as on the command line."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date
from typing import TypedDict, Union

from ._errors import UsageError
from ._inputs import absolute

PathName = Union[str, "os.PathLike[str]"]


class ReadingOptions(TypedDict, total=False):
    """How all functions read inputs."""

    strict: bool
    """Refuse a dump that is cut off or broken, instead of saving what can be read."""
    encoding: str
    """The encoding of dumps that are not in Unicode, such as ``windows-1252``."""
    threads: int
    """How many inputs are read at once; by default one for each processor. The result does not depend on it."""
    redact: bool
    """Replace e-mail addresses, phone numbers, quoted values, ids and file names with pseudonyms."""
    redact_key_file: PathName
    """A key file of 16 bytes or more: the same key gives the same pseudonyms in every run."""
    redact_rules: PathName
    """A file with words to replace, and words to keep."""


class SelectionOptions(TypedDict, total=False):
    """Which jobs are left in."""

    since: Union[date, str]
    """Only jobs that were created on this day (UTC) or later."""
    until: Union[date, str]
    """Only jobs that were created on this day (UTC) or earlier."""
    status: Union[str, Iterable[str]]
    """Only jobs with one of these statuses; ``none`` for jobs without one."""
    job: Union[str, Iterable[str]]
    """Only jobs whose id matches one of these, where ``*`` matches any text."""


class CodesOptions(TypedDict, total=False):
    """What you know about codes."""

    codes: PathName
    """A codes file."""
    as_of: Union[date, str]
    """The day on which acceptances in the codes file are considered."""


class RuleOptions(TypedDict, total=False):
    """Rules, as in ``check``."""

    max_failed: Union[int, str]
    """The largest number of failed rows, or a share such as ``"2%"``."""
    max_failed_code: Union[str, Iterable[str]]
    """Each is ``CODE=N`` or ``CODE=P%``."""
    max_failed_per_job: str
    """The largest share in every job, such as ``"5%"``."""
    fail_on: Union[str, Iterable[str]]
    """``critical``, ``warning`` or the name of a finding."""
    require_complete: bool
    """Every input is a whole dump of a complete job with all its rows."""
    min_rows: int
    """The smallest number of rows seen."""
    only_new_codes: bool
    """``max_failed`` counts only codes that are not in the codes file."""
    rules: PathName
    """A file with rules."""


PATHS = frozenset({"redact_key_file", "redact_rules", "codes", "rules", "templates", "map", "pack", "source", "history"})
"""Options that name files. The binary may run in another working directory."""

_OWN = frozenset({"format", "formats", "output", "quiet", "verbose", "stdout", "dry_run", "no_project_file", "help", "version"})
"""Options with which the functions themselves ask for what they return."""


def flags(options: dict[str, object]) -> list[str]:
    """Options as arguments: ``max_failed=3`` is ``--max-failed 3``, True is the flag alone, a list is repeated."""
    result: list[str] = []
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if name in _OWN:
            raise UsageError(f"{name} is not an option of this function")
        if not is_given(value):
            continue
        if value is True:
            result.append(flag)
            continue
        values = [value] if isinstance(value, (str, int, date, os.PathLike)) else list(value)  # type: ignore[call-overload]
        for item in values:
            text = os.fspath(item) if isinstance(item, os.PathLike) else str(item)
            if name in PATHS:
                text = absolute(text)
            # Only a separate argument can be empty.
            result += [f"{flag}={text}"] if text else [flag, ""]
    return result


BASE = ["--quiet", "--no-project-file"]
"""Only errors on standard error; nothing depends on the working directory."""


def is_given(value: object) -> bool:
    """Whether an option of this value is passed on."""
    return value is not None and value is not False


def option_files(options: dict[str, object]) -> list[str]:
    """The files that options name."""
    names: list[str] = []
    for name in PATHS & options.keys():
        value = options[name]
        if is_given(value):
            values = [value] if isinstance(value, (str, os.PathLike)) else list(value)  # type: ignore[call-overload]
            names += [os.fspath(item) for item in values]
    return names
