"""Options that several commands share, as on the command line."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date
from typing import TypedDict, Union

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
    max_failed_code: Iterable[str]
    """Each is ``CODE=N`` or ``CODE=P%``."""
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


_PATHS = frozenset({"redact_key_file", "redact_rules", "codes", "rules", "templates", "map", "pack", "source"})


def flags(options: dict[str, object]) -> list[str]:
    """Options as arguments: ``max_failed=3`` is ``--max-failed 3``, True is the flag alone, a list is repeated."""
    result: list[str] = []
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            result.append(flag)
            continue
        values = [value] if isinstance(value, (str, int, date, os.PathLike)) else list(value)  # type: ignore[call-overload]
        for item in values:
            text = os.fspath(item) if isinstance(item, os.PathLike) else str(item)
            if name in _PATHS:
                text = absolute(text)
            # Only a separate argument can be empty.
            result += [f"{flag}={text}"] if text else [flag, ""]
    return result


BASE = ["--quiet", "--no-project-file"]
"""Only errors on standard error; nothing depends on the working directory."""
