"""A program that knows the right answers, so that what asks and what judges can be tested without import-audit."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import compare
import csvtext
import model

from .cases import NOTES_ON_READING, Case
from .verdict import NOT_WHOLE, counted, texts


def summary_of(case: Case, name: str) -> dict[str, Any]:
    """What a program without a fault would say."""
    jobs, refused = [], []
    places: set[str] = set()
    for number, expected in enumerate(case.jobs):
        place = expected.suffix or (f":{expected.line}" if len(case.jobs) > 1 else "")
        if expected.column > 1:
            place += f":{expected.column}"
        elif place in places:
            # Another job begins before it on its line.
            place += f"#/{number}" if "unwrapped" in expected.must_find else f":{1 + number}"
        places.add(place)
        if expected.certain is False:
            refused.append({"source": name + place, "reason": "breaks off"})
            continue
        told = counted(expected.rows[0] if expected.rows else [])
        findings = {id: each.count for id, each in (expected.audit.findings if expected.audit else {}).items()}
        findings = {id: count for id, count in findings.items() if id not in compare.ID_FINDINGS}
        severities = dict(model.SEVERITY)
        for id in expected.must_find | ({"dump-truncated"} if expected.cut else set()):
            findings[id] = 1
        if expected.names:
            findings["dump-malformed"] = 1
        if case.some_note or case.skipped:
            findings["skipped-text"] = 1
        if not expected.audit and not expected.cut:
            findings.setdefault("dump-malformed", 1)
        severities |= dict.fromkeys(NOT_WHOLE, "critical") | dict.fromkeys(NOTES_ON_READING, "note")
        codes = told["codes"].items()
        audit = expected.audit
        shown = {code: [dict(zip(("first_row", "rows", "example"), each)) for each in found]
                 for code, found in (texts(audit) if audit else {}).items()}
        if expected.example:
            shown[expected.example[0]] = [{"example": expected.example[1] + expected.example[2]}]
        jobs.append(
            {
                "job_id": expected.job_id, "source": name + place,
                "total": None if "total" in expected.absent else expected.total,
                "status": audit and audit.status,
                **{key: audit and getattr(audit, key) for key in ("created_at", "updated_at", "expires_at")},
                "reported": {key: audit and getattr(audit, key) for key in ("processed", "succeeded", "failed")},
                "salvaged": {"message": "cut off"} if expected.cut else None,
                "rows": {**told["rows"], "missing": audit and audit.missing},
                "failed_by_code": [
                    {"code": code, "rows": rows, "first_row": first, "last_row": last, "messages": shown.get(code, [])}
                    for code, (rows, first, last) in codes
                ],
                "findings": [
                    {"id": id, "severity": severities[id], "count": count, "message": " ".join(expected.names),
                     "rows": expected.rows_found.get(id, [])}
                    for id, count in findings.items()
                ],
            }
        )
    for _ in range(case.unreadable[0] - len(refused)):
        refused.append({"source": name, "reason": "error answer"})
    return {"jobs": jobs, "unreadable": refused}


PROGRAM = r"""#!{python}
import gzip, hashlib, json, os, sys
from pathlib import Path

SPOIL = {spoil!r}
ANSWERS = json.loads(Path({answers!r}).read_text())
OUTCOMES = ("seen", "created", "existing", "failed", "unclassified")


def answer(data):
    return ANSWERS[hashlib.sha256(data).hexdigest()]


arguments = sys.argv[1:]
if SPOIL == "crash":
    os.abort()
if SPOIL == "trace":
    print("Fatal error: index out of range", file=sys.stderr)
if arguments[0] == "report":
    out = Path(arguments[arguments.index("-o") + 1])
    out.mkdir()
    found = answer(Path(arguments[1]).read_bytes())
    out.joinpath("rows.csv").write_bytes(found["rows"].encode()[: -20 if SPOIL == "rows" else None])
    sys.exit(found["status"])

path = arguments[-1]
compressed = path.endswith(".gz")
if path == "-":
    inputs = [("-", sys.stdin.buffer.read())]
elif os.path.isdir(path):
    inputs = [(str(each), each.read_bytes()) for each in sorted(Path(path).iterdir())]
else:
    data = Path(path).read_bytes()
    inputs = [(path, gzip.decompress(data) if compressed else data)]
status, jobs, unreadable = 0, [], []
for name, data in inputs:
    found = answer(data)
    status = max(status, found["status"])
    for key, gathered in (("jobs", jobs), ("unreadable", unreadable)):
        gathered += [dict(entry, source=name + entry["source"]) for entry in found[key]]
if "--strict" in arguments and SPOIL != "strict":
    unreadable += [dict(source=job["source"], reason="refused") for job in jobs]
    jobs = []
if jobs and (SPOIL == "pipe" and path == "-" or SPOIL == "gzip" and compressed):
    jobs.pop()
rows = dict((key, sum(job["rows"][key] for job in jobs)) for key in OUTCOMES)
if SPOIL == "totals":
    rows["created"] += 1
print(json.dumps(dict(jobs=jobs, unreadable=unreadable, totals=dict(rows=rows))))
if SPOIL == "threads" and "2" in arguments:
    print()
sys.exit(70 if SPOIL == "status" else status)
"""


def write(folder: Path, cases: list[Case], spoil: str) -> str:
    """Writes the program, which answers rightly to the files of these cases alone but for what is to be spoilt."""
    answers = {}
    for case in cases:
        found = summary_of(case, "")
        table = "row,outcome,error_code\r\n"
        for number, (outcome, code) in enumerate(case.jobs[0].rows[0] if case.jobs and case.jobs[0].rows else [], 1):
            cell = csvtext.cell(code).replace('"', '""')
            table += f'{number},{outcome},"{cell}"\r\n'
        status = 65 if case.status is None else case.status
        answers[hashlib.sha256(case.data).hexdigest()] = {**found, "status": status, "rows": table}
    known = folder / "answers.json"
    known.write_text(json.dumps(answers))
    program = folder / "program"
    program.write_text(PROGRAM.format(python=sys.executable, spoil=spoil, answers=str(known)))
    program.chmod(0o755)
    return str(program)
