"""Summaries, checks, reports, comparisons, rejects, and what they raise."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import jsonschema
import pytest

import import_audit
from conftest import REPOSITORY


def schema(name: str) -> dict[str, object]:
    return json.loads((REPOSITORY / "Docs" / "schemas" / f"{name}.schema.json").read_text())  # type: ignore[no-any-return]


def test_summary_is_what_the_command_prints(samples: Path, binary: Path) -> None:
    run = subprocess.run([binary, "summary", "--format", "json", "--quiet", samples], capture_output=True)
    summary = import_audit.summary(samples, allow_incomplete=True)
    assert summary.json == run.stdout
    jsonschema.validate(summary.document, schema("summary"))
    with pytest.raises(import_audit.InputIncomplete) as raised:
        import_audit.summary(samples)
    assert raised.value.status == 65
    assert raised.value.result.json == run.stdout
    assert "truncated.json" in raised.value.message and "import-audit:" not in raised.value.message


def test_tables_add_up(samples: Path) -> None:
    summary = import_audit.summary(samples, allow_incomplete=True)
    jobs = summary.jobs_table()
    assert jobs.schema.equals(import_audit.JOBS_SCHEMA)
    assert jobs.equals(import_audit.jobs(samples, allow_incomplete=True))
    for column, total in summary.totals["rows"].items():
        if column != "missing":
            assert sum(jobs[f"rows_{column}"].to_pylist()) == total, column
    assert sum(summary.codes_table()["rows"].to_pylist()) == summary.totals["rows"]["failed"]
    findings = summary.findings_table()
    assert findings["severity"].to_pylist().count("critical") == summary.totals["findings"]["critical"]
    assert sum(jobs["findings_critical"].to_pylist()) == summary.totals["findings"]["critical"]
    assert summary.unreadable_table().to_pylist() == summary.unreadable


def test_a_rule_that_is_not_met_is_a_result(samples: Path) -> None:
    result = import_audit.check(samples / "many-failures.json", max_failed="2%", fail_on=["critical"])
    assert not result and result.document["gate"]["met"] is False
    jsonschema.validate(result.document, schema("check"))
    assert import_audit.check(samples / "many-failures.json", max_failed="90%")
    with pytest.raises(import_audit.UsageError, match="max-failed"):
        import_audit.check(samples / "sync.json", max_failed="many")
    with pytest.raises(import_audit.InputIncomplete) as raised:
        import_audit.check(samples / "truncated.json", max_failed="90%")
    assert raised.value.result.document["gate"]["rules"]


def test_report(samples: Path, tmp_path: Path) -> None:
    folder = import_audit.report(
        samples / "many-failures.json", tmp_path / "audit", title="A title", formats="md,csv,json,xhtml"
    )
    assert {"report.xhtml", "report.md", "rows.csv", "summary.json"} <= {path.name for path in folder.iterdir()}
    assert "A title" in (folder / "report.md").read_text()
    with pytest.raises(import_audit.NotPassed) as raised:
        import_audit.report(samples / "many-failures.json", tmp_path / "audit", max_failed=1)
    assert raised.value.result == folder
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "report.md").write_text("mine")
    with pytest.raises(import_audit.OutputError, match="report.md"):
        import_audit.report(samples / "sync.json", tmp_path / "mine")
    assert (tmp_path / "mine" / "report.md").read_text() == "mine"


def test_compare(samples: Path) -> None:
    trip = samples / "round-trip"
    comparison = import_audit.compare(trip / "first-try.json", samples / "sync.json")
    jsonschema.validate(comparison, schema("comparison"))


def test_rejects(samples: Path, tmp_path: Path) -> None:
    trip = samples / "round-trip"
    plan = import_audit.rejects(
        trip / "first-try.json", trip / "contacts.csv", tmp_path / "rejects", codes=trip / "codes.yml", by_action=True
    )
    jsonschema.validate(plan, schema("plan"))
    assert (tmp_path / "rejects" / "reasons.csv").exists()
    with pytest.raises(import_audit.NotPassed):
        import_audit.rejects(samples / "sync.json", trip / "contacts.csv", tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_exceptions_can_be_sent_between_processes(samples: Path) -> None:
    with pytest.raises(import_audit.InputMissing) as raised:
        import_audit.summary(samples / "none.json")
    copy = pickle.loads(pickle.dumps(raised.value))
    assert type(copy) is import_audit.InputMissing
    assert (copy.message, copy.status) == (raised.value.message, 66)
    assert isinstance(copy, OSError) and str(copy) == copy.message


def test_cancelling_before_the_start(samples: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    try:
        import_audit.summary([samples] * 50, allow_incomplete=True, cancel=cancel)
    except import_audit.Cancelled as error:
        assert error.status == 130


def test_no_binary(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMPORT_AUDIT_BINARY", str(samples / "sync.json"))
    with pytest.raises(import_audit.BinaryNotFound, match="not a program"):
        import_audit.summary(samples)


def test_the_module_is_the_command(samples: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "import_audit", "summary", samples / "sync.json"], capture_output=True, text=True
    )
    assert run.returncode == 0 and "12" in run.stdout
    missing = subprocess.run([sys.executable, "-m", "import_audit", "summary", "none.json"], capture_output=True)
    assert missing.returncode == 66
    assert import_audit.version().startswith(import_audit.__version__)
