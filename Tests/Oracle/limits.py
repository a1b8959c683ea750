"""Tries every bound that the documents state one below, at and one above, with the real command.

    limits.py --binary import-audit                    all but the slow ones: about 15 s
    limits.py --binary import-audit --slow             also those that need gigabytes or a million rows
    limits.py --binary import-audit --only codes       those whose name contains the word
    limits.py --list                                   each bound and where it is stated

What has to be seen on each side is written in `bounds/`, from the documents. Sizes have no randomness.
Exit status: 0 all as promised, 1 not (the input is kept).
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bounds import dumps, files, histories, pages
from bounds.bound import Bound, Work

BOUNDS: list[Bound] = [*dumps.BOUNDS, *pages.BOUNDS, *files.BOUNDS, *histories.BOUNDS]


def check(bound: Bound, size: int, binary: str) -> str | None:
    """What is wrong at a size."""
    folder = Path(tempfile.mkdtemp(prefix="oracle-"))
    try:
        seen, promised = bound.seen(Work(binary, folder), size), bound.promised(size)
    except Exception as error:  # Whatever the error is, report it with the name of the bound.
        seen, promised = f"{type(error).__name__}: {error}", bound.promised(size)
    if seen == promised:
        shutil.rmtree(folder)
        return None
    place = f"{bound.name} ({bound.stated}) at {size:,}"
    return f"{place}: promised {promised!r}, seen {str(seen)[:600]!r}; kept as {folder}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary")
    parser.add_argument("--only", default="", metavar="WORD", help="only bounds whose name contains it")
    parser.add_argument("--slow", action="store_true", help="also those that take long")
    parser.add_argument("--list", action="store_true", help="print the bounds")
    parser.add_argument("--verbose", action="store_true", help="print how long each took")
    parser.add_argument("--threads", type=int, default=3, help="how many bounds are tried at once")
    options = parser.parse_args()
    if options.list:
        for bound in BOUNDS:
            print(f"{bound.at:>15,}  {bound.name} ({bound.stated}){' slow' if bound.slow else ''}")
        return 0
    if not options.binary:
        parser.error("--binary is required")

    binary = str(Path(options.binary).resolve())
    chosen = [bound for bound in BOUNDS if options.only in bound.name]
    tried = [bound for bound in chosen if options.slow or not bound.slow]
    faults = sizes = 0

    def check_all(bound: Bound) -> tuple[list[str], float]:
        began = time.monotonic()
        found = [fault for size in bound.sizes if (fault := check(bound, size, binary))]
        return found, time.monotonic() - began

    # Runs mostly wait for the disk.
    with ThreadPoolExecutor(options.threads) as pool:
        for bound, (found, seconds) in zip(tried, pool.map(check_all, tried)):
            for fault in found:
                print(f"FAULT {fault}", flush=True)
            faults += len(found)
            sizes += len(bound.sizes)
            if options.verbose:
                print(f"{bound.name}: {seconds:.2f} s", file=sys.stderr)
    slow = len(chosen) - len(tried)
    print(f"{len(tried)} bounds, {sizes} sizes: {faults} faults" + (f"; NOT TRIED: {slow} slow bounds" if slow else ""))
    if not tried:
        print(f"No bound has {options.only!r} in its name.", file=sys.stderr)
    return 1 if faults or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
