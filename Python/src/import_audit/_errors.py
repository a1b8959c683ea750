"""One exception for each exit status, with the messages of the tool."""

from __future__ import annotations

from typing import Any, ClassVar


class ImportAuditError(Exception):
    """The binary ended with a status other than 0.

    Attributes:
        status: its exit status.
        message: its error messages, a sentence on each line.
        result: what the call would have returned for the work that was still done; None if nothing was.
    """

    expected_status: ClassVar[int | None] = None

    def __init__(self, message: str, status: int | None = None, result: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = self.expected_status if status is None else status
        self.result = result

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.status, self.result)


class NotPassed(ImportAuditError):
    """A rule is not met, or rows and records do not belong together (status 1)."""

    expected_status = 1


class UsageError(ImportAuditError, ValueError):
    """An option, or a file that it names, is wrong (status 64)."""

    expected_status = 64


class InputIncomplete(ImportAuditError):
    """An input could not be read completely; everything else was still done and is in ``result`` (status 65). ``result`` is None if
    that is nothing."""

    expected_status = 65


class InputMissing(ImportAuditError, OSError):
    """An input does not exist or may not be read; everything else was still done and is in ``result`` (status 66). ``result`` is
    None if that is nothing."""

    expected_status = 66

    def __str__(self) -> str:
        return self.message


class InternalError(ImportAuditError):
    """An internal error of the tool (status 70), or it was ended by a signal."""

    expected_status = 70


class OutputError(ImportAuditError, OSError):
    """The output cannot be written (status 73)."""

    expected_status = 73

    def __str__(self) -> str:
        return self.message


class Cancelled(ImportAuditError):
    """The run was interrupted (status 130)."""

    expected_status = 130


class BinaryNotFound(ImportAuditError, FileNotFoundError):
    """There is no binary to run."""

    def __str__(self) -> str:
        return self.message


_BY_STATUS: dict[int | None, type[ImportAuditError]] = {
    kind.expected_status: kind
    for kind in (NotPassed, UsageError, InputIncomplete, InputMissing, InternalError, OutputError, Cancelled)
}

_SILENT = {1: "A rule is not met", 65: "An input could not be read completely", 130: "interrupted"}
"""Messages for when only the output gives the details."""

PARTIAL = frozenset({65, 66})
"""Statuses with which everything else was still done."""


def error_of(status: int, said: str, result: Any = None) -> ImportAuditError:
    """The exception for a status.

    Args:
        status: of the process; negative for a signal.
        said: all of its standard error.
        result: what was still done.
    """
    prefix = "import-audit: "
    lines = [line for line in said.splitlines() if line.strip()]
    # Besides errors, there may be notes. Only messages about the command line have another form.
    errors = [line[len(prefix) :] for line in lines if line.startswith(prefix)]
    lines = errors or lines
    message = "\n".join(lines) or _SILENT.get(status) or (
        f"import-audit was ended by signal {-status}" if status < 0 else f"import-audit ended with status {status}"
    )
    return _BY_STATUS.get(status, InternalError)(message, status, result)
