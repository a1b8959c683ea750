"""Writes the dumps of 500 jobs of some months, for pictures: most of them have few failures, those of two weeks have many,
and a few are cut off, still processing, or do not say when they were created.

    screenshot_jobs.py FOLDER
"""

import json
import random
import sys
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

FIRST = datetime(2026, 1, 5, 8)
CODES = {
    "invalid_email": "'user{}@' is not a valid e-mail address",
    "duplicate_key": "a record with the external id {} exists",
    "rate_limited": "too many requests, try again in {} s",
    "missing_property": "property 'stage' of row {} is missing",
}


def row(rng: random.Random, failing: float) -> dict[str, Any]:
    if rng.random() < failing:
        code = rng.choices(list(CODES), [5, 3, 2, 1])[0]
        return {"error": {"code": code, "message": CODES[code].format(rng.randint(1, 9999))}}
    existing = rng.random() < 0.3
    return {"id": str(uuid.UUID(int=rng.getrandbits(128))), "created": not existing, "existing": existing, "error": None}


def dump(rng: random.Random, number: int) -> str:
    day = rng.random() ** 0.8 * 140
    failing = 0 if rng.random() < 0.3 else rng.uniform(0.1, 0.3) if 60 < day < 75 else rng.uniform(0.01, 0.03)
    rows = [row(rng, failing) for _ in range(rng.randint(20, 300))]
    failed = sum(row["error"] is not None for row in rows)
    created = FIRST + timedelta(days=day)
    job = {
        "job_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "status": "complete",
        "total": len(rows),
        "processed": len(rows),
        "succeeded": len(rows) - failed,
        "failed": failed,
        "created_at": f"{created:%Y-%m-%dT%H:%M:%SZ}",
        "updated_at": f"{created + timedelta(minutes=9):%Y-%m-%dT%H:%M:%SZ}",
        "results": rows,
    }
    if number % 120 == 17:
        job["results"] = rows[:-7]
    if number % 97 == 5:
        del job["created_at"]
    if number % 170 == 50:
        job["status"] = "processing"
        del job["results"]
    text = json.dumps(job)
    return text[: len(text) * 2 // 3] if number % 150 == 33 else text


def main(folder: str) -> None:
    rng = random.Random(7)
    path = Path(folder)
    path.mkdir(parents=True)
    for number in range(500):
        (path / f"import-{number:03}.json").write_text(dump(rng, number))
    (path / "not-found.json").write_text('{"message": "Not found"}')


if __name__ == "__main__":
    main(sys.argv[1])
