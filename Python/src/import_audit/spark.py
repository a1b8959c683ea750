"""Spark: dumps as tables, and one summary of more dumps than one machine can read.

    >>> import import_audit.spark
    >>> import_audit.spark.register(spark)
    >>> failed = spark.read.format("import_audit").option("outcomes", "failed").load("/archive/*.tar.gz")
    >>> import_audit.spark.summarize(spark, ["/archive/*.tar.gz"], "/audits/summary.json")

Executors need this package, with its binary. Docs/spark.md has the options, the rules and the sizing.
"""

from __future__ import annotations

import json
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
from pyspark.sql.datasource import (
    DataSource,
    DataSourceReader,
    EqualTo,
    Filter,
    In,
    InputPartition,
)
from pyspark.sql.types import IntegerType, LongType, StringType, StructField, StructType

from . import _schemas
from ._errors import PARTIAL, ImportAuditError
from ._files import File, list_files, local_path, pack, staged
from ._inputs import Arguments
from ._options import BASE, flags
from ._outputs import beside, check_output, check_remote_output, open_for_writing
from ._process import Process, run
from ._summary import Summary

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TABLES = {
    "rows": _schemas.ROWS_SCHEMA,
    "jobs": _schemas.JOBS_SCHEMA,
    "codes": _schemas.CODES_SCHEMA,
    "findings": _schemas.FINDINGS_SCHEMA,
    "unreadable": _schemas.UNREADABLE_SCHEMA,
}
"""The tables, with the schemas that they have in Arrow; in Spark, dictionaries are strings."""

PARTITION_BYTES = 128 << 20
"""The bytes of files that a task reads, unless a single file has more."""


def register(spark: SparkSession) -> None:
    """Registers ``spark.read.format("import_audit")`` with a session."""
    spark.dataSource.register(ImportAuditDataSource)


class ImportAuditDataSource(DataSource):
    """Dumps as a table.

    Options: ``table`` (one of :data:`TABLES`, ``rows`` by default); ``outcomes`` and ``code`` for rows, separated by
    commas; ``columns``, separated by commas; ``partitionBytes``; ``strict``; ``encoding``.
    """

    @classmethod
    def name(cls) -> str:
        return "import_audit"

    def schema(self) -> StructType:
        fields = spark_schema(_table(self.options)).fields
        wanted = self.options.get("columns")
        if not wanted:
            return StructType(fields)
        by_name = {field.name: field for field in fields}
        names = [name.strip() for name in wanted.split(",")]
        unknown = [name for name in names if name not in by_name]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not a column of {_table(self.options)}; choose from {', '.join(by_name)}")
        return StructType([by_name[name] for name in names])

    def reader(self, schema: StructType) -> DataSourceReader:
        return _Reader(dict(self.options), schema)


@dataclass
class _Files(InputPartition):
    files: list[File]


class _Reader(DataSourceReader):
    def __init__(self, options: dict[str, str], schema: StructType) -> None:
        # Spark's options are case-insensitive.
        self._options = {name.lower(): value for name, value in options.items()}
        self._table = _table(self._options)
        self._columns = [field.name for field in schema.fields]
        unknown = [name for name in self._columns if name not in TABLES[self._table].names]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not a column of {self._table}")
        self._outcomes: set[str] | None = _words(self._options.get("outcomes"))
        self._codes: set[str] | None = _words(self._options.get("code"))
        wrong = (self._outcomes or set()) - set(_schemas.OUTCOMES)
        if wrong:
            raise ValueError(f"{min(wrong)!r} is not an outcome; choose from {', '.join(_schemas.OUTCOMES)}")

    def pushFilters(self, filters: list[Filter]) -> Iterable[Filter]:
        """Takes over the filters that the binary can evaluate: ``outcome`` or ``error_code`` is one of some texts."""
        for item in filters:
            values: tuple[Any, ...] = ()
            if isinstance(item, EqualTo):
                values = (item.value,)
            elif isinstance(item, In):
                values = tuple(item.value)
            name = item.attribute if values else ()
            if self._table == "rows" and name == ("outcome",) and all(isinstance(value, str) for value in values):
                wanted = {value for value in values if value in _schemas.OUTCOMES}
                self._outcomes = wanted if self._outcomes is None else self._outcomes & wanted
            elif self._table == "rows" and name == ("error_code",) and all(_is_code(value) for value in values):
                self._codes = set(values) if self._codes is None else self._codes & set(values)
            else:
                yield item

    def partitions(self) -> Sequence[InputPartition]:
        if self._outcomes == set() or self._codes == set():
            return [_Files([])]
        paths = self._options.get("paths")
        found = list_files(json.loads(paths) if paths else [self._options["path"]])
        limit = int(self._options.get("partitionbytes", PARTITION_BYTES))
        return [_Files(files) for files in pack(found, limit)] or [_Files([])]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        files = cast("_Files", partition).files
        if not files:
            return
        with tempfile.TemporaryDirectory(prefix="import-audit-") as folder:
            names, missing = staged(files, folder)
            given = Arguments(names, None, folder)
            if self._table == "rows":
                if names:
                    yield from self._rows(given)
                return
            summary = _summarized(given, self._reading()) if names else None
            yield from self._of_summary(summary, missing)

    def _rows(self, given: Arguments) -> Iterator[pa.RecordBatch]:
        chosen = [] if self._outcomes is None else [f"--outcomes={','.join(sorted(self._outcomes))}"]
        chosen += [f"--code={code}" for code in sorted(self._codes or ())]
        command = ["rows", "--format=arrow", "--every-dump", "--threads=1", *BASE, *self._reading(), *chosen]
        schema = _plain(TABLES["rows"], self._columns)
        with Process([*command, "--", *given.names], given) as process:
            if process.output.peek(1):  # type: ignore[attr-defined]
                with pa.ipc.open_stream(process.output) as stream:
                    for batch in stream:
                        # Unwanted columns never leave this process.
                        columns = [_decoded(batch.column(name)) for name in self._columns]
                        yield pa.RecordBatch.from_arrays(columns, schema=schema)
            # What could not be read is in the table “unreadable”.
            process.finish(allowed=PARTIAL)

    def _of_summary(self, summary: Summary | None, missing: list[tuple[str, str]]) -> Iterator[pa.RecordBatch]:
        tables: list[pa.Table] = []
        if summary is not None:
            tables.append(getattr(summary, f"{self._table}_table")())
        if self._table == "unreadable" and missing:
            rows = [{"source": source, "reason": reason} for source, reason in missing]
            tables.append(pa.Table.from_pylist(rows, schema=TABLES["unreadable"]))
        for table in tables:
            yield from table.select(self._columns).cast(_plain(table.schema, self._columns)).to_batches()

    def _reading(self) -> list[str]:
        return flags(
            {
                "strict": self._options.get("strict", "false").lower() == "true",
                "encoding": self._options.get("encoding"),
            }
        )


@dataclass(frozen=True)
class Summarized:
    """The result of :func:`summarize`."""

    output: str
    """The path or URL of the summary."""
    is_complete: bool
    """Whether all inputs could be read completely; if not, the summary lists those that could not."""
    files: int
    """The number of files read."""
    tasks: int
    """The number of tasks that read or merged."""
    task_seconds: float
    """The sum of the times of all tasks."""
    seconds: float
    """The time from the call to the end."""


def summarize(
    spark: SparkSession,
    paths: str | Sequence[str],
    output: str,
    *,
    partition_bytes: int = PARTITION_BYTES,
    fan_in: int = 32,
    encoding: str | None = None,
    strict: bool = False,
) -> Summarized:
    """Audits files by the tasks of a cluster, and writes one ``summary.json``: byte for byte what
    ``import-audit summary --sha256 --format json`` prints for the same files on one machine.

    Each task summarizes some files; then tasks merge ``fan_in`` summaries each, until one is left. What a task makes, it
    writes beside ``output`` under a name of its own, and only the names of tasks that Spark counts are read: those that were
    tried again, or twice, change nothing.

    Args:
        spark: the session.
        paths: files, folders and patterns: local ones that all executors see, or URLs of fsspec.
        output: the file to write, where all executors and the driver can write; not an input.
        partition_bytes: of files that a task reads, unless a single file has more.
        fan_in: how many summaries a task merges, at least 2.
        encoding: of dumps that are not in Unicode.
        strict: refuse a dump that is cut off or broken, instead of saving what can be read.

    Raises:
        FileNotFoundError: there is nothing to read.
        OutputError: ``output`` is an input.
    """
    if fan_in < 2:
        raise ValueError("fan_in must be 2 or more")
    begun = time.monotonic()
    named = [paths] if isinstance(paths, str) else list(paths)
    found = list_files(named)
    groups = pack(found, partition_bytes)
    if not groups:
        raise FileNotFoundError(f"There is no file to read: {paths}")
    local_output = local_path(output)
    if local_output is None:
        check_remote_output(output, named, [file.path for file in found])
    else:
        check_output(local_output, named, is_summary=True)
    reading = flags({"encoding": encoding, "strict": strict})
    folder = beside(output, f"parts-{uuid.uuid4().hex}")
    work = [[[file.path, file.size] for file in group] for group in groups]
    tasks = 0
    seconds = 0.0
    is_complete = True
    try:
        done = _spread(spark, work, folder, "summary", reading)
        while True:
            tasks += len(done)
            seconds += sum(item[2] for item in done)
            is_complete = is_complete and all(item[3] == 0 for item in done)
            parts = [[item[1], 0] for item in done]
            if len(parts) == 1:
                break
            work = [parts[start : start + fan_in] for start in range(0, len(parts), fan_in)]
            done = _spread(spark, work, folder, "merge", [])
        with tempfile.TemporaryDirectory(prefix="import-audit-") as local:
            names, _ = staged([File(str(parts[0][0]), 0)], local, required=True)
            with open(Path(local, names[0]), "rb") as last, open_for_writing(output) as target:
                while block := last.read(1 << 20):
                    target.write(block)
    finally:
        _remove(folder)
    return Summarized(
        output, is_complete, sum(map(len, groups)), tasks, seconds, time.monotonic() - begun
    )


def _spread(
    spark: SparkSession, work: list[list[list[Any]]], folder: str, command: str, options: list[str]
) -> list[tuple[int, str, float, int]]:
    """Runs a command for each part of some work, in tasks.

    Returns:
        For each part in order: its number, the file with the result, the seconds that it took, the status.
    """
    rows = [(number, json.dumps(part)) for number, part in enumerate(work)]
    parts = spark.createDataFrame(rows, "number int, files string")
    parts = parts.repartitionByRange(len(rows), "number")

    def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for row in batch.to_pylist():
                files = [File(path, size) for path, size in json.loads(row["files"])]
                result = _run_part(files, f"{folder}/{command}-{row['number']:08}-{uuid.uuid4().hex}.json", command, options)
                yield pa.RecordBatch.from_pylist([{"number": row["number"], **result}], schema=_DONE)

    done = parts.mapInArrow(task, "number int, file string, seconds double, status int").collect()
    return sorted((row.number, row.file, row.seconds, row.status) for row in done)


_DONE = pa.schema(
    [("number", pa.int32()), ("file", pa.string()), ("seconds", pa.float64()), ("status", pa.int32())]
)


def _run_part(files: list[File], target: str, command: str, options: list[str]) -> dict[str, Any]:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="import-audit-") as folder:
        # A part that another task wrote must exist. Missing input files are named in the summary.
        names, _ = staged(files, folder, required=command == "merge", keeps_missing=True)
        given = Arguments(names, None, folder)
        if command == "summary":
            arguments = ["summary", "--format=json", "--sha256", "--threads=1", *BASE, *options]
        else:
            arguments = ["merge", "--format=json", "--no-project-file"]
        with Process([*arguments, "--", *names], given) as process:
            with open_for_writing(target) as output:
                while block := process.output.read(1 << 20):
                    output.write(block)
            status = process.finish(allowed=PARTIAL)
    if command == "merge" and status != 0:
        # Summaries that tasks wrote are always readable unless something is wrong.
        raise ImportAuditError(f"A summary of a task could not be read: {target}", status)
    return {"file": target, "seconds": time.monotonic() - begun, "status": status}


def _remove(folder: str) -> None:
    from ._files import remove_folder

    remove_folder(folder)


def _summarized(given: Arguments, reading: list[str]) -> Summary:
    command = ["summary", "--format=json", "--every-dump", "--sha256", "--threads=1", *BASE, *reading]
    _, output = run([*command, "--", *given.names], given, allowed=PARTIAL)
    return Summary(output)


def spark_schema(table: str) -> StructType:
    """The columns of a table, as Spark types."""
    types = {pa.int64(): LongType(), pa.int32(): IntegerType()}
    return StructType([StructField(field.name, types.get(field.type, StringType())) for field in TABLES[table]])


def _plain(schema: pa.Schema, columns: list[str]) -> pa.Schema:
    fields = [schema.field(name) for name in columns]
    return pa.schema([pa.field(field.name, _value_type(field.type)) for field in fields])


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _decoded(array: pa.Array) -> pa.Array:
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def _table(options: dict[str, str]) -> str:
    table = options.get("table", "rows")
    if table not in TABLES:
        raise ValueError(f"{table!r} is not a table; choose from {', '.join(TABLES)}")
    return table


def _words(text: str | None) -> set[str] | None:
    return None if text is None else {word.strip() for word in text.split(",")}


def _is_code(value: object) -> bool:
    # An empty code stands for rows without a code, which equal nothing.
    return isinstance(value, str) and value != ""


__all__ = [
    "PARTITION_BYTES",
    "TABLES",
    "ImportAuditDataSource",
    "Summarized",
    "register",
    "spark_schema",
    "summarize",
]

