"""Random dumps, with the rows that they have: an oracle that knows nothing of the binary."""

from __future__ import annotations

import json
import random
import uuid
from typing import Any

HOSTILE = [
    "=cmd|' /C calc'!A0", "a,b\r\n\"c\"", "\u202egpj.exe", "<script>alert(1)</script>", "\x1b[31mred", "", "null", "NA",
    "\U0001f4a9", "tab\there", "\0", "' OR 1=1 --", "\u2028", "\ufffd", "é" * 300,
]


def row(rng: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """A row of results, and what is expected of it."""
    kind = rng.randrange(10)
    identifier = str(uuid.UUID(int=rng.getrandbits(128))) if rng.random() < 0.9 else rng.choice(HOSTILE)
    if kind < 5:
        return (
            {"id": identifier, "created": True, "existing": False, "error": None},
            {"outcome": "created", "record_id": identifier, "error_code": None, "error_message": None},
        )
    if kind < 7:
        return (
            {"id": identifier, "created": False, "existing": True, "error": None},
            {"outcome": "existing", "record_id": identifier, "error_code": None, "error_message": None},
        )
    if kind < 9:
        code = rng.choice(["invalid_email", "rate_limited", f"code-{rng.randrange(9000)}", rng.choice(HOSTILE)])
        message = rng.choice([f"'user{rng.randrange(9999)}@' is not valid", *HOSTILE])
        return (
            {"error": {"code": code, "message": message}},
            {"outcome": "failed", "record_id": None, "error_code": code, "error_message": message},
        )
    return {"created": False}, {"outcome": "unclassified", "record_id": None, "error_code": None, "error_message": None}


def job(rng: random.Random, rows: int, **members: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A dump of a job, and the rows that are expected of it."""
    pairs = [row(rng) for _ in range(rows)]
    failed = sum(expected["outcome"] == "failed" for _, expected in pairs)
    done = sum(expected["outcome"] in ("created", "existing") for _, expected in pairs)
    identifier = str(uuid.UUID(int=rng.getrandbits(128)))
    dump = {
        "job_id": identifier, "status": "complete", "total": rows, "processed": rows, "succeeded": done, "failed": failed,
        "created_at": "2026-05-01T10:00:00Z", "updated_at": f"2026-05-01T10:{rng.randrange(60):02}:00Z",
        **members,
        "results": [raw for raw, _ in pairs],
    }
    return dump, [{"job_id": identifier, "row": number, **expected} for number, (_, expected) in enumerate(pairs, 1)]


def text(dump: dict[str, Any]) -> str:
    return json.dumps(dump, ensure_ascii=False)
