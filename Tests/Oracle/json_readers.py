"""Random texts, JSON and almost JSON, in dumps: the program accepts and refuses the same ones as other readers.

    json_readers.py --binary PATH --seed 1 --count 2500

The others are Python's json, orjson, simdjson (PyPI pysimdjson) and jq. All read the same bytes: a dump with the text
as the value of a field that the API does not define. Where a reader differs, `DIFFERENCES` has to say why RFC 8259
allows that, and both have to accept the dump once the reason is taken out of it. Exit status: 0 all agree, 1 not (the
dump is kept).
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import simdjson

import compare
import jsontexts
from check import run
from readers import Failure, fail, parse

BATCH = 500
DAMAGE = {"dump-truncated", "dump-malformed", "row-damaged", "text-repaired"}
# Findings about what follows or surrounds a dump that ends too early.
AROUND = {"skipped-text", "unwrapped"}
JQ_RUNS = 50  # jq takes texts that are not UTF-8 one at a time.
ALONE = 15

# Dumps around a text, and the number of complete rows before it.
PLACES = (
    (b'{"job_id":"j","status":"complete","total":2,"x":', b',"results":[{"created":true},{"existing":true}]}', 0),
    (b'{"job_id":"j","status":"complete","total":1,"results":[{"created":true}],"x":', b"}", 1),
    (
        b'{"job_id":"j","status":"complete","total":3,"results":[{"created":true},{"x":',
        b',"existing":true},{"created":true}]}',
        1,
    ),
    (b'{"job_id":"j","status":"complete","total":2,"results":[{"created":true},{"error":{"code":"c","x":', b"}}]}", 1),
    (b'{"job_id":"j","status":"failed","total":0,"error":{"x":', b'},"results":[]}', 0),
)


@dataclass
class Case:
    kind: str
    data: bytes
    rows_before: int = 0
    verdicts: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.job = python_value(self.data)


# The readers


def python_value(data: bytes) -> dict[str, Any] | None:
    """The object that Python's json reads; None where it refuses the bytes."""

    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    try:
        value = json.loads(data.decode("utf-8"), parse_constant=refuse, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else {}


def orjson_accepts(data: bytes) -> bool:
    try:
        orjson.loads(data)
    except ValueError:
        return False
    return True


def simdjson_accepts(data: bytes) -> bool:
    try:
        simdjson.Parser().parse(data)
    except (ValueError, RuntimeError):
        return False
    return True


def jq_accepts(texts: list[bytes]) -> Iterator[bool | None]:
    """Texts that are UTF-8 go into one run, as strings for `fromjson`; of the others, the first few are files."""
    strings = [_utf8(text) for text in texts]
    several = json.dumps([text for text in strings if text is not None]).encode()
    program = ["jq", "-c", "map(try (fromjson | true) catch false)"]
    done = subprocess.run(program, input=several, capture_output=True, timeout=300, check=True)
    verdicts, files = iter(json.loads(done.stdout)), 0
    for text, string in zip(texts, strings):
        if string is not None:
            yield next(verdicts)
        elif files < JQ_RUNS:
            files += 1
            one = subprocess.run(["jq", "-n", "[inputs] | length"], input=text, capture_output=True, timeout=300)
            yield one.returncode == 0 and one.stdout == b"1\n"
        else:
            yield None


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def read_with(reader: str, texts: list[bytes]) -> Iterator[bool | None]:
    if reader == "jq":
        return jq_accepts(texts) if texts else iter(())
    one = {
        "Python": lambda data: python_value(data) is not None,
        "orjson": orjson_accepts,
        "simdjson": simdjson_accepts,
    }
    return map(one[reader], texts)


READERS = ("Python", "orjson", "simdjson", "jq")


class CaseFailure(Failure):
    def __init__(self, why: str, case: Case | None = None) -> None:
        super().__init__(why, case.data if case else None)
        self.kind = case.kind if case else "a batch"


def ask_program(binary: str, cases: list[Case]) -> None:
    """Adds the program's verdicts: one job, no damage, nothing left over. Checks the status and the rows."""
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        for number, case in enumerate(cases):
            (Path(folder) / f"{number:06}.json").write_bytes(case.data)
        status, printed, errors = run([binary, "summary", "--every-dump", "--format", "json", folder])
    document, fault = compare.parse_summary(printed)
    alone = cases[0] if len(cases) == 1 else None
    if fault:
        raise CaseFailure(f"{fault}; exit status {status}, stderr {errors[-300:]!r}", alone)
    jobs: dict[int, list[dict[str, Any]]] = {}
    unreadable: set[int] = set()
    for entry in document["jobs"]:
        jobs.setdefault(_number(entry["source"], folder), []).append(entry)
    for entry in document["unreadable"]:
        unreadable.add(_number(entry["source"], folder))
    lost = bool(unreadable)
    for number, case in enumerate(cases):
        own = jobs.get(number, [])
        findings = {finding["id"] for job in own for finding in job["findings"]}
        lost = lost or bool(findings & DAMAGE)
        accepted = len(own) == 1 and number not in unreadable and not findings & (DAMAGE | AROUND)
        case.verdicts["import-audit"] = accepted
        seen = sum(job["rows"]["seen"] for job in own)
        if accepted and case.job and isinstance(case.job.get("results"), list) and seen != len(case.job["results"]):
            raise CaseFailure(f"{seen} rows, not {len(case.job['results'])}", case)
        if not accepted and seen < case.rows_before:
            raise CaseFailure(f"{seen} rows, but {case.rows_before} are complete before the text", case)
    if status != (65 if lost else 0):
        raise CaseFailure(f"exit status {status}, not {65 if lost else 0}; stderr {errors[-300:]!r}", alone)


def _number(source: str, folder: str) -> int:
    return int(source.removeprefix(folder + "/")[:6])


# Differences between readers


@dataclass(frozen=True)
class Difference:
    readers: tuple[str, ...]
    accepts: bool  # whether the reader accepts the dump; the program does the opposite
    what: str
    section: str  # the section of RFC 8259, and its rule
    without: Callable[[bytes], bytes]  # removes the reason from the dump


LIMITS = "9: an implementation may set limits on the depth of nesting"
RANGE = "6: an implementation may set limits on the range and precision of numbers"
LONE = "8.2: the grammar allows lone surrogates, what readers do is unpredictable"
BOM = "8.1: parsers may ignore a byte order mark"
EXTEND = "9: a parser may accept forms or extensions that are not JSON"

DIFFERENCES = (
    Difference(("orjson", "simdjson", "jq"), False, "a lone surrogate", LONE, jsontexts.without_lone_surrogates),
    # orjson: numbers beyond a double. simdjson: also integers beyond 64 bits.
    Difference(("orjson", "simdjson"), False, "a large number", RANGE, jsontexts.without_large_numbers),
    # The program: 10,000 levels. orjson and simdjson: 1,024. jq: 256 in old versions.
    Difference(("orjson", "simdjson", "jq"), False, "deep nesting", LIMITS, jsontexts.without_depth),
    Difference(("Python", "jq"), True, "nesting beyond 10,000 levels", LIMITS, jsontexts.without_depth),
    Difference(("Python", "orjson"), False, "a byte order mark at the start", BOM, jsontexts.without_mark),
    # jq accepts everything that C's strtod accepts, up to a NUL.
    Difference(("jq",), True, "numbers such as 01, +1, .5, 1., NaN", EXTEND, jsontexts.without_odd_numbers),
    # jq reads U+FFFD instead.
    Difference(("jq",), True, "bytes that are not UTF-8", EXTEND, jsontexts.without_bad_utf8),
    # U+0000 and U+001F; old versions accept all control characters.
    Difference(("jq",), True, "a raw control character in a string", EXTEND, jsontexts.without_controls),
)


def explain(reader: str, case: Case) -> tuple[bytes, list[Difference]]:
    """The dump without all that lets this reader differ, and what that was."""
    data, found = case.data, []
    for each in DIFFERENCES:
        if reader in each.readers and each.accepts == case.verdicts[reader]:
            changed = each.without(data)
            if changed != data:
                data = changed
                found.append(each)
    return data, found


def judge(binary: str, cases: list[Case]) -> Counter:
    """Compares all verdicts. Returns how often each difference occurred."""
    doubts: list[tuple[str, Case, Case, list[Difference]]] = []
    for reader in READERS:
        for case, verdict in zip(cases, read_with(reader, [case.data for case in cases]), strict=True):
            if verdict is None:
                continue
            case.verdicts[reader] = verdict
            if verdict != case.verdicts["import-audit"]:
                data, found = explain(reader, case)
                if not found:
                    raise CaseFailure(f"{reader} {_does(verdict)} it, import-audit {_does(not verdict)} it", case)
                doubts.append((reader, case, Case(case.kind, data), found))
    for batch in batches([plain for _, _, plain, _ in doubts]):
        ask_program(binary, batch)
    met: Counter = Counter()
    for reader in READERS:
        own = [doubt for doubt in doubts if doubt[0] == reader]
        for (_, case, plain, found), verdict in zip(own, read_with(reader, [doubt[2].data for doubt in own])):
            if not plain.verdicts["import-audit"] or verdict is False:
                who = "import-audit" if verdict is not False else reader
                what = " and ".join(each.what for each in found)
                raise CaseFailure(f"{reader} {_does(case.verdicts[reader])} it; without {what}, {who} refuses it", case)
            met.update(f"{reader} {_does(each.accepts)} {each.what}" for each in found)
    return met


def _does(accepts: bool) -> str:
    return "accepts" if accepts else "refuses"


# The command


def make(seed: int, count: int) -> Iterator[Case]:
    for index in range(count):
        rng = random.Random(f"json:{seed}:{index}")
        kind, text = jsontexts.make(rng)
        before, after, rows = rng.choice(PLACES)
        mark = b"\xef\xbb\xbf" if rng.random() < 0.02 else b""
        yield Case(kind, mark + before + text + after, rows)


def batches(cases: list[Case]) -> Iterator[list[Case]]:
    """What Python accepts, then the rest: a run of the first alone shows the status 0."""
    for whole in (True, False):
        chosen = [case for case in cases if (case.job is not None) == whole]
        for start in range(0, len(chosen), BATCH):
            yield chosen[start : start + BATCH]


def main() -> int:
    options = parse(__doc__, 2500, "texts")
    cases = list(make(options.seed, options.count))
    # A mutation may turn the dump into something other than a job, which no reader would notice.
    cases = [case for case in cases if case.job is None or case.job.get("job_id") == "j"]
    try:
        for batch in batches(cases):
            ask_program(options.binary, batch)
        met = judge(options.binary, cases)
        # If a dump is the only input, the exit status is about it alone.
        for case in [case for case in cases if case.job is None][:ALONE]:
            ask_program(options.binary, [case])
    except CaseFailure as failure:
        return fail(options, failure.kind, failure)
    for what, times in sorted(met.items()):
        print(f"  allowed: {what}, {times}")
    accepted = sum(case.verdicts["import-audit"] for case in cases)
    print(f"{len(cases)} texts, {accepted} accepted: import-audit, {', '.join(READERS)} agree (seed {options.seed})")
    return 0


if __name__ == "__main__":
    # Python's json recurses, and some texts are deeply nested.
    sys.setrecursionlimit(200_000)
    threading.stack_size(1 << 29)
    result: list[int] = [1]
    thread = threading.Thread(target=lambda: result.__setitem__(0, main()))
    thread.start()
    thread.join()
    sys.exit(result[0])
