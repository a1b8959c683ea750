"""Bounds of histories and of rows as Arrow."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from .bound import CREATED, Bound, Work, dump, failed, most

SHOWN = "Docs/history.md, What is shown"
UNUSUAL = "Docs/history.md, What is unlike before"
ARROW = "Docs/python.md, Rows for programs in any language"
# A Monday.
FIRST = datetime.date(2024, 1, 1)


def run_of(day: int, rows: list[str], name: str | None = None) -> str:
    """A job of a minute, so many days after the first one."""
    date = FIRST + datetime.timedelta(days=day)
    return dump(rows, name or f"run-{day}", created_at=f"{date}T09:00:00Z", updated_at=f"{date}T09:01:00Z")


def history(work: Work, runs: Iterable[str]) -> str:
    assert work.run("history", "add", "h.sqlite", work.file("runs.jsonl", "\n".join(runs))).status == 0
    return "h.sqlite"


def shown(work: Work, runs: Iterable[str]) -> Any:
    return work.run("history", "show", history(work, runs), "--format", "json").document


def periods(work: Work, size: int) -> tuple[str, int]:
    document = shown(work, (run_of(day, [CREATED]) for day in range(size)))
    return document["by"], len(document["periods"])


def weeks(size: int) -> int:
    """Weeks from Monday, of days in a row."""
    return len({(FIRST + datetime.timedelta(days=day)).isocalendar()[:2] for day in range(size)})


def codes_of_trend(work: Work, size: int) -> int:
    file = history(work, [run_of(0, [failed(f"c{each}") for each in range(size)])])
    rows = csv.DictReader(io.StringIO(work.run("history", "show", file, "--format", "csv").text))
    return len({row["code"] for row in rows if row["code_kind"] == "code"})


def state_of(days: int, seen: set[int]) -> Any:
    """The state of a code that fails on some of the days, each of which has a job."""
    def state(work: Work) -> str:
        runs = (run_of(day, [failed("c") if day in seen else CREATED]) for day in range(days))
        return next(code["state"] for code in shown(work, runs)["codes"] if code["code"] == "c")
    return state


def new(work: Work, size: int) -> bool:
    """Whether a code is new if the history has so many days before it."""
    return state_of(size + 1, {size})(work) == "new"


def gone(work: Work, size: int) -> bool:
    """Whether a code is gone after so many days without it."""
    return state_of(3 + size, {0, 1, 2})(work).startswith("gone")


def gone_after_breaks(work: Work, size: int) -> bool:
    """Whether it is gone after so many days, if it was seen again after 16 days before."""
    return state_of(2 + 16 + 1 + size, {0, 1, 2, 2 + 16})(work).startswith("gone")


def gone_if_seen(work: Work, size: int) -> bool:
    """Whether it is gone if it was seen on so many days."""
    return state_of(size + 60, set(range(size)))(work).startswith("gone")


def unusual(work: Work, runs: Iterable[str], *jobs: str) -> Any:
    """The rule about jobs in which all rows failed, after runs in which none did."""
    history(work, runs)
    last = work.file("last.jsonl", "\n".join(jobs))
    done = work.run("check", last, "--history", "h.sqlite", "--unusual", "--format", "json")
    rule, = done.document["gate"]["rules"]
    return done.status, rule


def runs_needed(work: Work, size: int) -> int:
    """The status after so many earlier runs."""
    return unusual(work, (run_of(day, [CREATED] * 500) for day in range(size)), run_of(30, [failed()] * 500))[0]


def runs_compared(work: Work, size: int) -> tuple[int, bool]:
    """The status after so many earlier runs, and whether a sentence gives their number, at most 365."""
    status, rule = unusual(work, (run_of(day, [CREATED] * 9) for day in range(size)), run_of(900, [failed()] * 90))
    return status, any(f"in {min(size, 365)} earlier runs" in verdict for verdict in rule["verdicts"])


def verdicts(work: Work, size: int) -> tuple[int, int]:
    """The status if so many jobs are unlike the earlier runs, and how many sentences there are."""
    jobs = (run_of(900, [failed()] * 90, f"job-{each}") for each in range(size))
    status, rule = unusual(work, (run_of(day, [CREATED] * 90) for day in range(40)), *jobs)
    return status, len(rule["verdicts"])


def batches(work: Work, rows: list[str]) -> list[Any]:
    done = work.run("rows", work.file("job.json", dump(rows)), "--format", "arrow")
    assert done.status == 0, done.said
    return list(pa.ipc.open_stream(done.printed))


def rows_of_batch(work: Work, size: int) -> list[int]:
    return [batch.num_rows for batch in batches(work, [CREATED] * size)]


def texts_of_batch(work: Work, size: int) -> int:
    """The batches of so many rows, each with a message of a mebibyte."""
    return len(batches(work, [failed("c", f"{each:08}" + "m" * ((1 << 20) - 8)) for each in range(size)]))


def dictionary(work: Work, size: int) -> int:
    """The codes in the dictionary of a second batch, after so many in the first one."""
    rows = [failed(f"c{each}") for each in range(size)]
    first, second = batches(work, [*rows, *[CREATED] * (65_536 - size), failed("last")])
    assert len(first.column("error_code").dictionary) == size
    return len(second.column("error_code").dictionary)


BOUNDS = [
    Bound("periods of a history", SHOWN, 60, periods,
          lambda size: ("day", size) if size <= 60 else ("week", weeks(size))),
    Bound("codes of a trend in CSV", SHOWN, 20, codes_of_trend, most(20)),
    Bound("days of a history before a new code", SHOWN, 30, new, lambda size: size >= 30),
    Bound("days after which a code is gone", SHOWN, 30, gone, lambda size: size >= 30),
    Bound("days after which a code is gone, with an earlier break", SHOWN, 48, gone_after_breaks,
          lambda size: size >= 48),
    Bound("days on which a code that is gone was seen", SHOWN, 3, gone_if_seen, lambda size: size >= 3),
    Bound("earlier runs that are needed", UNUSUAL, 8, runs_needed, lambda size: 0 if size < 8 else 1),
    Bound("earlier runs that are compared", UNUSUAL, 365, runs_compared, lambda size: (1, True)),
    Bound("jobs with two sentences about what is unusual", "Docs/audit.md, check", 50, verdicts,
          lambda size: (1, min(2 * size, 100))),
    Bound("rows of an Arrow batch", ARROW, 65_536, rows_of_batch,
          lambda size: [size] if size <= 65_536 else [65_536, size - 65_536]),
    Bound("mebibytes of texts in an Arrow batch", ARROW, 16, texts_of_batch, lambda size: 1 if size <= 16 else 2),
    Bound("texts in an Arrow dictionary", ARROW, 4096, dictionary, lambda size: size + 1 if size <= 4096 else 1),
]
