"""Two dumps of the same rows, before and after a second try, and what a comparison of them must say.

    python3 second_try.py --seed 1 --rows 1000 FOLDER

writes before.json, after.json and expected.json, which has the form of what `compare --format json` prints.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import random
from collections import Counter

OUTCOMES = ["created", "existing", "failed", "unclassified"]
CODES = [None, "a", "b b", "é", "e\u0301", "</td>|*_`\u202e", "@x", "=1+1", "fixed only", "new only", "same"]


def row(outcome: str, code: str | None) -> dict:
    if outcome == "failed":
        return {"error": {} if code is None else {"code": code, "message": "m"}}
    return {} if outcome == "unclassified" else {outcome: True}


def tries(number: random.Random, rows: int) -> tuple[list, list]:
    before, after = [], []
    while len(before) < rows:
        # Stretches, as imports have them, and single rows.
        count = min(number.choice([1, 1, 1, 2, 5, 40]), rows - len(before))
        first = number.choices(OUTCOMES, [5, 2, 4, 1])[0]
        second = number.choices(OUTCOMES, [6, 2, 3, 1])[0]
        for _ in range(count):
            before.append((first, number.choice(CODES[:-2] + CODES[-1:])))
            after.append((second, number.choice(CODES[:-3] + CODES[-2:])))
    return before, after


def side(rows: list, source: str) -> dict:
    counts = Counter(outcome for outcome, _ in rows)
    return {
        "source": source,
        "jobs": 1,
        "rows": {"seen": len(rows), **{name: counts[name] for name in OUTCOMES}, "missing": 0},
    }


def ranges(rows: list[int]) -> dict:
    found: list[list[int]] = []
    for each in rows:
        if found and found[-1][1] == each - 1:
            found[-1][1] = each
        else:
            found.append([each, each])
    return {"rows": len(rows), "range_count": len(found), "ranges": found[:100]}


def codes(before: list, after: list) -> list[dict]:
    first = Counter(code for outcome, code in before if outcome == "failed")
    second = Counter(code for outcome, code in after if outcome == "failed")

    def order(code: str | None) -> tuple:
        return (-second[code], -first[code], code is not None, (code or "").encode())

    return [
        {
            "code": code,
            "change": "fixed" if not second[code] else "still-failing" if first[code] else "new",
            "before": first[code],
            "after": second[code],
        }
        for code in sorted(first.keys() | second.keys(), key=order)
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("folder", type=pathlib.Path)
    options = parser.parse_args()
    before, after = tries(random.Random(options.seed), options.rows)
    for name, rows in (("before", before), ("after", after)):
        dump = {"job_id": name, "status": "complete", "total": len(rows), "results": [row(*each) for each in rows]}
        (options.folder / f"{name}.json").write_text(json.dumps(dump))

    matrix = Counter((first[0], second[0]) for first, second in zip(before, after))
    numbered = list(enumerate(zip(before, after), 1))
    good = ("created", "existing")

    def which(holds) -> dict:
        return ranges([number for number, (first, second) in numbered if holds(first[0], second[0])])

    expected = {
        "before": side(before, str(options.folder / "before.json")),
        "after": side(after, str(options.folder / "after.json")),
        "codes": codes(before, after),
        "row_by_row": {
            "total": len(before),
            "compared": len(before),
            "only_before": 0,
            "only_after": 0,
            "outcomes": {
                first: {second: matrix[(first, second)] for second in OUTCOMES} for first in OUTCOMES
            },
            "fixed": which(lambda first, second: first == "failed" and second in good),
            "still_failing": which(lambda first, second: first == second == "failed"),
            "newly_failing": which(lambda first, second: first in good and second == "failed"),
        },
    }
    (options.folder / "expected.json").write_text(json.dumps(expected))


if __name__ == "__main__":
    main()
