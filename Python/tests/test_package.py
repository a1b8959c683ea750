"""Packages around the binary: the same bytes twice, what is in them, and the wheel in a new environment."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import pytest

import import_audit
from conftest import REPOSITORY


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    binary = folder / "binary"
    subprocess.run(["strip", "-o", binary, import_audit.binary()], check=True)
    tools = Path(sys.prefix)
    for name in ("first", "second"):
        subprocess.run(
            [REPOSITORY / "Scripts" / "package", folder / name],
            env={**os.environ, "IMPORT_AUDIT_BINARY": str(binary), "IMPORT_AUDIT_WHEEL_TOOLS": str(tools)},
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return folder


def files(path: Path) -> dict[str, bytes]:
    return {item.name: item.read_bytes() for item in path.iterdir()}


def test_the_same_bytes_twice(packages: Path) -> None:
    first, second = files(packages / "first"), files(packages / "second")
    assert first == second
    sums = first["SHA256SUMS"].decode().split()
    assert dict(zip(sums[1::2], sums[::2])) == {
        name: hashlib.sha256(data).hexdigest() for name, data in first.items() if name != "SHA256SUMS"
    }
    assert len(first) == 4


def test_the_debian_package(packages: Path) -> None:
    deb = next((packages / "first").glob("*.deb"))
    content = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        names = {name.removeprefix("./") for name in tar.getnames()}
        assert all(member.uid == 0 and not member.mode & 0o022 for member in tar)
        commands = import_audit_commands()
        assert {f"usr/share/man/man1/import-audit-{command}.1.gz" for command in commands} <= names
        pages = [tar.extractfile(member) for member in tar if member.name.endswith(".1.gz")]
        texts = [gzip.decompress(page.read()).decode("ascii") for page in pages if page is not None]
    assert names >= {
        "usr/bin/import-audit",
        "usr/share/man/man1/import-audit.1.gz",
        "usr/share/bash-completion/completions/import-audit",
        "usr/share/zsh/vendor-completions/_import-audit",
        "usr/share/fish/vendor_completions.d/import-audit.fish",
        "usr/share/doc/import-audit/examples/import-audit.timer",
        "usr/share/doc/import-audit/examples/import-audit.service",
        "usr/share/doc/import-audit/examples/import-audit.cron",
        "usr/share/doc/import-audit/copyright",
        "usr/share/doc/import-audit/SECURITY.md",
    }
    for text in texts:
        assert re.match(r"\.TH IMPORT\\-AUDIT", text) and ".SH NAME" in text and ".SH SYNOPSIS" in text


def import_audit_commands() -> list[str]:
    text = subprocess.run([import_audit.binary(), "--help"], check=True, capture_output=True, text=True).stdout
    return re.findall(r"^  ([a-z]+)  +[A-Z]", text.split("SUBCOMMANDS:")[1], re.MULTILINE)


def test_the_wheel_in_a_new_environment(packages: Path, tmp_path: Path, samples: Path) -> None:
    wheel = next((packages / "first").glob("*.whl"))
    assert re.fullmatch(r"import_audit-0\.2\.0-py3-none-manylinux_2_\d+_x86_64\.whl", wheel.name)
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", wheel], check=True)
    # Its dependencies come from this environment, to save a download; the package itself does not.
    libraries = sysconfig.get_paths()["purelib"]
    (tmp_path / "dumps").mkdir()
    (tmp_path / "dumps" / "many.json").write_bytes((samples / "many-failures.json").read_bytes())
    with tarfile.open(tmp_path / "dumps" / "archive.tar.gz", "w:gz") as tar:
        tar.add(samples / "sync.json", "sync.json")
    readme = (REPOSITORY / "Python" / "README.md").read_text()
    lines = re.search(r"```python\n(.*?)```", readme, re.DOTALL)
    assert lines is not None and len(lines.group(1).strip().splitlines()) <= 7
    environment = {name: value for name, value in os.environ.items() if name != "IMPORT_AUDIT_BINARY"}
    script = f"import sys; sys.path.append({libraries!r})\n{lines.group(1)}\nprint(import_audit.binary())"
    run = subprocess.run([python, "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert re.search(r"^invalid_email +23$", run.stdout, re.MULTILINE), run.stdout
    assert run.stdout.splitlines()[-1].startswith(str(tmp_path / "venv"))
    command = subprocess.run([tmp_path / "venv" / "bin" / "import-audit", "--version"], env=environment, capture_output=True)
    # The command needs nothing but the binary.
    assert command.stdout.decode().startswith(import_audit.__version__)
