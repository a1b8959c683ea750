"""Shared by the checkers of escaped texts: reading the pairs, and reporting errors."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path


def check(faults: Callable[[str, str], Iterable[str]]) -> int:
    """Reads pairs of a text and of how it was escaped, in hexadecimal; prints the faults, and returns the status."""
    status = 0
    for line in Path(sys.argv[1]).read_text("ascii").splitlines():
        text, escaped = (bytes.fromhex(part).decode("utf-8") for part in line.split("."))
        for fault in faults(text, escaped):
            print(f"{text!r} as {escaped!r}: {fault}")
            status = 1
    return status
