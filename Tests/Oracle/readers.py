"""What the scripts about other readers have in common: their options, and what happens to a file that shows a fault."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from seeds import add_seed


class Failure(Exception):
    """Readers disagree. `file` is what they disagree about: a file, or the bytes of one."""

    def __init__(self, why: str, file: Path | bytes | None = None):
        super().__init__(why)
        self.file = file


def parse(doc: str | None, count: int, counted: str) -> argparse.Namespace:
    """The options of a script, whose seed is printed."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    add_seed(parser)
    parser.add_argument("--count", type=int, default=count, help=f"how many {counted}")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where a file that shows a fault is kept")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    return options


def fail(options: argparse.Namespace, where: str, failure: Failure) -> int:
    """Says what is wrong, and keeps the file. The exit status."""
    print(f"FAULT {where}: {failure} (seed {options.seed})")
    file = failure.file
    if isinstance(file, Path):
        file = (file.name, file.read_bytes()) if file.is_file() else None
    elif file is not None:
        file = ("text.json", file)
    if file is not None:
        folder = options.keep or Path(tempfile.mkdtemp(prefix="oracle-kept-"))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file[0]).write_bytes(file[1])
        print(f"  kept as {folder / file[0]}")
    return 1
