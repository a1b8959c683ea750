"""Incidents in failed rows, found again by brute force over all segments; planted ones, and shuffled rows without any.
Times in which far more jobs stand out are found by the same rule.

    incidents.py --binary .build/release/import-audit --seed 1

What an incident is stands in Docs/audit.md. Here, every pair of failures of a code is tried as its first and last row.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import random
import subprocess
import sys
import tempfile
from itertools import accumulate
from pathlib import Path

from seeds import add_seed

FEWEST = 10  # The fewest failed rows of an incident.
FEWEST_JOBS = 3  # The fewest jobs that stand out in a bad time.
LISTED = 5
EXACT = 128  # Up to this number of failures of a code, the program also tries all incidents.
PLACES = 5  # The tolerance for a planted incident, in rows.


def log_ratio(n: int, k: int, p: float) -> float:
    """How much better k of n is explained by k ÷ n than by p."""
    others = (n - k) * math.log((n - k) / n / (1 - p)) if n > k else 0.0
    return k * math.log(k / n / p) + others


def bound(n: int, rows: int, series: int) -> float:
    return math.log(200 * series * rows * math.sqrt(n))


def best(numbers: list[int], rows: int, series: int, p: float, fewest: int = FEWEST) -> list[tuple[int, int, int, float]]:
    """The segments (first row, last row, failures, excess) that do not overlap and have the largest sum."""
    sums: list[float] = [0.0]
    chosen: list[tuple | None] = [None]
    for last, end in enumerate(numbers):
        top, segment = sums[last], None
        for first in range(last - fewest + 2):
            n, k = end - numbers[first] + 1, last - first + 1
            if k * (1 - p) <= 2 * p * (n - k):
                continue
            excess = log_ratio(n, k, p) - bound(n, rows, series)
            if excess > 0 and sums[first] + excess > top:
                top, segment = sums[first] + excess, (first, numbers[first], end, k, excess)
        sums.append(top)
        chosen.append(segment)
    found, last = [], len(numbers)
    while last > 0:
        segment = chosen[last]
        if segment:
            found.append(segment[1:])
            last = segment[0]
        else:
            last -= 1
    return found[::-1]


def search(numbers: list[int], rows: int, series: int, fewest: int = FEWEST) -> list[tuple[int, int, int, float]]:
    """The incidents of the rows with these numbers, in their order."""
    if not fewest <= len(numbers) < rows:
        return []
    found = best(numbers, rows, series, len(numbers) / rows, fewest)
    for _ in range(3):
        failed = len(numbers) - sum(each[2] for each in found)
        elsewhere = rows - sum(last - first + 1 for first, last, _, _ in found)
        more = best(numbers, rows, series, (failed + 0.5) / (elsewhere + 1), fewest) if found else []
        if not more or more == found:
            break
        found = more
    return found


def incidents(by_code: dict[str | None, list[int]], rows: int) -> list[tuple[float, dict]]:
    """All incidents as `summary.json` has them, the strongest first, each behind its strength."""
    searched = {code: numbers for code, numbers in by_code.items() if len(numbers) >= FEWEST}
    found = []
    for code, numbers in searched.items():
        segments = search(numbers, rows, len(searched))
        elsewhere = rows - sum(last - first + 1 for first, last, _, _ in segments)
        failed = len(numbers) - sum(each[2] for each in segments)
        for first, last, count, excess in segments:
            entry = {"first_row": first, "last_row": last, "rows": last - first + 1, "code": code, "code_rows": count}
            found.append((excess, {**entry, "rows_elsewhere": elsewhere, "code_rows_elsewhere": failed}))
    return sorted(found, key=lambda each: (-each[0], each[1]["first_row"], (each[1]["code"] or "").encode()))


def problem(by_code: dict[str | None, list[int]], rows: int, found: list[dict]) -> str | None:
    """What is wrong with incidents that the program found; None if nothing is."""
    for each in found:
        numbers = by_code.get(each["code"], [])
        inside = [row for row in numbers if each["first_row"] <= row <= each["last_row"]]
        if not inside or (inside[0], inside[-1]) != (each["first_row"], each["last_row"]):
            return f"does not begin and end with a failed row: {each}"
        if len(inside) != each["code_rows"] or each["rows"] != inside[-1] - inside[0] + 1:
            return f"wrong numbers: {each}"
    if any(len(numbers) > EXACT for numbers in by_code.values()):
        return None
    expected = incidents(by_code, rows)
    if [entry for _, entry in expected[:LISTED]] == found:
        return None
    # Two incidents are equally strong, or nearly so because of rounding.
    close = [a - b for (a, _), (b, _) in zip(expected, expected[1:])]
    if any(gap < 1e-6 for gap in close[:LISTED]):
        return None
    return f"expected {[entry for _, entry in expected[:LISTED]]}, found {found}"


# The trials


def dump(number: int, codes: list[str | None], size: int = 0) -> str:
    """A job whose rows fail with these codes; None: created."""
    rows = ['{"created":true}' if code is None else f'{{"error":{{"code":"{code}"}}}}' for code in codes]
    return f'{{"job_id":"job-{number}","status":"complete","total":{len(rows)},"results":[{",".join(rows)}]}}'


def by_code(codes: list[str | None]) -> dict[str | None, list[int]]:
    result: dict[str | None, list[int]] = {}
    for number, code in enumerate(codes, 1):
        if code is not None:
            result.setdefault(code, []).append(number)
    return result


def found_by(binary: str, jobs: list[list[str | None]]) -> list[list[dict]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jobs.jsonl"
        path.write_text("".join(dump(number, codes) + "\n" for number, codes in enumerate(jobs)))
        run = subprocess.run([binary, "summary", "--format", "json", str(path)], capture_output=True, check=True)
    return [job["failure_incidents"] for job in json.loads(run.stdout)["jobs"]]


def noise(rng: random.Random, rows: int, shares: dict[str, float]) -> list[str | None]:
    names, limits = list(shares), list(accumulate(shares.values()))
    result: list[str | None] = []
    for _ in range(rows):
        number = rng.random()
        result.append(next((name for name, limit in zip(names, limits) if number < limit), None))
    return result


def plant(rng: random.Random, codes: list[str | None], first: int, rows: int, code: str, density: float) -> None:
    """Makes rows fail with a code, the first and the last of them in any case."""
    for index in range(first - 1, first - 1 + rows):
        if index in (first - 1, first + rows - 2) or rng.random() < density:
            codes[index] = code


def agrees(rng: random.Random, binary: str) -> int:
    """Small jobs, of which brute force finds the incidents as well."""
    jobs = []
    for _ in range(150):
        rows = rng.choice([30, 200, 1000, 4000])
        codes = noise(rng, rows, {"a": rng.choice([0, 0.002, 0.02, 0.3]), "b": rng.choice([0, 0.01, 0.1])})
        for _ in range(rng.randrange(4)):
            length = rng.randrange(10, 60)
            first = rng.randrange(1, max(2, rows - length))
            plant(rng, codes, first, min(length, rows - first), rng.choice("abc"), rng.choice([0.4, 0.7, 1]))
        jobs.append(codes)
    compared = 0
    for codes, found in zip(jobs, found_by(binary, jobs)):
        compared += all(len(numbers) <= EXACT for numbers in by_code(codes).values()) and bool(found)
        if reason := problem(by_code(codes), len(codes), found):
            sys.exit(f"{len(codes)} rows: {reason}")
    if compared < 10:
        sys.exit(f"only {compared} jobs with incidents were compared")
    return compared


def is_near(left: tuple[int, int], right: tuple[int, int]) -> bool:
    return all(abs(a - b) <= PLACES for a, b in zip(left, right))


def comes_back(rng: random.Random, binary: str) -> int:
    """Planted incidents come back, and nothing else."""
    jobs, plants = [], []
    for _ in range(40):
        rows = rng.choice([5_000, 20_000, 60_000])
        base = rng.choice([0, 0.001, 0.01])
        codes = noise(rng, rows, {"rate_limited": base, "invalid": rng.choice([0.05, 0.2])})
        planted = []
        for number in range(rng.randrange(1, 4)):
            length = rng.choice([40, 400, 1200])
            first = number * rows // 3 + rng.randrange(1, rows // 3 - length - 60)
            plant(rng, codes, first, length, "rate_limited", rng.choice([0.9, 0.96, 1]))
            planted.append((first, first + length - 1))
        jobs.append(codes)
        plants.append(planted)
    for codes, planted, found in zip(jobs, plants, found_by(binary, jobs)):
        if reason := problem(by_code(codes), len(codes), found):
            sys.exit(f"{len(codes)} rows: {reason}")
        spans = sorted((each["first_row"], each["last_row"]) for each in found if each["code"] == "rate_limited")
        are_planted = all(any(is_near(span, each) for each in planted) for span in spans)
        came_back = [each for each in planted if any(is_near(span, each) for span in spans)]
        # Only the strongest incidents are listed. Where every row fails with one code, none can fail with another one,
        # which is therefore denser elsewhere.
        is_complete = len(came_back) == len(planted) or len(found) == LISTED
        if len(spans) != len(came_back) or not are_planted or not is_complete:
            sys.exit(f"of {len(codes)} rows, planted {planted}, found {found}")
    return sum(map(len, plants))


def chance(rng: random.Random, binary: str) -> list[int]:
    """How many of 1,000 shuffles of the same rows have an incident, for rows of several kinds."""
    raised = []
    for rows, counts in [
        (1000, {"a": 30}), (1000, {"a": 500}), (2000, {"a": 15, "b": 150, "c": 400}), (400, {"a": 10, "b": 12, "c": 40}),
        (1500, {"a": 1200}), (3000, {f"code {number}": 12 + number for number in range(20)}),
    ]:
        codes: list[str | None] = [code for code, count in counts.items() for _ in range(count)]
        codes += [None] * (rows - len(codes))
        jobs = []
        for _ in range(1000):
            rng.shuffle(codes)
            jobs.append(codes[:])
        raised.append(sum(bool(found) for found in found_by(binary, jobs)))
    if max(raised) > 10:
        sys.exit(f"of 1,000 shuffles each, so many raised an incident: {raised}")
    return raised


def times(rng: random.Random, binary: str) -> int:
    """Times in which far more jobs stand out, as `summary.json` has them, whatever the order of the inputs."""
    compared = 0
    for _ in range(60):
        count, start = rng.choice([30, 120, 500]), rng.randrange(1_700_000_000, 1_800_000_000)
        seconds = sorted(rng.sample(range(start, start + 200_000), count))
        bad = set(rng.sample(range(count), rng.choice([0, 1, count // 20])))
        if rng.random() < 0.7:
            first = rng.randrange(count - 12)
            bad |= set(range(first, first + rng.randrange(4, 12)))
        jobs = [(second, 10, rng.randrange(6, 11) if number in bad else int(rng.random() < 0.02))
                for number, second in enumerate(seconds)]
        lines = []
        for second, rows, failed in jobs:
            codes: list[str | None] = ["a"] * failed + [None] * (rows - failed)
            lines.append(dump(second, codes).replace('"total"', f'"created_at":"{utc(second)}","total"', 1))
        rng.shuffle(lines)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "jobs.jsonl"
            path.write_text("\n".join(lines) + "\n")
            run = subprocess.run([binary, "summary", "--format", "json", str(path)], capture_output=True, check=True)
        found = json.loads(run.stdout).get("incidents", [])
        all_rows, all_failed = sum(job[1] for job in jobs), sum(job[2] for job in jobs)
        standing = [number for number, (_, rows, failed) in enumerate(jobs, 1) if failed * all_rows > 2 * all_failed * rows]
        segments = search(standing, count, 1, FEWEST_JOBS)
        jobs_in, standing_in = sum(last - first + 1 for first, last, _, _ in segments), sum(each[2] for each in segments)
        expected = []
        for first, last, number, _ in sorted(segments, key=lambda each: (-each[3], each[0]))[:LISTED]:
            inside = jobs[first - 1:last]
            expected.append({
                "first": utc(inside[0][0]), "last": utc(inside[-1][0]), "jobs": len(inside), "jobs_standing_out": number,
                "rows": sum(job[1] for job in inside), "rows_failed": sum(job[2] for job in inside),
                "jobs_elsewhere": count - jobs_in, "jobs_standing_out_elsewhere": len(standing) - standing_in,
            })
        sentences = [each.pop("sentence") for each in found]
        if found != expected or not all(" UTC on " in text or " UTC, " in text for text in sentences):
            sys.exit(f"{count} jobs: expected {expected}, found {found}, {sentences}")
        compared += bool(found)
    if compared < 10:
        sys.exit(f"only {compared} overviews with bad times were compared")
    return compared


def utc(second: int) -> str:
    return datetime.datetime.fromtimestamp(second, datetime.timezone.utc).isoformat().replace("+00:00", "Z")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    add_seed(parser)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    compared = agrees(rng, options.binary)
    planted = comes_back(rng, options.binary)
    raised = chance(rng, options.binary)
    of_time = times(rng, options.binary)
    print(f"{compared} jobs as by brute force; {planted} planted incidents came back; of 1,000 shuffles raised {raised}; "
          f"{of_time} overviews with bad times")
    return 0


if __name__ == "__main__":
    sys.exit(main())
