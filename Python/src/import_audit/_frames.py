"""Rows in memory, for pandas and polars, and on disk, as Parquet."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pyarrow as pa
from typing_extensions import Unpack

from ._errors import PARTIAL, ImportAuditError
from ._inputs import Inputs
from ._options import PathName
from ._rows import RowOptions, rows

if TYPE_CHECKING:
    import pandas
    import polars

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

    Options and exceptions are those of :func:`rows`.
    """
    table = rows(inputs, allow_incomplete=allow_incomplete, cancel=cancel, **options).read_all()
    frame: pandas.DataFrame = table.unify_dictionaries().to_pandas()
    return frame


def to_polars(
    inputs: Inputs,
    *,
    allow_incomplete: bool = False,
    cancel: threading.Event | None = None,
    **options: Unpack[RowOptions],
) -> polars.DataFrame:
    """All rows as a polars DataFrame; ``source``, ``job_id``, ``outcome`` and ``error_code`` are categories.

    Options and exceptions are those of :func:`rows`.
    """
    import polars

    table = rows(inputs, allow_incomplete=allow_incomplete, cancel=cancel, **options).read_all()
    frame = polars.from_arrow(table.unify_dictionaries())
    assert isinstance(frame, polars.DataFrame)
    return frame


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
        InputIncomplete, InputMissing: the file is there, with all rows that could be read; ``result`` is their number.
        ImportAuditError: the other exit statuses; then there is no file, or the one from before.
    """
    import pyarrow.parquet as parquet

    target = os.fspath(path)
    partial = f"{target}.{os.getpid()}.partial"
    count = 0
    failure: ImportAuditError | None = None
    reader = rows(inputs, allow_incomplete=allow_incomplete, cancel=cancel, **options)
    try:
        with parquet.ParquetWriter(partial, reader.schema, compression=compression) as writer:
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
                if error.status not in PARTIAL:
                    raise
                failure = error
            flush()
        os.replace(partial, target)
    except BaseException:
        reader.close()
        if os.path.exists(partial):
            os.unlink(partial)
        raise
    if failure is not None:
        failure.result = count
        raise failure
    return count
