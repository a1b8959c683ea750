"""Bounds of pages, Markdown, messages and other things that people read."""

from __future__ import annotations

import datetime
import json
import random
import re
from typing import Any

from .bound import CREATED, Bound, Work, beyond, created, dump, failed, most, says, word

LIMITS = "Docs/audit.md, Limits"
MESSAGES = "Docs/messages.md"
PAGE = ('<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en"><head>'
        '<meta charset="utf-8"/><title>t</title></head><body><p>{}</p></body></html>')
DAY = datetime.date(2026, 1, 1)


def counted(sections: list[str], make: Any, name: str = "report") -> Any:
    """How many elements the innermost list has: a template writes a bar for each (Docs/template-model.md)."""
    begin = "".join(f"{{{{#{each}}}}}" for each in sections)
    text = begin + "|" + "".join(f"{{{{/{each}}}}}" for each in reversed(sections))

    def seen(work: Work, size: int) -> int:
        kind = "xhtml" if "listed.rows" in sections else "md"
        work.file(f"own/{name}.{kind}.mustache", PAGE.format(text) if kind == "xhtml" else text)
        return work.page(*make(work, size), "--templates", "own", formats=kind, name=f"{name}.{kind}").count("|")

    return seen


def of_many(shown: int, make: Any, what: str, name: str = "report.md") -> Any:
    """Whether the page says that it shows so many of all."""
    return lambda work, size: f"{shown:,} of {size:,} {what}" in work.page(*make(work, size), name=name)


def one(rows: Any) -> Any:
    return lambda work, size: [work.file("job.json", dump(rows(size)))]


def codes(size: int) -> list[str]:
    return [failed(f"c{each}") for each in range(size)]


def patterns(size: int) -> list[str]:
    return [failed("c", word(each)) for each in range(size)]


def placeholders(size: int) -> list[str]:
    return [failed("c", " ".join(["of", *(f"{each}{row // 2}" for each in range(size))])) for row in range(4)]


def values(size: int) -> list[str]:
    return [failed("c", f"of {each // 2}") for each in range(2 * size)]


def same(size: int) -> list[str]:
    return [failed("c", f"of {each}") for each in range(size)]


def many_codes_of_many_rows(size: int) -> list[str]:
    """One code of few rows, which are all listed, and 19 of as many as there are."""
    return [failed("few")] * 3 + [failed(f"c{each % 19}") for each in range(size * 2)]


def records(existing: bool) -> Any:
    return lambda size: [created(f"r{each}", existing) for each in range(size)] * 2


def more_rows(work: Work, size: int) -> bool:
    page = work.page(work.file("job.json", dump([created("r")] * size)))
    return ", …" in page.split("| created |")[1].split("\n")[0]


def jobs(work: Work, size: int) -> list[str]:
    for each in range(size):
        day = DAY + datetime.timedelta(days=each)
        work.file(f"in/{each:04}.json", dump([failed(), CREATED], f"j{each}", created_at=f"{day}T09:00:00Z"))
    return ["in", "--job-reports", "none"]


def codes_of_jobs(work: Work, size: int) -> list[str]:
    for each in range(2):
        work.file(f"in/{each}.json", dump(codes(size), f"j{each}"))
    return ["in"]


def salvaged(work: Work, size: int) -> list[str]:
    for each in range(size):
        work.file(f"in/{each:04}.json", dump([CREATED, CREATED], f"j{each}")[:-5])
    return ["in", "--job-reports", "none"]


def unreadable(work: Work, size: int) -> list[str]:
    jobs(work, 2)
    for each in range(size):
        work.file(f"in/x{each:04}.json", "[1]")
    return ["in"]


def rules(work: Work, size: int) -> list[str]:
    listed = "".join(f"  - {{code: c{each}, max: 1}}\n" for each in range(size))
    return [work.file("job.json", dump([CREATED])), "--rules", work.file("rules.yml", f"max-failed-code:\n{listed}")]


def unused(work: Work, size: int) -> list[str]:
    listed = "".join(f"  - code: c{each}\n" for each in range(size))
    return [work.file("job.json", dump([CREATED])), "--codes", work.file("codes.yml", f"codes:\n{listed}")]


def times(work: Work, size: int) -> list[str]:
    """So many times in which all jobs fail, between many in which none does."""
    lines, number = [], 0
    for _ in range(size):
        for is_bad in [False] * 60 + [True] * 15:
            day = DAY + datetime.timedelta(days=number)
            lines.append(dump([failed() if is_bad else CREATED] * 20, f"j{number}", created_at=f"{day}T09:00:00Z"))
            number += 1
    return [work.file("log.jsonl", "\n".join(lines)), "--job-reports", "none"]


def times_seen(work: Work, size: int) -> int:
    return len(work.summary(times(work, size)[0]).get("incidents", []))


# Texts


def text_of(shown: int, make: Any) -> Any:
    """Whether the page cuts a text of so many characters, and says so; `make` puts it into a dump."""
    def seen(work: Work, size: int) -> tuple[bool, bool]:
        text = "é" + "x" * (size - 1)
        page = work.page(*make(work, text), "--title", "t")
        return text in page, says(page, shown, size) and "characters" in page

    return seen


def text_shown(at: int) -> Any:
    return lambda size: (size <= at, size > at)


def explanation(work: Work, text: str) -> list[str]:
    work.file("codes.yml", f"codes:\n  - code: c\n    explanation: {text}\n")
    return [work.file("job.json", dump([failed("c")])), "--codes", "codes.yml"]


def long_input(work: Work, size: int) -> bool:
    """Whether the page cuts the path of an input: it has so many characters."""
    folder = "/".join(["d" * 99] * 2 + ["e" * (size - 200 - 9)])
    page = work.page(work.file(f"{folder}/job.json", dump([CREATED])))
    return says(page, 300, size)


def long_sentence(work: Work, size: int) -> bool:
    """Whether the page cuts the sentence of a finding: what it says of superseded dumps makes it so long."""
    def sentence(length: int) -> str:
        lines = [dump([CREATED], status="s" * (length if each == 0 else 92), updated_at=f"2026-03-01T09:00:{each:02}Z")
                 for each in range(15)]
        job = work.job("\n".join([*lines, dump([CREATED], updated_at="2026-03-02T09:00:00Z")]))
        return next(each["message"] for each in job["findings"] if each["id"] == "superseded-snapshot")

    length = 100 + size - len(sentence(100))
    assert 0 < length <= 200 and len(sentence(length)) == size, f"{len(sentence(100))} characters"
    return says(work.page("job.json", name="jobs/j/report.md"), 2000, size)


def row_message(work: Work, size: int) -> tuple[bool, bool]:
    rows = [failed("c", str(each) + "é" * (size - 1)) for each in range(2)]
    page = work.page(work.file("job.json", dump(rows)), formats="xhtml", name="report.xhtml")
    return re.search(rf">1é{{{size - 1}}}<", page) is not None, "(cut after 200 characters)" in page


def details(work: Work, size: int) -> bool:
    page = work.page(work.file("job.json", dump([failed(f="x" * (size - len('{"f":""}')))])))
    return "(cut after 500 characters)" in page


def at_once(work: Work, size: int) -> bool:
    page = work.page(*jobs(work, size), formats="xhtml", name="index.xhtml")
    return '<details class="more">' in page


def markdown_limit(work: Work, size: int) -> tuple[int, bool]:
    done = work.run("report", work.file("job.json", dump(patterns(40))), "-o", "out", "--formats", "md",
                    "--markdown-limit", str(size))
    page = work.folder / "out/report.md"
    return done.status, page.exists() and page.stat().st_size <= size


def time_steps(work: Work, size: int) -> tuple[bool, int]:
    page = work.page(*jobs(work, size), name="index.md")
    table = page[page.index("## Failures over time"):].split("\n\n")[2]
    return "| Day (UTC)" in table, len(table.splitlines()) - 2


def steps(size: int) -> int:
    """Weeks from Monday, of days in a row."""
    return len({(DAY + datetime.timedelta(days=each)).isocalendar()[:2] for each in range(size)})


def worst_jobs(work: Work, size: int) -> bool:
    return "The worst jobs first" in work.run("summary", jobs(work, size)[0]).text


# Comparisons


def compared(codes: int, patterns: int) -> Any:
    def make(work: Work, size: int) -> str:
        rows = [failed(f"c{code}", word(each)) for code in range(codes or size) for each in range(patterns or size)]
        work.file("a.json", dump(rows))
        work.file("b.json", dump(rows + [CREATED]))
        return work.run("compare", "a.json", "b.json", "--format", "markdown").text
    return make


def ranges(work: Work, size: int) -> tuple[int, int]:
    work.file("a.json", dump([failed(), CREATED] * size))
    work.file("b.json", dump([CREATED, CREATED] * size))
    fixed = work.run("compare", "a.json", "b.json", "--format", "json").document["row_by_row"]["fixed"]
    return fixed["range_count"], len(fixed["ranges"])


def compared_patterns(work: Work, size: int) -> int:
    """Patterns of many jobs, 20 of each code: so many that are listed of one side."""
    every = [failed(f"c{each // 20}", word(each)) for each in range(size)]
    lines = [dump(every[start:start + 2000], f"j{start}") for start in range(0, size, 2000)]
    work.file("b.json", dump([CREATED]))
    codes = work.run("compare", work.file("a.jsonl", "\n".join(lines)), "b.json", "--format", "json").document["codes"]
    return sum(message["pattern"] is not None for code in codes for message in code.get("messages", []))


# Messages


def slack(work: Work, size: int) -> int:
    done = work.run("report", work.file("job.json", dump([CREATED])), "--stdout", "slack", "--title", "t" * size)
    blocks = done.document["blocks"]
    assert len(blocks) <= 50
    return len(blocks[0]["text"]["text"])


def slack_limits(work: Work, size: int) -> bool:
    """So many codes with long texts: whether the message has what Slack accepts."""
    rows = [failed(f"{each}" + "é<" * 120, f"{word(each)} " + "&é" * 3000) for each in range(size)]
    done = work.run("report", work.file("job.json", dump(rows, "j" * 500)), "--stdout", "slack")
    blocks = done.document["blocks"]
    fields = [block.get("fields", []) for block in blocks]
    assert any(fields), blocks
    return (len(blocks) <= 50 and all(len(each) <= 10 for each in fields)
            and all(len(field["text"]) <= 2000 for each in fields for field in each))


def teams(work: Work, size: int) -> bool:
    """Codes, ids and patterns as long as can be, more and more of them: the message stays within 28 KB."""
    rows = [failed(f"{each}" + "é<" * 120, f"{word(each)} " + "\\\"é" * 300) for each in range(size)]
    done = work.run("report", work.file("job.json", dump(rows, "j" * 500)), "--stdout", "teams")
    json.loads(done.printed)
    return len(done.printed) <= 28 * 1024


def annotations(work: Work, size: int) -> bool:
    for each in range(size):
        rows = [failed(None), failed(f"c{each}")]
        work.file(f"in/{each}.json", dump(rows, f"j{each}", processed=9, succeeded=7, failed=8))
    printed = work.run("report", "in", "--stdout", "github").text
    counts = [len(re.findall(rf"^::{kind}[ :]", printed, re.M)) for kind in ("error", "warning", "notice")]
    assert sum(counts), printed
    return max(counts) <= 10


def mail(work: Work, size: int) -> int:
    job = work.file("job.json", dump([failed("é" * size)]))
    done = work.run("report", job, "--stdout", "eml", "--title", "é " * size)
    return max(len(line) for line in done.printed.split(b"\r\n"))


def explore(work: Work, size: int) -> tuple[bool, bool]:
    """Rows with random texts of 1,440 characters: whether the page has at most 20 MB, and leaves rows out."""
    rng = random.Random(1)
    rows = [failed(f"c{each % 7}", rng.randbytes(720).hex()) for each in range(size)]
    page = work.page(work.file("job.json", dump(rows)), formats="explore", name="explore.html")
    # A script on the page makes the sentence from these numbers.
    shown, all_rows = map(int, re.findall(r'"shown":(\d+),"rows":(\d+)', page)[-1])
    assert all_rows == size
    return len(page.encode()) <= 20_000_000, shown < size


CODES = ["failures.listing.codes"]
BOUNDS = [
    Bound("codes on a page", LIMITS, 20, counted(CODES, one(codes)), most(20)),
    Bound("codes on a page, as it says", LIMITS, 20, of_many(20, one(codes), "codes"), beyond(20)),
    Bound("patterns on a page", LIMITS, 5, counted([*CODES, "messages"], one(patterns)), most(5)),
    Bound("patterns on a page, as it says", LIMITS, 5, of_many(5, one(patterns), "messages"), beyond(5)),
    Bound("placeholders on a page", LIMITS, 4, counted([*CODES, "messages", "slots"], one(placeholders)), most(4)),
    Bound("values on a page", LIMITS, 3, counted([*CODES, "messages", "slots", "values"], one(values)), most(3)),
    Bound("failed rows on a page, one code", LIMITS, 500, counted([*CODES, "listed.rows"], one(same)), most(500)),
    Bound("failed rows on a page, 20 codes", LIMITS, 500,
          counted([*CODES, "listed.rows"], one(many_codes_of_many_rows)), lambda size: 500),
    Bound("records that created rows share on a page", LIMITS, 10,
          counted(["shared_records.items"], one(records(False))), most(10)),
    Bound("records that existing rows share on a page", LIMITS, 10,
          counted(["shared_records.items"], one(records(True))), most(10)),
    Bound("shared records on a page, as it says", LIMITS, 10, of_many(10, one(records(True)), "records"), beyond(10)),
    Bound("rows of a shared record on a page", LIMITS, 5, more_rows, beyond(5)),
    Bound("rules on a page", LIMITS, 50, counted(["gate.rules"], rules), most(50)),
    Bound("unused entries on a page", LIMITS, 50, counted(["codebook.unused"], unused), most(50)),
    Bound("unused entries on a page, as it says", LIMITS, 50,
          lambda work, size: says(work.page(*unused(work, size)), 50, size), beyond(50)),
    Bound("jobs on an overview", LIMITS, 100, counted(["worst.items"], jobs, "index"), most(100)),
    Bound("jobs on an overview, as it says", LIMITS, 100, of_many(100, jobs, "jobs", "index.md"), beyond(100)),
    Bound("jobs that an overview shows at once", LIMITS, 20, at_once, beyond(20)),
    Bound("codes on an overview, as it says", LIMITS, 20, of_many(20, codes_of_jobs, "codes", "index.md"), beyond(20)),
    Bound("salvaged inputs on an overview", LIMITS, 100, of_many(100, salvaged, "inputs", "index.md"), beyond(100)),
    Bound("unreadable inputs on an overview", LIMITS, 100, of_many(100, unreadable, "inputs", "index.md"), beyond(100)),
    Bound("times of an overview that stand out", LIMITS, 5, times_seen, most(5)),
    Bound("steps of the time line", LIMITS, 60, time_steps,
          lambda size: (True, size) if size <= 60 else (False, steps(size))),
    Bound("jobs in the text of a summary", "README.md, summary", 10, worst_jobs, beyond(10)),
    *(Bound(f"characters of {what}", LIMITS, at, text_of(at, make), text_shown(at)) for what, at, make in (
        ("a message", 500, lambda work, text: [work.file("job.json", dump([failed("c", text)]))]),
        ("a code", 200, lambda work, text: [work.file("job.json", dump([failed(text)]))]),
        ("an explanation", 500, explanation))),
    Bound("characters of an input", LIMITS, 300, long_input, beyond(300)),
    Bound("characters of the sentence of a finding", LIMITS, 2000, long_sentence, beyond(2000)),
    Bound("characters of the message of a row", LIMITS, 200, row_message, text_shown(200)),
    Bound("characters of details", "Docs/audit.md, Outcomes", 500, details, beyond(500)),
    Bound("bytes of Markdown", "README.md, --markdown-limit", 1000, markdown_limit,
          lambda size: (0, True) if size >= 1000 else (64, False)),
    Bound("codes of a comparison", LIMITS, 50,
          lambda work, size: says(compared(0, 1)(work, size), 50, size), beyond(50)),
    Bound("patterns of a comparison", LIMITS, 10,
          lambda work, size: says(compared(1, 0)(work, size), 10, size), beyond(10)),
    Bound("ranges of a comparison", "Docs/audit.md, Comparing", 100, ranges, lambda size: (size, min(size, 100))),
    Bound("patterns that a comparison tells apart", LIMITS, 16_384, compared_patterns, most(16_384), slow=True),
    Bound("characters of the header in Slack", MESSAGES, 150, slack, most(150)),
    *(Bound(f"blocks and fields in Slack, {size} codes", MESSAGES, size, slack_limits, lambda size: True)
      for size in (9, 49)),
    *(Bound(f"28 KB in Teams, {size} codes", MESSAGES, size, teams, lambda size: True) for size in (2, 9, 40)),
    Bound("annotations on GitHub", MESSAGES, 10, annotations, lambda size: True),
    *(Bound(f"bytes of a line of a mail, {size} characters", MESSAGES, size, lambda work, size: mail(work, size) <= 78,
            lambda size: True) for size in (26, 78, 300)),
    Bound("20 MB of the page to explore", "Docs/explore.md", 27_000, explore,
          lambda size: (True, size > 27_000), step=18_000, slow=True, is_exact=False),
]
