"""Bounds of what is read of a dump, and of its summary."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from .bound import CREATED, Bound, Work, beyond, created, dump, failed, finding, findings, most, word

MIB = 1 << 20
LIMITS = "Docs/audit.md, Limits"


def nesting(work: Work, size: int) -> tuple[str, bool]:
    # The dump is the first level.
    deep = "[" * (size - 1) + "]" * (size - 1)
    done = work.run("summary", "--format", "json", work.file("job.json", f'{{"job_id":"j","a":{deep},"results":[]}}'))
    return "status 65" if done.status == 65 else "whole", "dump-malformed" in findings(done.document["jobs"][0])


def text_of(field: str, size: int) -> str:
    """A dump in which one text has so many bytes; the last character has two."""
    text = "x" * (size - 2) + "é"
    if field == "details":
        text = text[len('{"field":""}'):]
    row = {
        "id": json.dumps({"id": text, "created": True}, ensure_ascii=False),
        "code": json.dumps({"error": {"code": text, "message": "m"}}, ensure_ascii=False),
        "message": json.dumps({"error": {"code": "c", "message": text}}, ensure_ascii=False),
        "details": json.dumps({"error": {"code": "c", "message": "m", "field": text}}, ensure_ascii=False),
    }.get(field, CREATED)
    head = {"job_id": text if field == "job field" else "j", "status": "complete", "total": 1}
    return json.dumps(head, ensure_ascii=False)[:-1] + f',"results":[{row}]}}'


def long_text(field: str) -> Any:
    def seen(work: Work, size: int) -> tuple[int, bool, bool]:
        """Bytes that are kept, whether a finding says that it was cut, and whether it ends with a character."""
        csv.field_size_limit(16 * MIB)
        name = work.file("job.json", text_of(field, size))
        cells = next(csv.DictReader(io.StringIO(work.page(name, formats="csv,json", name="rows.csv"))))
        job = json.loads((work.folder / "out/summary.json").read_text())["jobs"][0]
        text = cells[{"id": "record_id", "code": "error_code", "message": "error_message", "details": "error_details",
                      "job field": "job_id"}[field]]
        return len(text.encode()), "limit-reached" in findings(job), "\N{REPLACEMENT CHARACTER}" not in text

    return seen


def text_kept(size: int) -> tuple[int, bool, bool]:
    # The last character has two bytes: if the text is one byte too long, both are dropped.
    return (size, False, True) if size <= MIB else (MIB - 1, True, True)


def codes(work: Work, size: int) -> tuple[int, bool, bool, int]:
    job = work.job(dump(failed(f"code {each}") for each in range(size)))
    listed = job["failed_by_code"]
    others = [code for code in listed if code.get("other")]
    rows = sum(code["rows"] for code in listed)
    return len(listed) - len(others), bool(others), "limit-reached" in findings(job), rows


def codes_of_all(work: Work, size: int) -> tuple[int, bool, int]:
    for each in range(2):
        work.file(f"in/{each}.json", dump((failed(f"code {row}") for row in range(each, size, 2)), f"j{each}"))
    listed = work.summary("in")["totals"]["failed_by_code"]
    others = [code for code in listed if code.get("other")]
    return len(listed) - len(others), bool(others), sum(code["rows"] for code in listed)


def patterns(codes: int) -> Any:
    def seen(work: Work, size: int) -> tuple[int | None, bool]:
        job = work.job(dump(failed(f"c{code}", word(each)) for code in range(codes) for each in range(size)))
        return job["failed_by_code"][0]["message_patterns"], "limit-reached" in findings(job)

    return seen


def values(codes: int, patterns: int) -> Any:
    def seen(work: Work, size: int) -> int | None:
        rows = [failed(f"c{code}", f"{word(pattern)} {each}") for code in range(codes) for pattern in range(patterns)
                for each in range(size)]
        return work.job(dump(rows))["failed_by_code"][0]["messages"][0]["slots"][0]["distinct_values"]

    return seen


def told_apart(at: int) -> Any:
    return lambda size: size if size <= at else None


def counted_placeholders(work: Work, size: int) -> list[bool]:
    rows = [failed("c", " ".join(["of", *(f"{each}{row}" for each in range(size))])) for row in range(2)]
    slots = work.job(dump(rows))["failed_by_code"][0]["messages"][0]["slots"]
    return [slot["distinct_values"] is not None for slot in slots]


def compared_values(work: Work, size: int) -> int:
    """The number of values, of which two differ in the byte with this number."""
    start = "v" * (size - 1)
    job = work.job(dump([failed("c", f"of '{start}a'"), failed("c", f"of '{start}b'")]))
    message = job["failed_by_code"][0]["messages"][0]
    # If the values count as one, the pattern has no placeholder, or one with a single value.
    return max([1, *(slot["distinct_values"] for slot in message["slots"])])


def compared_codes(work: Work, size: int) -> int:
    start = "v" * (size - 1)
    return len(work.job(dump([failed(start + "a"), failed(start + "b")]))["failed_by_code"])


def compared_messages(work: Work, size: int) -> int:
    start = "v" * (size - 1)
    return work.job(dump([failed("c", start + "a"), failed("c", start + "b")]))["failed_by_code"][0]["message_patterns"]


def superseded(size: int) -> list[str]:
    """So many dumps that another one supersedes."""
    return [dump([CREATED], updated_at=f"2026-03-01T{each // 3600:02}:{each // 60 % 60:02}:{each % 60:02}Z",
                 status="processing", n=each) for each in range(size + 1)]


def superseded_listed(work: Work, size: int) -> tuple[int, int]:
    found = work.job("\n".join(superseded(size)))["superseded"]
    return len(found["snapshots"]), found["count"]


def superseded_counted(work: Work, size: int) -> tuple[int | None, bool]:
    job = work.job("\n".join(superseded(size)))
    return job["superseded"]["count"], "More than 1,000" in finding(job, "superseded-snapshot")["message"]


def incidents(work: Work, size: int) -> int:
    rows = []
    for each in range(size):
        rows += [failed(f"c{each}")] * 60 + [CREATED] * 1000
    return len(work.job(dump(rows))["failure_incidents"])


def incident_rows(work: Work, size: int) -> int:
    return len(work.job(dump([CREATED] * 10_000 + [failed()] * size + [CREATED] * 10_000))["failure_incidents"])


def stretches(work: Work, size: int) -> int:
    return len(work.job(dump(([failed()] * 12 + [CREATED]) * size))["failure_stretches"])


def stretch_rows(work: Work, size: int) -> int:
    return len(work.job(dump([CREATED, *[failed()] * size, CREATED]))["failure_stretches"])


def buckets(work: Work, size: int) -> tuple[int, int]:
    positions = work.job(dump([failed()] * size))["failure_positions"]
    return positions["bucket_rows"], len(positions["counts"])


def rows_of_finding(work: Work, size: int) -> tuple[int, int]:
    found = finding(work.job(dump([failed(None)] * size)), "failed-without-code")
    return found["count"], len(found["rows"])


def shared_records(kind: str) -> Any:
    def seen(work: Work, size: int) -> tuple[int, int]:
        rows = [created(f"r{each}", kind == "existing") for each in range(size)] * 2
        name = "existing_ids_shared" if kind == "existing" else "created_ids_repeated"
        found = work.job(dump(rows), "--identity")["identity"][name]
        return found["records"], len(found["top"])

    return seen


def rows_of_record(work: Work, size: int) -> tuple[int, int]:
    record = work.job(dump([created("r")] * size), "--identity")["identity"]["created_ids_repeated"]["top"][0]
    return record["rows"], len(record["first_rows"])


def id_of_record(work: Work, size: int) -> tuple[int, int]:
    """The bytes shown; the id ends with a character of two bytes. Another one that begins like it is another record."""
    rows = [created("x" * (size - 2) + end) for end in ("é", "é", "éa")]
    found = work.job(dump(rows), "--identity")["identity"]["created_ids_repeated"]
    return found["records"], len(found["top"][0]["id"].encode())


def messages_listed(work: Work, size: int) -> tuple[int, int]:
    code = work.job(dump(failed("c", word(each)) for each in range(size)))["failed_by_code"][0]
    return code["message_patterns"], len(code["messages"])


def values_listed(work: Work, size: int) -> tuple[int, int]:
    code = work.job(dump(failed("c", f"of {each}") for each in range(size)))["failed_by_code"][0]
    slot = code["messages"][0]["slots"][0]
    return len(slot["values"]), slot["other_values_rows"]


def example_details(work: Work, size: int) -> tuple[int, bool]:
    text = "x" * (size - len('{"f":""}'))
    details = work.job(dump([failed(f=text)]))["failed_by_code"][0]["example_details"]
    return len(details.removesuffix("…")), details.endswith("…")


def largest_count(work: Work, size: int) -> tuple[int | None, bool]:
    job = work.job(f'{{"job_id":"j","status":"complete","total":{size},"results":[]}}')
    return job["total"], "total-unknown" in findings(job)


def under_keys(work: Work, size: int) -> int:
    keys = [f'{{"k{each}":' for each in range(size)]
    return len(work.summary(work.file("in.json", "".join(keys) + dump([CREATED]) + "}" * size))["jobs"])


def in_strings(work: Work, size: int) -> int:
    text = dump([CREATED])
    for _ in range(size):
        text = json.dumps({"body": text})
    return len(work.summary(work.file("in.json", text))["jobs"])


def log_forms(work: Work, size: int) -> bool:
    """Whether something stays before the dumps: all but the outermost forms do."""
    forms = ["2025-03-04T10:06:00Z ", "Nov 27 12:00:00 host p[1]: ", "name-1  | ", "data: ", "[pod/n/container] "]
    prefix = "".join(reversed(forms[:size]))
    lines = [prefix + dump([CREATED], f"j{each}") for each in range(5)]
    jobs = work.summary(work.file("in.log", "\n".join(lines) + "\n"))["jobs"]
    assert len(jobs) == 5, f"{len(jobs)} jobs"
    return any("skipped-text" in findings(job) for job in jobs)


def things_listed(work: Work, size: int) -> tuple[int, bool]:
    """Of an input with no dump: how many things are listed, and whether the number of the others is given."""
    text = "".join(f'{{"message":"no {each}"}}\n' for each in range(size))
    reasons = [each["reason"] for each in work.summary(work.file("in.jsonl", text))["unreadable"]]
    things = [reason for reason in reasons if "no " in reason]
    return len(things), any(re.match(rf"{size - 20} more", reason) for reason in reasons)


def summary_text(work: Work, size: int) -> tuple[int, bool]:
    """A summary that was made by hand: the status of reading it, and whether it is refused."""
    document = work.summary(work.file("job.json", dump([CREATED], "j")))
    document["jobs"][0]["job_id"] = "x" * size
    done = work.run("merge", work.file("s.json", json.dumps(document)))
    return done.status, bool(done.document["unreadable"])


def summary_texts(work: Work, size: int) -> tuple[int, bool]:
    """The same with codes of 1 MiB each."""
    count = size // MIB
    document = work.summary(work.file("job.json", dump(failed(f"{each:03}", None) for each in range(count))))
    for code in document["jobs"][0]["failed_by_code"]:
        code["code"] += "x" * (MIB - 3)
    for stretch in document["jobs"][0]["failure_stretches"]:
        stretch["code"] = "000" + "x" * (MIB - 3)
    done = work.run("merge", work.file("s.json", json.dumps(document)))
    unreadable = done.document["unreadable"]
    return done.status, bool(unreadable) and "64 MiB" in unreadable[0]["reason"]


BOUNDS = [
    Bound("nesting", LIMITS, 10_000, nesting,
          lambda size: ("whole", False) if size <= 10_000 else ("status 65", True)),
    *(Bound(f"bytes of one {field}", LIMITS, MIB, long_text(field), text_kept)
      for field in ("id", "code", "message", "job field")),
    Bound("bytes of the details of an error", LIMITS, MIB, long_text("details"),
          # The details end with a quotation mark and a brace.
          lambda size: (min(size, MIB), size > MIB, True)),
    Bound("codes of a job", LIMITS, 4096, codes,
          lambda size: (min(size, 4096), size > 4096, size > 4096, size)),
    Bound("codes of all jobs", LIMITS, 4096, codes_of_all, lambda size: (min(size, 4096), size > 4096, size)),
    *(Bound(f"patterns of a code, {count} codes", LIMITS, at, patterns(count),
            lambda size, at=at: (size, False) if size <= at else (None, True))
      for count, at in ((1, 512), (3, 512), (4, 2048 // 5), (7, 256), (63, 32))),
    *(Bound(f"values of a placeholder, {count} codes, {each} patterns", LIMITS, at, values(count, each), told_apart(at))
      for count, each, at in ((1, 1, 2048), (7, 1, 1024), (8, 1, 512), (1, 3, 1024), (1, 5, 512), (20, 30, 8))),
    Bound("placeholders whose values are counted", LIMITS, 8, counted_placeholders,
          lambda size: [each < 8 for each in range(size)]),
    Bound("bytes of a value that are compared", LIMITS, 96, compared_values, lambda size: 2 if size <= 96 else 1),
    Bound("bytes of a code that are compared", LIMITS, 1024, compared_codes, lambda size: 2 if size <= 1024 else 1),
    Bound("bytes of a message that are compared", LIMITS, 1024, compared_messages,
          lambda size: 2 if size <= 1024 else 1),
    Bound("superseded dumps that are listed", LIMITS, 20, superseded_listed, lambda size: (min(size, 20), size)),
    Bound("superseded dumps that are counted", LIMITS, 1000, superseded_counted,
          lambda size: (size, False) if size <= 1000 else (None, True)),
    Bound("incidents of a job", LIMITS, 5, incidents, most(5)),
    Bound("rows of an incident", "Docs/audit.md, Incidents", 10, incident_rows, lambda size: int(size >= 10)),
    Bound("stretches of failed rows", "Docs/audit.md, summary.json", 5, stretches, most(5)),
    Bound("rows of a stretch", "Docs/audit.md, summary.json", 10, stretch_rows, lambda size: int(size >= 10)),
    Bound("buckets of failed rows", "Docs/audit.md, summary.json", 64, buckets,
          lambda size: (1, size) if size <= 64 else (2, -(-size // 2))),
    Bound("rows of a finding", "Docs/audit.md, Findings", 20, rows_of_finding, lambda size: (size, min(size, 20))),
    *(Bound(f"{kind} records that several rows share", LIMITS, 20, shared_records(kind),
            lambda size: (size, min(size, 20))) for kind in ("created", "existing")),
    Bound("first rows of a shared record", "Docs/audit.md, summary.json", 20, rows_of_record,
          lambda size: (size, min(size, 20))),
    Bound("bytes of the id of a shared record", LIMITS, 256, id_of_record,
          lambda size: (1, size if size <= 256 else 255)),
    Bound("patterns of a code in summary.json", LIMITS, 20, messages_listed, lambda size: (size, min(size, 20))),
    Bound("values of a placeholder in summary.json", LIMITS, 10, values_listed,
          lambda size: (min(size, 10), max(0, size - 10))),
    Bound("bytes of the example of details", "Docs/audit.md, summary.json", 1024, example_details,
          lambda size: (min(size, 1024), size > 1024)),
    Bound("a count", "Docs/audit.md, Bulk updates and deletes", 2**63 - 1, largest_count,
          lambda size: (size, False) if size < 2**63 else (None, True)),
    Bound("keys around a dump", "Docs/audit.md, What is taken off", 4, under_keys, lambda size: int(size <= 4)),
    Bound("strings around a dump", "Docs/audit.md, What is taken off", 4, in_strings, lambda size: int(size <= 4)),
    Bound("forms of logs within each other", LIMITS, 4, log_forms, beyond(4)),
    Bound("things of an input without a dump", "Docs/audit.md, What is taken off", 20, things_listed,
          lambda size: (min(size, 20), size > 20)),
    Bound("a text of a summary that is read back", LIMITS, MIB, summary_text,
          lambda size: (0, False) if size <= MIB else (65, True)),
    Bound("texts of a job of a summary that is read back", LIMITS, 64 * MIB, summary_texts,
          lambda size: (0, False) if size <= 64 * MIB else (65, True), step=MIB, slow=True, is_exact=False),
]
