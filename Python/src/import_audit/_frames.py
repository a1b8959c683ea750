"""Rows in memory, for pandas and polars, and on disk, as Parquet."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
from typing_extensions import Unpack

from ._errors import PARTIAL, ImportAuditError
from ._inputs import Inputs, is_url, listed
from ._options import PathName, option_files
from ._outputs import check_output, new_file
from ._rows import RowOptions, rows

if TYPE_CHECKING:
    import pandas
    import polars

Frame = TypeVar("Frame")

_GROUP_ROWS = 1 << 20
_GROUP_BYTES = 256 << 20


def to_pandas(
    inputs: Inputs,
    *,
    allow_incomplete: bool = False,
    cancel: threading.Event | None = None,
    **options: Unpack[RowOptions],
) -> pandas.DataFrame:
    """All rows as a pandas DataFrame; ``source``, ``job_id``, ``outcome`` and ``error_code`` are categories.

    Options and exceptions are those of :func:`rows`; ``result`` of an exception is the frame of what could be read.
    """

    def frame_of(table: pa.Table) -> pandas.DataFrame:
        frame: pandas.DataFrame = table.to_pandas()
        return frame

    return _frame(rows(inputs, allow_incomplete=allow_incomplete, cancel=cancel, **options), frame_of)


def to_polars(
    inputs: Inputs,
    *,
    allow_incomplete: bool = False,
    cancel: threading.Event | None = None,
    **options: Unpack[RowOptions],
) -> polars.DataFrame:
    """All rows as a polars DataFrame; ``source``, ``job_id``, ``outcome`` and ``error_code`` are categories.

    Options and exceptions are those of :func:`rows`; ``result`` of an exception is the frame of what could be read.
    """
    import polars

    def frame_of(table: pa.Table) -> polars.DataFrame:
        frame = polars.from_arrow(table)
        assert isinstance(frame, polars.DataFrame)
        return frame

    return _frame(rows(inputs, allow_incomplete=allow_incomplete, cancel=cancel, **options), frame_of)


def _frame(reader: pa.RecordBatchReader, frame_of: Callable[[pa.Table], Frame]) -> Frame:
    """All rows of a reader as a frame. An exception about an input that was not read completely has that of the others."""
    batches: list[pa.RecordBatch] = []
    try:
        batches.extend(reader)
    except ImportAuditError as error:
        if error.status in PARTIAL and batches:
            error.result = frame_of(pa.Table.from_batches(batches).unify_dictionaries())
        raise
    return frame_of(pa.Table.from_batches(batches, schema=reader.schema).unify_dictionaries())


def write_parquet(
    inputs: Inputs,
    path: PathName,
    *,
    compression: str = "zstd",
    allow_incomplete: bool = False,
    cancel: threading.Event | None = None,
    **options: Unpack[RowOptions],
) -> int:
    """Writes all rows as one Parquet file, with the columns and types of :data:`ROWS_SCHEMA`.

    The file is written beside its place and then renamed. Memory holds one group of rows: about a million of them, or
    256 MB of texts.

    Returns:
        How many rows there are.

    Raises:
        InputIncomplete, InputMissing: the file is there, with all rows that could be read; ``result`` is their number. If
            there is none, also with ``allow_incomplete``, nothing was written, and ``result`` is None.
        OutputError: the file is an input, is in an input folder, or cannot be written.
        ImportAuditError: the other exit statuses; then there is no file, or the one from before.
    """
    import pyarrow.parquet as parquet

    target = os.fspath(path)
    if is_url(target):
        raise ValueError("write_parquet writes a local file")
    given = listed(inputs)
    check_output(target, given, option_files(dict(options)))
    count = 0
    failure: ImportAuditError | None = None
    reader = rows(given, cancel=cancel, **options)
    try:
        with new_file(target) as file, parquet.ParquetWriter(file, reader.schema, compression=compression) as writer:
            group: list[pa.RecordBatch] = []
            group_rows = group_bytes = 0

            def flush() -> None:
                nonlocal group_rows, group_bytes
                if group:
                    writer.write_table(pa.Table.from_batches(group).unify_dictionaries())
                group.clear()
                group_rows = group_bytes = 0

            try:
                for batch in reader:
                    group.append(batch)
                    group_rows += batch.num_rows
                    group_bytes += batch.nbytes
                    count += batch.num_rows
                    if group_rows >= _GROUP_ROWS or group_bytes >= _GROUP_BYTES:
                        flush()
            except ImportAuditError as error:
                # An empty file must not replace the rows of an earlier run.
                if error.status not in PARTIAL or count == 0:
                    raise
                failure = error
            flush()
    except BaseException:
        reader.close()
        raise
    if failure is not None and not allow_incomplete:
        failure.result = count
        raise failure
    return count
