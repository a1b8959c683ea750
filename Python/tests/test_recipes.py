"""The recipes for CI systems: what a shell runs of them is run here."""

from __future__ import annotations

import os
import re
import subprocess
import textwrap
from pathlib import Path
from xml.etree import ElementTree

import pytest

import import_audit
from conftest import REPOSITORY

CI = REPOSITORY / "Docs" / "ci"


@pytest.fixture
def system(tmp_path: Path, samples: Path) -> dict[str, str]:
    """The environment of a CI system: import-audit on the path, dumps in the working directory."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "import-audit").symlink_to(import_audit.binary())
    (tmp_path / "dumps").mkdir()
    (tmp_path / "dumps" / "a b.json").write_bytes((samples / "many-failures.json").read_bytes())
    return {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "HOME": str(tmp_path)}


def results(path: Path) -> tuple[int, int]:
    """Tests and failures: a test for each rule, and one for what was read."""
    suites = ElementTree.parse(path).getroot().iter("testsuite")
    counts = [(int(suite.get("tests", 0)), int(suite.get("failures", 0))) for suite in suites]
    return sum(tests for tests, _ in counts), sum(failures for _, failures in counts)


def test_the_shell_script(system: dict[str, str], tmp_path: Path, samples: Path) -> None:
    def run(*arguments: str) -> int:
        return subprocess.run(["sh", CI / "import-audit-check.sh", *arguments], env=system, cwd=tmp_path).returncode

    assert run("dumps", "--max-failed", "90%") == 0
    assert results(tmp_path / "import-audit" / "junit.xml") == (2, 0)
    assert (tmp_path / "import-audit" / "audit" / "index.xhtml").exists()
    assert run("dumps", "--max-failed", "2%", "--require-complete") == 1
    assert results(tmp_path / "import-audit" / "junit.xml") == (3, 1)
    # A wrong option leaves the results of the previous run.
    assert run("dumps", "--max-failed", "many") == 64
    assert results(tmp_path / "import-audit" / "junit.xml") == (3, 1)
    assert run("none", "--max-failed", "1") == 66
    (tmp_path / "dumps" / "cut.json").write_bytes((samples / "truncated.json").read_bytes())
    assert run("dumps", "--max-failed", "90%") == 65
    assert run() == 64 and run("dumps") == 64


def test_the_shell_script_keeps_the_results_of_a_run_that_checked_something(system: dict[str, str], tmp_path: Path) -> None:
    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = ["sh", str(CI / "import-audit-check.sh"), *arguments]
        return subprocess.run(command, env={**system, **variables}, cwd=tmp_path, capture_output=True, text=True)

    assert run("dumps", "--max-failed", "90%").returncode == 0
    before = (tmp_path / "import-audit" / "junit.xml").read_bytes()
    for options in (["--history", "no.sqlite", "--unusual"], ["--codes", "nope.yml", "--max-failed", "1"], ["--max-failed", "x"]):
        failed = run("dumps", *options)
        assert failed.returncode in (64, 66) and failed.stderr, failed
        assert (tmp_path / "import-audit" / "junit.xml").read_bytes() == before, options
    missing = run("dumps", "--max-failed", "1", IMPORT_AUDIT_BINARY="/nowhere/import-audit")
    assert missing.returncode == 127 and "/nowhere/import-audit was not found" in missing.stderr
    assert (tmp_path / "import-audit" / "junit.xml").read_bytes() == before
    assert sorted(os.listdir(tmp_path / "import-audit")) == ["audit", "junit.xml"]


def test_the_shell_script_in_the_folder_of_the_dumps(system: dict[str, str], tmp_path: Path) -> None:
    for _ in range(3):
        command = ["sh", CI / "import-audit-check.sh", ".", "--max-failed", "100%"]
        run = subprocess.run(command, env=system, cwd=tmp_path / "dumps", capture_output=True, text=True)
        assert run.returncode == 0, run
        assert results(tmp_path / "dumps" / "import-audit" / "junit.xml") == (2, 0)


def test_the_action(system: dict[str, str], tmp_path: Path) -> None:
    text = (CI / "import-audit-check" / "action.yml").read_text()
    block = re.search(r"^      run: \|\n((?:        .*\n|\n)+)", text, re.MULTILINE)
    assert block is not None
    script = textwrap.dedent(block.group(1))
    assert "${{" not in script, "a text of the workflow would be a command"
    summary = tmp_path / "step-summary.md"
    given = {
        **system,
        "DUMPS": "dumps/a b.json",
        "RULES": "--max-failed 2% --fail-on critical",
        "IMPORT_AUDIT_OUTPUT": "out",
        "ACTION_PATH": str(CI / "import-audit-check"),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    run = subprocess.run(command, env=given, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 1, run.stderr
    assert re.search(r"^::(warning|error) ", run.stdout, re.MULTILINE)
    assert results(tmp_path / "out" / "junit.xml") == (3, 1)
    assert summary.read_text().startswith("# Import audit: ") and "143" in summary.read_text()
    # The action itself sets these variables.
    assert set(re.findall(r"^        (\w+): \$", text, re.MULTILINE)) >= {"DUMPS", "RULES", "ACTION_PATH"}
    given["RULES"] = "--max-failed 90%"
    assert subprocess.run(command, env=given, cwd=tmp_path, capture_output=True).returncode == 0


def test_the_pipeline_of_gitlab(system: dict[str, str], tmp_path: Path) -> None:
    text = (CI / "gitlab.yml").read_text()
    script = re.search(r"^  script:\n    - (.+)$", text, re.MULTILINE)
    variables = dict(re.findall(r"^    ([A-Z_]+): (.+)$", text, re.MULTILINE))
    assert script is not None and set(variables) == {"DUMPS", "IMPORT_AUDIT_OUTPUT"}
    (tmp_path / "ci").symlink_to(CI)
    run = subprocess.run(["sh", "-ec", script.group(1)], env={**system, **variables}, cwd=tmp_path)
    assert run.returncode == 1
    for path in re.findall(r"(import-audit/\S+)", text):
        assert (tmp_path / path).exists() or path.endswith(".sh"), path


def test_the_cron_job_and_the_units(system: dict[str, str], tmp_path: Path) -> None:
    examples = REPOSITORY / "Scripts" / "packaging" / "examples"
    cron = next(line for line in (examples / "import-audit.cron").read_text().splitlines() if line.startswith("30 "))
    command = cron.split(None, 6)[6].replace("\\%", "%")
    command = command.replace("/srv/imports", "dumps").replace("/var/lib/imports", "state")
    (tmp_path / "state").mkdir()
    run = subprocess.run(["sh", "-c", command], env=system, cwd=tmp_path, capture_output=True, text=True)
    assert "status 1" in run.stdout, run
    unit = (examples / "import-audit.service").read_text()
    start = re.search(r"^ExecStart=(.+)$", unit, re.MULTILINE)
    assert start is not None
    words = start.group(1).replace("/usr/bin/", "").replace("/srv/imports", "dumps").replace("%S", "state").split()
    assert subprocess.run(words, env=system, cwd=tmp_path).returncode == 0
