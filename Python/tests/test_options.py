"""The options of the functions: those of the commands, no more and no fewer."""

from __future__ import annotations

import inspect
import re
import subprocess
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import import_audit
from import_audit import _commands, _options, _rows, _summary

FUNCTIONS: list[tuple[str, Callable[..., Any], type, set[str]]] = [
    # The command, its function, the options that are annotated, and those that make no sense in Python.
    ("summary", import_audit.summary, _summary.SummaryOptions, set()),
    ("rows", import_audit.rows, _rows.RowOptions, {"csv_raw", "csv_bom"}),
    ("rows", import_audit.failures, _rows.FailureOptions, {"csv_raw", "csv_bom", "outcomes"}),
    ("check", import_audit.check, _commands.CheckOptions, set()),
    ("report", import_audit.report, _commands.ReportOptions, {"stdout"}),
    ("compare", import_audit.compare, _commands.CompareOptions, set()),
    ("rejects", import_audit.rejects, _commands.RejectOptions, set()),
]

EVERYWHERE = {"help", "version", "quiet", "verbose", "no_project_file", "dry_run"}


def options_of(command: str) -> dict[str, str]:
    """The options of a command with the names of their values."""
    run = subprocess.run([import_audit.binary(), "help", command], capture_output=True, text=True, check=True)
    found = {}
    for line in run.stdout.split("\nOPTIONS", 1)[0].splitlines() + run.stdout.splitlines():
        match = re.match(r"  (?:-\w, )?(--[a-z0-9-]+(?:, --[a-z0-9-]+)*)(?: <([^>]+)>)?", line)
        if match:
            for name in match[1].split(", "):
                found[name[2:].replace("-", "_")] = match[2] or ""
    return found


@pytest.mark.parametrize(("command", "function", "annotated", "left_out"), FUNCTIONS, ids=lambda item: str(item)[:40])
def test_options_are_those_of_the_command(
    command: str, function: Callable[..., Any], annotated: type, left_out: set[str]
) -> None:
    parameters = inspect.signature(function).parameters
    have = set(typing.get_type_hints(annotated)) | (set(parameters) - {"inputs", "before", "after", "cancel", "options"})
    expected = set(options_of(command)) - EVERYWHERE - left_out
    # Functions choose the format of what they return; only the report has several.
    expected -= {"format"} if command == "report" else {"format", "formats"}
    assert have - {"output", "allow_incomplete"} == expected - {"output"}
    assert ("output" in have) == ("output" in expected)
    assert "allow_incomplete" in parameters


def test_every_option_with_a_file_is_a_path() -> None:
    names = {
        name
        for command in {command for command, *_ in FUNCTIONS}
        for name, value in options_of(command).items()
        if re.search(r"file|dir|\.(yml|csv|zip|sqlite)", value)
    }
    assert names - {"output"} == set(_options.PATHS)


def test_paths_do_not_depend_on_the_working_directory(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two inputs of bytes are put into a temporary folder, in which the binary then runs.
    first, second = (samples / "many-failures.json").read_bytes(), (samples / "clean-async.json").read_bytes()
    monkeypatch.chdir(tmp_path)
    folder = import_audit.report([first, second], "out", history="h.sqlite")
    assert folder == tmp_path / "out" and (folder / "index.md").exists()
    assert (tmp_path / "h.sqlite").stat().st_size > 0
    rule = import_audit.check([first, second], history="h.sqlite", max_failed_vs_median="100x")
    assert rule.document["gate"]["rules"]


def test_options_of_the_functions_themselves_are_refused(samples: Path) -> None:
    for name, value in [("format", "text"), ("formats", "text"), ("quiet", True), ("output", "x")]:
        with pytest.raises(import_audit.UsageError, match=name):
            import_audit.summary(samples / "sync.json", **{name: value})  # type: ignore[arg-type]
    with pytest.raises(import_audit.UsageError, match="empty"):
        import_audit.report(samples / "sync.json", "")


def test_jobs_are_selected(samples: Path) -> None:
    both = [samples / "many-failures.json", samples / "clean-async.json"]
    ids = [job["job_id"] for job in import_audit.summary(both).jobs]
    chosen = import_audit.summary(both, job=[str(ids[1])])
    assert [job["job_id"] for job in chosen.jobs] == ids[1:]
    assert import_audit.rows(both, job=str(ids[1])).read_all().num_rows == chosen.totals["rows"]["seen"]
    assert import_audit.jobs(both, since="2999-01-01").num_rows == 0
