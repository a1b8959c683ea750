"""Where the binary is."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from ._errors import BinaryNotFound


def binary() -> Path:
    """The binary that reads the inputs: ``IMPORT_AUDIT_BINARY``, else the one in this package, else ``import-audit`` on the
    search path.

    Raises:
        BinaryNotFound: there is none.
    """
    given = os.environ.get("IMPORT_AUDIT_BINARY")
    if given:
        path = Path(given).resolve()
        if not os.access(path, os.X_OK):
            raise BinaryNotFound(f"IMPORT_AUDIT_BINARY is not a program: {given}")
        return path
    inside = Path(__file__).resolve().parent / "bin" / "import-audit"
    if os.access(inside, os.X_OK):
        return inside
    # Skip the command that this package installs: it would look for the binary again.
    for folder in os.get_exec_path():
        found = shutil.which("import-audit", path=folder)
        if found and not _is_script(found):
            return Path(found).resolve()
    raise BinaryNotFound(
        "The binary import-audit was not found. Install a wheel for this system, or set IMPORT_AUDIT_BINARY."
    )


def version() -> str:
    """What ``import-audit --version`` prints."""
    return subprocess.run([str(binary()), "--version"], check=True, capture_output=True, text=True).stdout.strip()


def _is_script(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(2) == b"#!"
