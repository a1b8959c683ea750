"""All that can be an input."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import fsspec
import pytest

import import_audit


@pytest.fixture
def dump(samples: Path) -> bytes:
    return (samples / "sync.json").read_bytes()


def test_bytes_and_files(dump: bytes, samples: Path, tmp_path: Path) -> None:
    expected = import_audit.summary(samples / "sync.json").totals
    with open(samples / "sync.json", "rb") as file:
        for one in (dump, bytearray(dump), memoryview(dump), io.BytesIO(dump), file):
            summary = import_audit.summary(one)
            assert summary.totals == expected
            assert [job["source"] for job in summary.jobs] == ["-"]
    with pytest.raises(TypeError, match="binary"):
        import_audit.summary(io.StringIO("{}"))  # type: ignore[arg-type]


def test_several_in_memory_and_on_disk(dump: bytes, samples: Path) -> None:
    summary = import_audit.summary([dump, io.BytesIO(dump), samples / "sync.json"])
    assert [job["source"] for job in summary.jobs] == ["input-1", "input-2", str(samples / "sync.json")]


def test_urls(dump: bytes, samples: Path) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe("/bucket/a/one.json", dump)
    memory.pipe("/bucket/b/two.json", dump)
    one = import_audit.summary("memory://bucket/a/one.json")
    assert [job["source"] for job in one.jobs] == ["bucket/a/one.json"]
    for url in ("memory://bucket", "memory://bucket/*/*.json"):
        assert [job["source"] for job in import_audit.summary(url).jobs] == ["bucket/a/one.json", "bucket/b/two.json"]
    local = import_audit.summary(f"file://{samples}/sync.json")
    assert local.totals == one.totals
    with pytest.raises(FileNotFoundError):
        import_audit.summary("memory://bucket/none.json")
    assert import_audit.to_pandas("memory://bucket/a/one.json")["row"].tolist() == list(range(1, 13))


def test_names_that_look_like_something_else(dump: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-", "--help", "a b\n.json", "café.json"):
        Path(name).write_bytes(dump)
        assert import_audit.summary(name).totals["jobs"] == 1
        assert import_audit.summary([name, dump]).totals["jobs"] == 2


def test_the_working_directory_has_no_say(dump: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "import-audit.yml").write_text("max-failed: 0\n")
    (tmp_path / "codes.yml").write_text("codes:\n- code: invalid_email\n  title: Typo\n")
    monkeypatch.chdir(tmp_path)
    assert import_audit.check(dump, min_rows=1).passed
    # Paths in options are relative to the caller's folder, even if inputs are copied elsewhere.
    memory = fsspec.filesystem("memory")
    memory.pipe("/bucket/one.json", dump)
    assert import_audit.summary("memory://bucket/one.json", codes="codes.yml").totals["jobs"] == 1
    report = import_audit.report("memory://bucket/one.json", "audit", formats=["json"])
    assert report == tmp_path / "audit" and (report / "summary.json").exists()
    shutil.rmtree(report)
