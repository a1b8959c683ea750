"""Files that the package writes: no input is touched, nothing replaces what is better, and results are those of the call."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import import_audit
from dumps import job, text
from import_audit._outputs import check_output, new_file


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def place(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dumps" / "deep").mkdir(parents=True)
    shutil.copy(samples / "sync.json", tmp_path / "job.json")
    shutil.copy(samples / "many-failures.json", tmp_path / "dumps" / "deep" / "a.json")
    shutil.copy(samples / "truncated.json", tmp_path / "cut.json")
    (tmp_path / "exist.csv").write_text("mine")
    (tmp_path / "redact.key").write_bytes(b"k" * 32)
    (tmp_path / "other").symlink_to("dumps")
    (tmp_path / "link.json").symlink_to("job.json")
    os.link(tmp_path / "dumps" / "deep" / "a.json", tmp_path / "hard.json")
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    return tmp_path


REFUSED: list[tuple[Any, str, dict[str, Any], str]] = [
    ("job.json", "job.json", {}, "an input"),
    ("job.json", "./link.json", {}, "an input"),
    ("link.json", "job.json", {}, "an input"),
    (["exist.csv", "dumps/deep/a.json"], "dumps/deep/a.json", {}, "an input"),
    ("dumps", "dumps/deep/a.json", {}, "an input"),
    ("dumps", "hard.json", {}, "an input"),
    ("dumps", "dumps/x.parquet", {}, "in an input folder"),
    ("other", "dumps/deep/x.parquet", {}, "in an input folder"),
    (".", "x.parquet", {}, "in an input folder"),
    ("job.json", "redact.key", {"redact": True, "redact_key_file": "redact.key"}, "an option names"),
    ("job.json", "dumps", {}, "not a file"),
    ("job.json", "pipe", {}, "not a file"),
    ("job.json", "", {}, "empty"),
    ("job.json", "none/x.parquet", {}, "No such file"),
]


@pytest.mark.parametrize(("inputs", "target", "options", "reason"), REFUSED)
def test_what_must_not_be_replaced_is_refused(
    place: Path, inputs: Any, target: str, options: dict[str, Any], reason: str
) -> None:
    os.unlink(place / "pipe") if inputs == "." else None
    before = tree(place)
    with pytest.raises(import_audit.OutputError, match=reason) as raised:
        import_audit.write_parquet(inputs, target, **options)
    assert raised.value.status == 73 and tree(place) == before


def test_an_open_file_is_an_input_too(place: Path) -> None:
    with open("job.json", "rb") as file, pytest.raises(import_audit.OutputError, match="an input"):
        import_audit.write_parquet(file, "job.json")
    with pytest.raises(import_audit.OutputError, match="an input"):
        import_audit.write_parquet(f"file://{place}/job.json", "job.json")


def test_nothing_that_was_read_replaces_nothing(place: Path) -> None:
    before = tree(place)
    for allow in (False, True):
        with pytest.raises(import_audit.InputMissing) as raised:
            import_audit.write_parquet("nope.json", "exist.csv", allow_incomplete=allow)
        assert raised.value.result is None
    with pytest.raises(import_audit.InputMissing):
        import_audit.write_parquet("nope.json", "new.parquet")
    assert tree(place) == before
    assert import_audit.write_parquet("cut.json", "new.parquet", allow_incomplete=True) == 39
    assert pq.read_table("new.parquet").num_rows == 39


def test_drafts_are_hidden_and_have_names_of_their_own(place: Path) -> None:
    with new_file("dumps/x.parquet") as one, new_file("dumps/x.parquet") as other:
        one.write(b"1")
        other.write(b"22")
        names = [name for name in os.listdir("dumps") if "partial" in name]
        assert len(names) == 2 and all(name.startswith(".x.parquet.") for name in names)
        assert len(import_audit.summary("dumps").jobs) == 1
    assert os.listdir("dumps").count("x.parquet") == 1 and (place / "dumps" / "x.parquet").stat().st_mode & 0o777 == (
        place / "exist.csv"
    ).stat().st_mode & 0o777
    with pytest.raises(ValueError), new_file("exist.csv") as file:
        file.write(b"half")
        raise ValueError
    assert (place / "exist.csv").read_text() == "mine" and not [name for name in os.listdir() if "partial" in name]
    with new_file("x" * 255) as file:
        file.write(b"long")


def test_a_summary_may_be_in_an_input_folder(place: Path) -> None:
    (place / "dumps" / "s.json").write_bytes(import_audit.summary("dumps").json)
    check_output("dumps/s.json", ["dumps"], is_summary=True)
    check_output("dumps/new.json", ["dumps", "dumps/*.json"], is_summary=True)
    for inputs, target in [(["dumps"], "dumps/deep/a.json"), (["dumps/s.json"], "dumps/s.json"), (["dumps/deep/*"], "hard.json")]:
        with pytest.raises(import_audit.OutputError, match="an input"):
            check_output(target, inputs, is_summary=True)


def test_a_result_is_that_of_the_call(place: Path, samples: Path) -> None:
    trip = samples / "round-trip"
    import_audit.rejects(trip / "first-try.json", trip / "contacts.csv", "rejects")
    import_audit.report("job.json", "audit")
    before = tree(place)
    failing: list[Callable[[], Any]] = [
        lambda: import_audit.rejects("exist.csv", trip / "contacts.csv", "rejects"),
        lambda: import_audit.rejects(trip / "first-try.json", "none.csv", "rejects"),
        lambda: import_audit.report("nope.json", "audit"),
        lambda: import_audit.report("nope.json", "new"),
        lambda: import_audit.report("exist.csv", "audit", allow_incomplete=True),
        lambda: import_audit.report("job.json", "audit", source="none.csv"),
        lambda: import_audit.summary("dumps", codes="nope.yml", allow_incomplete=True),
        lambda: import_audit.check("dumps", rules="nope.yml"),
        lambda: import_audit.compare("dumps", "nope.json", allow_incomplete=True),
        lambda: import_audit.to_pandas("nope.json", redact=True, redact_rules="nope.yml", allow_incomplete=True),
    ]
    for call in failing:
        with pytest.raises(import_audit.ImportAuditError) as raised:
            call()
        assert raised.value.result is None, raised.value.message
        assert raised.value.status in (64, 65, 66), raised.value.message
        assert tree(place) == before


def test_what_was_still_done_is_the_result(place: Path, samples: Path) -> None:
    trip = samples / "round-trip"
    (place / "few.csv").write_text("email\na@example.com\n")
    for _ in range(2):
        # The second time, nothing changes in the folder.
        with pytest.raises(import_audit.InputMissing, match="nope.json") as raised:
            import_audit.report(["job.json", "nope.json"], "audit")
        assert raised.value.result == place / "audit" and (place / "audit" / "index.md").exists()
        assert raised.value.message == "nope.json: No such file or directory"
    assert import_audit.report(["job.json", "nope.json"], "audit", allow_incomplete=True) == place / "audit"
    with pytest.raises(import_audit.NotPassed) as raised:
        import_audit.report(trip / "first-try.json", "mine", source="few.csv")
    assert raised.value.result is None and not (place / "mine").exists()
    with pytest.raises(import_audit.InputMissing) as raised:
        import_audit.rejects([trip / "first-try.json", "nope.json"], trip / "contacts.csv", "r")
    assert raised.value.result["reconciliation"]
    plan = import_audit.rejects(
        [trip / "first-try.json", "nope.json"], trip / "contacts.csv", "r", allow_incomplete=True
    )
    assert plan == raised.value.result
    result = import_audit.check(["job.json", "nope.json"], min_rows=1, allow_incomplete=True)
    assert not result and result.document["gate"]["met"] in (True, False)
    comparison = import_audit.compare("cut.json", "job.json", allow_incomplete=True)
    with pytest.raises(import_audit.InputIncomplete) as raised:
        import_audit.compare("cut.json", "job.json")
    assert raised.value.result == comparison
    with pytest.raises(import_audit.InputIncomplete) as raised:
        import_audit.to_pandas("cut.json")
    assert len(raised.value.result) == 39


def test_no_target_destroys_an_input(seed: random.Random, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random trees with links, and random pairs of inputs and targets in them."""
    monkeypatch.chdir(tmp_path)
    names = ["a.json", "d/b.json", "d/e/c.json", ".h.json"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text(job(seed, seed.randrange(1, 5))[0]))
    (tmp_path / "l.json").symlink_to("d/b.json")
    (tmp_path / "s").symlink_to("d/e")
    os.link("a.json", "d/h.json")
    places = [*names, "l.json", "s", "s/c.json", "d/h.json", "d", "d/e", ".", "d/../a.json"]
    before = tree(tmp_path)
    for _ in range(60):
        inputs = [seed.choice(places) for _ in range(seed.randrange(1, 3))]
        target = seed.choice([*places, "new.parquet", "d/new.parquet", "s/new.parquet"])
        try:
            import_audit.write_parquet(inputs, target)
        except import_audit.OutputError:
            assert tree(tmp_path) == before, (inputs, target)
            continue
        except import_audit.InputIncomplete:
            pass
        after = tree(tmp_path)
        written = {name for name in after if after[name] != before.get(name)}
        # No file that these inputs name or contain has changed.
        roots = [os.path.realpath(item) for item in inputs]
        for name in written:
            real = os.path.realpath(name)
            assert real not in roots, (inputs, target)
            hidden = any(part.startswith(".") for part in Path(name).parts)
            assert hidden or not any(os.path.isdir(root) and real.startswith(root + "/") for root in roots), (inputs, target)
        for name in set(after) - set(before):
            os.unlink(name)
        for name, content in before.items():
            if after.get(name) != content:
                if os.path.islink(name):
                    os.unlink(name)
                Path(name).write_bytes(content)
