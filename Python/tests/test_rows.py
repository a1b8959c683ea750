"""Rows as Arrow, pandas, polars and Parquet, compared with what dumps were made of and with the command's own CSV."""

from __future__ import annotations

import csv
import gc
import io
import json
import os
import random
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import import_audit
from dumps import job, text


def printed(binary: Path, *inputs: str, options: tuple[str, ...] = ()) -> list[dict[str, str]]:
    """What `rows` prints as CSV."""
    run = subprocess.run([binary, "rows", "--csv-raw", "--quiet", *options, *inputs], capture_output=True)
    return list(csv.DictReader(io.StringIO(run.stdout.decode(), newline="")))


def as_csv(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    # NUL cannot be in CSV.
    return [
        {name: "" if value is None else str(value).replace("\0", "\ufffd") for name, value in row.items()} for row in rows
    ]


def test_samples_are_the_rows_of_the_command(samples: Path, binary: Path) -> None:
    for path in [*sorted(samples.iterdir()), samples]:
        table = import_audit.rows(path, allow_incomplete=True).read_all()
        table.validate(full=True)
        assert table.schema.equals(import_audit.ROWS_SCHEMA)
        assert as_csv(table.to_pylist()) == printed(binary, str(path)), path


def test_random_rows_are_read_back_by_all_readers(tmp_path: Path, binary: Path, seed: random.Random) -> None:
    # More codes and jobs than a dictionary keeps, more rows than a batch, and every kind of hostile text.
    expected: list[dict[str, Any]] = []
    path = tmp_path / "dumps.jsonl"
    with path.open("w") as file:
        for number, rows in enumerate([0, 1, 70_000, *(seed.randrange(4) for _ in range(6000)), 3000]):
            dump, known = job(seed, rows)
            file.write(text(dump) + "\n")
            expected += [{"source": f"{path}:{number + 1}", **row} for row in known]
    table = import_audit.rows(path).read_all()
    table.validate(full=True)
    assert table.column("source").num_chunks > 1
    rows = table.to_pylist()
    for row, known in zip(rows, expected):
        # An empty code counts as none.
        known["error_code"] = known["error_code"] or row["error_code"]
        assert row == known
    assert len(rows) == len(expected)
    assert as_csv(rows) == printed(binary, str(path))

    parquet = tmp_path / "rows.parquet"
    assert import_audit.write_parquet(path, parquet) == len(expected)
    assert pq.read_schema(parquet).equals(import_audit.ROWS_SCHEMA)
    assert {pq.ParquetFile(parquet).metadata.row_group(0).column(n).compression for n in range(7)} == {"ZSTD"}
    assert pq.read_table(parquet).to_pylist() == rows
    assert polars.read_parquet(parquet).to_dicts() == rows
    columns = [name for name in import_audit.ROWS_SCHEMA.names]
    assert [dict(zip(columns, row)) for row in duckdb.sql(f"from read_parquet('{parquet}')").fetchall()] == rows
    frames = import_audit.to_pandas(path), pandas.read_parquet(parquet)
    for frame in frames:
        assert frame.astype(object).where(frame.notna(), None).to_dict("records") == rows
    assert import_audit.to_polars(path).to_dicts() == rows


def test_a_million_random_rows_are_those_of_rows_csv(tmp_path: Path, binary: Path, seed: random.Random) -> None:
    count = 1_000_000
    path, parquet = tmp_path / "dump.json", tmp_path / "rows.parquet"
    path.write_text(text(job(seed, count)[0]))
    audit = subprocess.run([binary, "report", path, "-o", tmp_path, "--formats", "csv", "--csv-raw", "--quiet"])
    assert audit.returncode == 0
    table = import_audit.rows(path).read_all()
    assert import_audit.write_parquet(path, parquet) == count == table.num_rows
    assert table.column("source").unique().to_pylist() == [str(path)]

    # DuckDB, which shares no code with either side, reads the CSV and compares it row by row.
    names = [name for name in import_audit.ROWS_SCHEMA.names if name != "source"]
    database = duckdb.connect()
    database.sql(f"""create table csv as select * exclude (error_details) from read_csv('{tmp_path}/rows.csv',
        all_varchar = true, header = true, nullstr = '', auto_detect = false, delim = ',', quote = '"', escape = '"',
        columns = {{{", ".join(f"'{name}': 'varchar'" for name in [*names, "error_details"])}}})""")
    assert database.sql("select count(*), count(distinct row) from csv").fetchall() == [(count, count)]
    polars_frame, pandas_frame = import_audit.to_polars(path), import_audit.to_pandas(path)
    readers = {
        "rows": table,
        "write_parquet, pyarrow": pq.read_table(parquet),
        "write_parquet, polars": polars.read_parquet(parquet).to_arrow(),
        "write_parquet, duckdb": database.sql(f"from read_parquet('{parquet}')").to_arrow_table(),
        "write_parquet, pandas": pa.Table.from_pandas(pandas.read_parquet(parquet), preserve_index=False),
        "to_polars": polars_frame.to_arrow(),
        "to_pandas": pa.Table.from_pandas(pandas_frame, preserve_index=False),
    }
    del polars_frame, pandas_frame
    for name in list(readers):
        database.register("arrow", readers.pop(name))
        # In CSV, an empty text is null, and NUL cannot occur.
        texts = ", ".join(f"nullif(replace({name}::varchar, chr(0), '\ufffd'), '') as {name}" for name in names)
        database.sql(f"create or replace table read as select {texts} from arrow")
        for one, other in [("csv", "read"), ("read", "csv")]:
            differing = database.sql(f"from {one} except all from {other} limit 3").fetchall()
            assert differing == [], (name, one)


def test_rows_are_chosen(samples: Path) -> None:
    path = samples / "many-failures.json"
    rows = import_audit.rows(path).read_all().to_pylist()
    failed = [row for row in rows if row["outcome"] == "failed"]
    assert import_audit.rows(path, outcomes=["failed"]).read_all().to_pylist() == failed
    assert import_audit.rows(path, outcomes="failed").read_all().to_pylist() == failed
    assert import_audit.failures(path).read_all().to_pylist() == [
        row for row in rows if row["outcome"] in ("failed", "unclassified")
    ]
    codes = ["invalid_email", ""]
    assert import_audit.rows(path, code=codes).read_all().to_pylist() == [
        row for row in failed if (row["error_code"] or "") in codes
    ]


def test_no_rows_are_an_empty_table(tmp_path: Path) -> None:
    dump = tmp_path / "a.json"
    dump.write_text('{"job_id":"a","status":"complete","total":0,"results":[]}')
    table = import_audit.rows(dump).read_all()
    assert table.num_rows == 0 and table.schema.equals(import_audit.ROWS_SCHEMA)
    assert len(import_audit.to_pandas(dump)) == 0
    assert import_audit.to_polars(dump).height == 0
    assert import_audit.write_parquet(dump, tmp_path / "out.parquet") == 0
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0


def test_what_could_be_read_comes_before_the_exception(samples: Path, tmp_path: Path) -> None:
    reader = import_audit.rows(samples / "truncated.json")
    rows = []
    with pytest.raises(import_audit.InputIncomplete, match="truncated.json: The dump is cut off at byte 3,536") as raised:
        for batch in reader:
            rows += batch.to_pylist()
    assert len(rows) == 39 and raised.value.status == 65
    target = tmp_path / "rows.parquet"
    with pytest.raises(import_audit.InputIncomplete) as raised:
        import_audit.write_parquet(samples / "truncated.json", target)
    assert raised.value.result == 39 == pq.read_table(target).num_rows
    assert os.listdir(tmp_path) == ["rows.parquet"]


def test_a_missing_input_and_a_wrong_option_say_so(tmp_path: Path) -> None:
    with pytest.raises(import_audit.InputMissing, match="No such file"):
        import_audit.rows(tmp_path / "none.json").read_all()
    with pytest.raises(import_audit.UsageError, match="is not an outcome"):
        import_audit.rows(tmp_path, outcomes=["done"]).read_all()
    target = tmp_path / "rows.parquet"
    target.write_bytes(b"before")
    with pytest.raises(import_audit.UsageError):
        import_audit.write_parquet(tmp_path / "none.json", target, outcomes="done")
    assert target.read_bytes() == b"before" and os.listdir(tmp_path) == ["rows.parquet"]


def test_a_reader_that_is_forgotten_leaves_no_process(tmp_path: Path, seed: random.Random) -> None:
    path = tmp_path / "large.json"
    dump, _ = job(seed, 200_000)
    path.write_text(text(dump))
    reader = import_audit.rows(path)
    reader.read_next_batch()
    assert children()
    del reader
    gc.collect()
    assert wait_until(lambda: not children())


def test_cancelling_ends_a_run_that_waits_for_its_input() -> None:
    read, write = os.pipe()
    cancel = threading.Event()
    threading.Timer(0.3, cancel.set).start()
    with os.fdopen(read, "rb") as source, os.fdopen(write, "wb", buffering=0) as sender:
        sender.write(b'{"job_id":"a","results":[')
        with pytest.raises(import_audit.Cancelled):
            import_audit.rows(source, cancel=cancel).read_all()
        assert not children()


def test_an_input_that_fails_is_not_taken_for_one_that_is_cut_off() -> None:
    class Broken(io.RawIOBase):
        blocks = [b'{"job_id":"a","status":"complete","total":2,"results":[{"created":true},']

        def read(self, size: int = -1) -> bytes:
            if self.blocks:
                return self.blocks.pop()
            raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError, match="gone"):
        import_audit.rows(Broken(), allow_incomplete=True).read_all()  # type: ignore[arg-type]


def children() -> list[str]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)
        except OSError:
            continue
        if fields[1].split()[1] == str(os.getpid()) and import_audit.binary().name[:15] in fields[0] and fields[1].split()[0] != "Z":
            found.append(stat.parent.name)
    return found


def wait_until(condition: Any) -> bool:
    for _ in range(200):
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_json_lines_and_arrow_agree_on_nulls(samples: Path, binary: Path) -> None:
    run = subprocess.run([binary, "rows", "--format", "jsonl", "--quiet", samples], capture_output=True)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert import_audit.rows(samples, allow_incomplete=True).read_all().to_pylist() == lines


def test_the_stream_is_a_stream(samples: Path) -> None:
    assert isinstance(import_audit.rows(samples), pa.RecordBatchReader)
