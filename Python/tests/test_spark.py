"""Spark on a real small cluster: two executors in processes of their own, on loopback."""

from __future__ import annotations

import os
import random
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark")

from pyspark.sql import SparkSession, functions

import import_audit
import import_audit.spark
from dumps import job, text


@pytest.fixture(scope="module")
def killer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A binary that once, when a file is there, kills the executor that it works for; the file is where it is told."""
    folder = tmp_path_factory.mktemp("killer")
    script = folder / "import-audit"
    # The Python worker is a child of its daemon, which is a child of the executor.
    script.write_text(
        f"""#!/bin/sh
if rm "{folder}/armed" 2>/dev/null; then
    parent() {{ cut -d ' ' -f 4 "/proc/$1/stat"; }}
    process=$PPID
    while [ "$process" -gt 1 ] && [ "$(cat /proc/"$process"/comm)" != java ]; do process=$(parent "$process"); done
    if grep -q CoarseGrainedExecutorBackend "/proc/$process/cmdline"; then
        touch "{folder}/killed"
        kill -9 "$process"
    fi
fi
exec "{import_audit.binary()}" "$@"
"""
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


@pytest.fixture(scope="module")
def spark(killer: Path) -> Iterator[SparkSession]:
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("import-audit")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.executor.memory": "1g",
        "spark.executorEnv.IMPORT_AUDIT_BINARY": str(killer),
        "spark.sql.python.filterPushdown.enabled": "true",
        "spark.speculation": "true",
        "spark.sql.shuffle.partitions": "2",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    import_audit.spark.register(session)
    yield session
    session.stop()


@pytest.fixture
def archive(tmp_path: Path, seed: random.Random, samples: Path) -> Path:
    """Files of all kinds: dumps, several of one job, archives, and what is none."""
    folder = tmp_path / "archive"
    (folder / "logs").mkdir(parents=True)
    dumps = [job(seed, seed.randrange(1, 40))[0] for _ in range(30)]
    for number, dump in enumerate(dumps[:20]):
        (folder / f"{number:02}.json").write_text(text(dump))
    # An earlier and a later dump of a job, in files far apart.
    early = {**dumps[0], "status": "processing", "updated_at": "2026-05-01T09:00:00Z", "results": []}
    (folder / "zz-early.json").write_text(text(early))
    (folder / "logs" / "jobs.jsonl").write_text("".join(text(dump) + "\n" for dump in dumps[20:]))
    with tarfile.open(folder / "old.tar.gz", "w:gz") as tar:
        for name in ("sync.json", "many-failures.json"):
            tar.add(samples / name, name)
    (folder / "cut.json").write_text(text(dumps[1])[:300])
    (folder / "page.html").write_text("<html>Not found</html>")
    (folder / "torn.tar.gz").write_bytes((folder / "old.tar.gz").read_bytes()[:700])
    return folder


def on_one_machine(folder: Path) -> bytes:
    run = subprocess.run(
        [import_audit.binary(), "summary", "--sha256", "--format", "json", "--quiet", folder], capture_output=True
    )
    return run.stdout


def test_tables(spark: SparkSession, archive: Path) -> None:
    def table(name: str, **options: Any) -> list[dict[str, Any]]:
        reader = spark.read.format("import_audit").option("table", name).option("partitionBytes", 60_000)
        for key, value in options.items():
            reader = reader.option(key, value)
        frame = reader.load(str(archive))
        assert frame.schema == import_audit.spark.spark_schema(name)
        return [row.asDict() for row in frame.collect()]

    one = import_audit.summary(archive, allow_incomplete=True, every_dump=True, sha256=True)
    local = {
        "rows": import_audit.rows(archive, allow_incomplete=True, every_dump=True).read_all(),
        "jobs": one.jobs_table(),
        "codes": one.codes_table(),
        "findings": one.findings_table(),
        "unreadable": one.unreadable_table(),
    }
    for name, expected in local.items():
        assert sorted(map(repr, table(name))) == sorted(map(repr, expected.to_pylist())), name
    assert {Path(row["source"]).name for row in table("unreadable")} >= {"page.html"}


def test_what_is_wanted_is_pushed_down(spark: SparkSession, archive: Path, seed: random.Random) -> None:
    frame = spark.read.format("import_audit").load(str(archive))
    rows = import_audit.rows(archive, allow_incomplete=True, every_dump=True).read_all().to_pylist()
    failed = frame.where(functions.col("outcome").isin("failed", "unclassified")).select("row", "error_code")
    expected = [(row["row"], row["error_code"]) for row in rows if row["outcome"] in ("failed", "unclassified")]
    key = repr
    assert sorted(map(tuple, failed.collect()), key=key) == sorted(expected, key=key)
    plan = failed._jdf.queryExecution().executedPlan().toString()
    # Spark has nothing left to filter.
    assert "Filter (" not in plan and "Filter " not in plan.replace("RuntimeFilters", ""), plan
    codes = frame.where("error_code = 'invalid_email' and row > 3")
    assert codes.count() == sum(row["error_code"] == "invalid_email" and row["row"] > 3 for row in rows)
    assert frame.where("outcome = 'failed' and outcome = 'created'").count() == 0
    options = spark.read.format("import_audit").option("outcomes", "failed").option("columns", "row, error_message")
    few = options.load(str(archive))
    assert few.columns == ["row", "error_message"]
    assert few.count() == sum(row["outcome"] == "failed" for row in rows)


def test_wrong_options_say_so(spark: SparkSession, archive: Path) -> None:
    for option, value, words in [
        ("table", "row", "not a table"),
        ("outcomes", "done", "not an outcome"),
        ("columns", "rows", "not a column"),
    ]:
        with pytest.raises(Exception, match=words):
            spark.read.format("import_audit").option(option, value).load(str(archive)).collect()


def test_the_summary_is_that_of_one_machine(spark: SparkSession, archive: Path, tmp_path: Path) -> None:
    expected = on_one_machine(archive)
    for limit, fan_in in [(30_000, 2), (1 << 30, 32)]:
        output = tmp_path / "out" / f"summary-{limit}.json"
        done = import_audit.spark.summarize(
            spark, str(archive), str(output), partition_bytes=limit, fan_in=fan_in
        )
        assert output.read_bytes() == expected, limit
        assert not done.is_complete and done.files == 26
        print(f"{done}, overhead {done.seconds - done.task_seconds / 2:.1f} s")
    # No other files are left.
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        f"summary-{limit}.json" for limit in (30_000, 1 << 30)
    )
    url = import_audit.spark.summarize(spark, f"file://{archive}/*.json", f"file://{tmp_path}/url.json")
    assert url.files == 22 and (tmp_path / "url.json").exists()


def test_an_executor_that_is_killed_changes_nothing(
    spark: SparkSession, archive: Path, tmp_path: Path, killer: Path
) -> None:
    expected = on_one_machine(archive)
    armed, killed = killer.with_name("armed"), killer.with_name("killed")
    armed.touch()
    output = tmp_path / "summary.json"
    import_audit.spark.summarize(spark, [str(archive)], str(output), partition_bytes=60_000, fan_in=2)
    assert killed.exists() and not armed.exists()
    assert output.read_bytes() == expected
    # Also while rows stream.
    killed.unlink()
    frame = spark.read.format("import_audit").option("partitionBytes", 60_000).load(str(archive))
    armed.touch()
    rows = import_audit.rows(archive, allow_incomplete=True, every_dump=True).read_all()
    assert frame.count() == rows.num_rows
    assert killed.exists()


def test_nothing_to_read(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        import_audit.spark.summarize(spark, str(tmp_path / "*.json"), str(tmp_path / "summary.json"))
    frame = spark.read.format("import_audit").load(str(tmp_path / "*.json"))
    assert frame.count() == 0


def test_no_summary_replaces_an_input(spark: SparkSession, archive: Path) -> None:
    before = (archive / "00.json").read_bytes()
    for paths in (str(archive), f"{archive}/*.json", f"file://{archive}/00.json"):
        for output in (f"{archive}/00.json", f"file://{archive}/00.json"):
            with pytest.raises(import_audit.OutputError, match="an input"):
                import_audit.spark.summarize(spark, paths, output)
    assert (archive / "00.json").read_bytes() == before
    # A summary in an input folder is skipped, also when it is replaced.
    for _ in range(2):
        import_audit.spark.summarize(spark, str(archive), f"{archive}/summary.json")
        assert (archive / "summary.json").read_bytes() == on_one_machine(archive)
