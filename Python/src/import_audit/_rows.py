"""Every row, as a stream of Arrow batches."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Union

import pyarrow as pa
from typing_extensions import Unpack

from ._errors import PARTIAL, UsageError
from ._inputs import Inputs, arguments
from ._options import BASE, ReadingOptions, SelectionOptions, flags
from ._process import Process
from ._schemas import ROWS_SCHEMA


class FailureOptions(ReadingOptions, SelectionOptions, total=False):
    """Options of :func:`failures`."""

    code: Union[str, Iterable[str]]
    """Only failed rows with one of these codes; ``""`` for rows without a code."""
    every_dump: bool
    """Rows of every dump, including those that a later dump of the same job supersedes."""


class RowOptions(FailureOptions, total=False):
    """Options of all functions that deliver rows."""

    outcomes: Union[str, Iterable[str]]
    """Only rows with these outcomes."""


def rows(
    inputs: Inputs,
    *,
    allow_incomplete: bool = False,
    cancel: threading.Event | None = None,
    **options: Unpack[RowOptions],
) -> pa.RecordBatchReader:
    """Every row, in the order of the inputs, as a reader of record batches with :data:`ROWS_SCHEMA`.

    The process runs while the batches are read: memory holds one batch, whatever the size of the inputs. It is ended when
    the reader is closed or forgotten.

    Args:
        inputs: one or several.
        allow_incomplete: end without an exception when an input could not be read completely.
        cancel: ends the run when it is set.

    Raises:
        InputIncomplete, InputMissing: from the reader, after the last batch: all rows that could be read were delivered.
        Cancelled: from the reader: ``cancel`` was set.
        ImportAuditError: from the reader: the other exit statuses.
    """
    batches = _batches(inputs, allow_incomplete, cancel, row_flags(options))
    return pa.RecordBatchReader.from_batches(ROWS_SCHEMA, batches)


def failures(
    inputs: Inputs,
    *,
    allow_incomplete: bool = False,
    cancel: threading.Event | None = None,
    **options: Unpack[FailureOptions],
) -> pa.RecordBatchReader:
    """The failed and unclassified rows, like :func:`rows`."""
    if "outcomes" in options:
        raise UsageError("failures delivers the failed and unclassified rows; rows takes outcomes")
    chosen = {**options, "outcomes": ["failed", "unclassified"]}
    batches = _batches(inputs, allow_incomplete, cancel, row_flags(chosen))
    return pa.RecordBatchReader.from_batches(ROWS_SCHEMA, batches)


def row_flags(options: object) -> list[str]:
    given = dict(options)  # type: ignore[call-overload]
    outcomes = given.pop("outcomes", None)
    if outcomes is not None and not isinstance(outcomes, str):
        outcomes = ",".join(outcomes)
    return [*flags(given), *([] if outcomes is None else [f"--outcomes={outcomes}"])]


def _batches(
    inputs: Inputs, allow_incomplete: bool, cancel: threading.Event | None, options: list[str]
) -> Iterator[pa.RecordBatch]:
    command = ["rows", "--format=arrow", *BASE, *options]
    with arguments(inputs) as given, Process([*command, "--", *given.names], given, cancel) as process:
        # A run that fails before the first row prints nothing at all.
        first = process.output.peek(1)  # type: ignore[attr-defined]
        if first:
            try:
                with pa.ipc.open_stream(process.output) as stream:
                    yield from stream
            except (pa.ArrowInvalid, OSError):
                # The stream broke off: the status says why.
                process.output.close()
                process.finish()
                raise
        process.finish(allowed=PARTIAL if allow_incomplete and first else frozenset())
