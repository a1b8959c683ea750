"""Puts the binary into the wheel, and gives the wheel the platform that the binary needs."""

import os
import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The glibc versions that the binary requires, as the names of symbol versions in it.
SYMBOL_VERSION = re.compile(rb"\0GLIBC_2\.(\d+)(?:\.\d+)?(?=\0)")


def platform_tag(binary: bytes) -> str:
    versions = [int(match.group(1)) for match in SYMBOL_VERSION.finditer(binary)]
    if binary[:4] != b"\x7fELF" or binary[18:20] != b"\x3e\x00" or not versions:
        raise RuntimeError("IMPORT_AUDIT_BINARY is not a program for x86-64 Linux with glibc")
    # There are no wheels for glibc before 2.17; this binary is tested with 2.31 and later.
    return f"manylinux_2_{max(31, *versions)}_x86_64"


class BinaryHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        given = os.environ.get("IMPORT_AUDIT_BINARY")
        if not given:
            raise RuntimeError("A wheel needs IMPORT_AUDIT_BINARY: the binary that Scripts/package makes")
        binary = Path(given).resolve()
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform_tag(binary.read_bytes())}"
        build_data["force_include"][str(binary)] = "import_audit/bin/import-audit"
