"""Plants patterns, values, codes and broken batches in a dump, and checks that the summary tells just these.

    planted.py --binary .build/release/import-audit --seed 1
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import uuid
from collections import Counter
from pathlib import Path

import patterns
from seeds import add_seed

TIERS = {"tier-3": 812, "tier-9": 700, "tier-17": 90, "tier-18": 1}
STRETCHES = [(4001, 1250), (9001, 400), (20_001, 37)]
ROWS = 24_000


def plant(rng: random.Random) -> tuple[list[tuple[str, str, str]], dict]:
    """Failed rows as (code, pattern, message), and the values of each slot by pattern."""
    planted, values = [], {}

    def add(code: str, pattern: str, messages: list[tuple[str, ...]], form: str) -> None:
        values[code, pattern] = [Counter(column) for column in zip(*messages)]
        planted.extend((code, pattern, form.format(*message)) for message in messages)

    tiers = [tier for tier, count in TIERS.items() for _ in range(count)]
    add("bad_tier", "property 'stage' of {id} is not allowed", [(tier,) for tier in tiers], "property 'stage' of {0} is not allowed")
    fields = [rng.choice([("email",), ("phone",), ("",)]) for _ in range(300)]
    add("bad_field", 'field "{text}" is required in v2', fields, 'field "{0}" is required in v2')
    records = [(str(uuid.UUID(int=rng.getrandbits(128))), f"{rng.randrange(9 * 10**6):,}") for _ in range(1500)]
    add("taken", "{uuid} has {number} rows", records, "{0} has {1} rows")
    mails = [(f"u{n}@example.com", f"2025-03-0{n % 9 + 1}T10:00:00Z") for n in range(90)]
    add("taken", "{email} was used on {date}", mails, "{0} was used on {1}")
    hexes = [(f"{rng.getrandbits(32):08x}",) for _ in range(80)] + [("12345678",)] * 3
    hexes = [each for each in hexes if any(digit.isdigit() for digit in each[0])]
    add("slow", "try again, request {hex}", hexes, "try again, request {0}")
    urls = [(f"https://example.com/{n % 5}",) for n in range(40)]
    add("slow", "see {url}. It is {{number}}", urls, "see {0}. It is {{number}}")
    return planted, values


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    add_seed(parser)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    planted, values = plant(rng)

    rows: list = [None] * ROWS
    for first, count in STRETCHES:
        for row in range(first, first + count):
            rows[row - 1] = ("internal_error", "worker lost", "worker lost")
    # Of the other failed rows, no two are adjacent.
    free = [row for row in range(1, ROWS + 1, 2) if not any(f - 1 <= row <= f + n for f, n in STRETCHES)]
    shuffles = [sorted(rng.sample(free, len(planted))) for _ in range(2)]
    first_seen: list = []
    for places in shuffles:
        rng.shuffle(planted)
        placed = list(rows)
        for row, entry in zip(places, planted):
            placed[row - 1] = entry
        first_seen.append(check(options.binary, placed, values))
    if first_seen[0] != first_seen[1]:
        print("another order of the rows gave other groups")
        return 1
    print(f"{len(planted)} planted messages and {len(STRETCHES)} stretches came back as they were planted, also as incidents")
    return 0


def check(binary: str, rows: list, values: dict) -> list:
    """Compares the summary with what was planted; returns what must not depend on the order of the rows."""
    results = [
        {"error": {"code": row[0], "message": row[2]}} if row else {"created": True} for row in rows
    ]
    job = {"job_id": "planted", "status": "complete", "total": len(rows), "results": results}
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "planted.json"
        dump.write_text(json.dumps(job), encoding="utf-8")
        done = subprocess.run([binary, "summary", "--format", "json", str(dump)], capture_output=True, timeout=120)
    assert done.returncode == 0, done
    found = json.loads(done.stdout)["jobs"][0]

    counted = Counter((row[0], row[1]) for row in rows if row)
    told = []
    for code in found["failed_by_code"]:
        assert code["message_patterns"] == len(code["messages"])
        for message in code["messages"]:
            key = code["code"], message["pattern"]
            places = [number for number, row in enumerate(rows, 1) if row and (row[0], row[1]) == key]
            assert (message["rows"], message["first_row"], message["last_row"], message["example_row"]) == (
                len(places), places[0], places[-1], places[0]
            ), (key, message)
            assert message["example"] == rows[places[0] - 1][2], message
            varying = [counter for counter in values.get(key, []) if len(counter) > 1]
            assert len(message["slots"]) == len(varying), message
            for slot, counter in zip(message["slots"], varying):
                few = len(counter) <= patterns.values_told(5, 2 if key[0] in ("taken", "slow") else 1)
                listed = {each["value"]: each["rows"] for each in slot["values"]}
                most = sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:10] if few else []
                assert listed == dict(most), (key, slot)
                assert slot["distinct_values"] == (len(counter) if few else None), (key, slot)
                assert sum(listed.values()) + slot["other_values_rows"] == message["rows"]
            told.append((key, message["rows"], message["slots"]))
    assert {key: count for key, count, _ in told} == dict(counted), (told, counted)

    expected = [
        {"first_row": f, "last_row": f + n - 1, "rows": n, "code": "internal_error", "code_rows": n} for f, n in STRETCHES
    ]
    assert found["failure_stretches"] == expected, found["failure_stretches"]
    incidents = sorted(found["failure_incidents"], key=lambda incident: incident["first_row"])
    elsewhere = {"rows_elsewhere": ROWS - sum(n for _, n in STRETCHES), "code_rows_elsewhere": 0}
    assert incidents == [{**entry, **elsewhere} for entry in sorted(expected, key=lambda e: e["first_row"])], incidents
    width = found["failure_positions"]["bucket_rows"]
    assert width == 512  # 24,000 rows in at most 64 buckets
    buckets = Counter((number - 1) // width for number, row in enumerate(rows, 1) if row)
    assert found["failure_positions"]["counts"] == [buckets[index] for index in range(-(-len(rows) // width))]
    of_codes = [sum(column) for column in zip(*(c["failure_positions"]["counts"] for c in found["failed_by_code"]))]
    assert of_codes == found["failure_positions"]["counts"]
    return sorted(map(repr, told))


if __name__ == "__main__":
    sys.exit(main())
