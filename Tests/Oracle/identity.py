"""Makes a large dump in which ids come back, and compares what the program finds with a dictionary.

    identity.py --binary .build/release/import-audit [--rows 2000000] [--seed 1]

Exit status: 0 alike, 1 a mismatch.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from model import Job, Row, identity
from seeds import add_seed


def make(path: Path, count: int, seed: int) -> Job:
    """Rows of which most have ids of their own, some share one with another row, and a few ids come all the time."""
    rng = random.Random(seed)
    often = [_uuid(rng) for _ in range(30)]
    job = Job()
    before: list[str] = []
    with path.open("w", encoding="utf-8") as file:
        file.write('{"job_id":"j","status":"complete","total":%d,"results":[' % count)
        for number in range(1, count + 1):
            dice = rng.random()
            if dice < 0.01:
                id = rng.choice(often)
            elif dice < 0.02:
                id = "not a UUID %d" % rng.randrange(count // 50 + 1)
            elif dice < 0.05 and before:
                id = rng.choice(before)
            else:
                id = _uuid(rng)
                if rng.random() < 0.1:
                    before.append(id)
            if rng.random() < 0.05:
                id = id.upper() if len(id) == 36 else id
            outcome = "created" if rng.random() < 0.7 else "existing"
            file.write('%s{"id":"%s","%s":true}' % ("," if number > 1 else "", id, outcome))
            job.rows.append(Row(number, outcome, id, None, None))
        file.write("]}")
    return job


def _uuid(rng: random.Random) -> str:
    digits = "%032x" % rng.getrandbits(128)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rows", type=int, default=2_000_000)
    add_seed(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        dump = Path(folder) / "dump.json"
        job = make(dump, options.rows, options.seed)
        spill = Path(folder) / "spill"
        spill.mkdir()
        done = subprocess.run(
            [options.binary, "summary", "--identity", "--format", "json", str(dump)],
            capture_output=True, env={**os.environ, "TMPDIR": str(spill)},
        )
        if done.returncode != 0:
            print(f"exit status {done.returncode}: {done.stderr[-500:]!r}")
            return 1
        left = list(spill.iterdir())
    expected, found = identity(job), json.loads(done.stdout)["jobs"][0]["identity"]
    if left or expected != found:
        print(f"MISMATCH seed {options.seed}, files left {left}\nexpected {expected}\nfound {found}")
        return 1
    shared = {name: part["records"] for name, part in expected.items()}
    print(f"{options.rows} rows: alike, {shared} (seed {options.seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
