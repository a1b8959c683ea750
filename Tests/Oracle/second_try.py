"""Two audits of the same rows, before and after a second try, and what a comparison of them must say.

    python3 second_try.py --seed 1 --rows 1000 [--jobs 3] FOLDER

writes before.json, after.json and expected.json, which has the form of what `compare --format json` prints, and
before-permuted.json and after-permuted.json with the same rows in another order. With several jobs, the rows are dealt
to dumps in the folders before/ and after/, and expected.json has what is said of those.
"""

from __future__ import annotations

import argparse
import functools
import json
import pathlib
import random
from collections import Counter, defaultdict

import patterns
from seeds import add_seed

OUTCOMES = ["created", "existing", "failed", "unclassified"]
# No row of an import is applied, but the count is present.
ALL_OUTCOMES = [*OUTCOMES, "applied"]
CODES = [None, "a", "b b", "é", "e\u0301", "</td>|*_`\u202e", "@x", "=1+1", "fixed only", "new only", "same"]
PATTERNS_LISTED = 20

# Messages with values that stay the same or vary, on one side or both: % is a value. Some begin alike, look like
# placeholders, or are hostile.
TEMPLATES = [
    None, "", "m", "property '%' is missing", "property '%' is missing.", "row % of %", "request % failed",
    "{number} and {%}", "{{%}}", "'{%' \"%\"", "“%”|`%` [x](javascript:1) <b>@user #1", "\u202e\x1b[31m %\r\n| a |",
    "e\u0301 '%'", "é '%'", "see https://%.example/x?y=%", "mail %@example.org", "at 2026-03-0% %", "''%''",
    "%" + "x" * 1100 + "%", "-" * 500 + " '%' " + "é" * 400,
]
TEXTS = ["stage", "", "{", "}}", "{text}", "a b", "é", "</bdi>", "tier"]


def letters(number: int) -> str:
    """A word for a number, without digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


class Side:
    """Draws the messages of one side, with its own values and its own choice of messages."""

    def __init__(self, number: random.Random):
        self.number = number
        self.templates = number.sample(TEMPLATES, number.randint(1, len(TEMPLATES)))
        self.pools = {template: self.pool() for template in TEMPLATES}
        # More patterns than are listed; the first ones are the most frequent.
        self.words = number.sample([f"check {letters(each)} failed" for each in range(60)], number.randint(1, 60))

    def pool(self) -> list[str]:
        """The values of a template: often only one, sometimes the same as on the other side."""
        draw = self.number
        kinds = [
            lambda: str(draw.randrange(10)), lambda: f"tier-{draw.randrange(200)}", lambda: draw.choice(TEXTS),
            # Never enough digits to look hexadecimal: for values that are not listed, that would be unknown.
            lambda: str(draw.randrange(10**7)), lambda: f"{draw.randrange(16**8):08x}", lambda: "stage",
        ]
        kind = draw.choice(kinds)
        return [kind() for _ in range(draw.choice([1, 1, 2, 30]))]

    def message(self, code: str | None) -> str | None:
        if code in ("same", None):
            share = self.number.random() ** 2
            return self.words[int(share * len(self.words))]
        template = self.number.choice(self.templates)
        parts = (template or "").split("%")
        text = parts[0]
        for part in parts[1:]:
            text += self.number.choice(self.pools[template]) + part
        return None if template is None else text


Row = tuple[str, "str | None", "str | None"]


def json_row(outcome: str, code: str | None, message: str | None) -> dict:
    if outcome == "failed":
        error = {"code": code, "message": message}
        return {"error": {name: text for name, text in error.items() if text is not None}}
    return {} if outcome == "unclassified" else {outcome: True}


def tries(number: random.Random, rows: int) -> tuple[list[Row], list[Row]]:
    before: list[Row] = []
    after: list[Row] = []
    sides = Side(number), Side(number)
    while len(before) < rows:
        # Runs of rows, as in real imports, and single rows.
        count = min(number.choice([1, 1, 1, 2, 5, 40]), rows - len(before))
        first = number.choices(OUTCOMES, [5, 2, 4, 1])[0]
        second = number.choices(OUTCOMES, [6, 2, 3, 1])[0]
        for _ in range(count):
            code = number.choice(CODES[:-2] + CODES[-1:])
            before.append((first, code, sides[0].message(code)))
            code = number.choice(CODES[:-3] + CODES[-2:])
            after.append((second, code, sides[1].message(code)))
    return before, after


def side(jobs: list[list[Row]], source: str) -> dict:
    counts = Counter(outcome for job in jobs for outcome, _, _ in job)
    return {
        "source": source,
        "jobs": len(jobs),
        "rows": {
            "seen": sum(counts.values()), **{name: counts[name] for name in ALL_OUTCOMES}, "missing": 0,
        },
        "jobs_by_status": {"complete": len(jobs)},
        "jobs_cut_off": 0,
        "jobs_in_part": 0,
        "unreadable": 0,
        "all_rows_seen": True,
    }


def ranges(rows: list[int]) -> dict:
    found: list[list[int]] = []
    for each in rows:
        if found and found[-1][1] == each - 1:
            found[-1][1] = each
        else:
            found.append([each, each])
    return {"rows": len(rows), "range_count": len(found), "ranges": found[:100]}


def failures(jobs: list[list[Row]]) -> dict[str | None, list[list[str]]]:
    """The messages of each code, job by job."""
    found: dict[str | None, list[list[str]]] = defaultdict(lambda: [[] for _ in jobs])
    for index, job in enumerate(jobs):
        for outcome, code, message in job:
            if outcome == "failed":
                found[code][index].append(message or "")
    return found


@functools.cache
def family(message: str) -> tuple:
    """What messages of one pattern have in common, whatever their values."""
    text = patterns.cut(message, patterns.MESSAGE_BYTES)
    return patterns.mask(text, patterns.values(text))


class Listed:
    """What the jobs of one side list of the patterns of a code."""

    def __init__(self, jobs: list[list[str]]):
        self.rows: Counter = Counter()
        self.other_rows = 0
        # For each job with more patterns than it lists, the ones that it lists.
        self.capped: list[set] = []
        for messages in jobs:
            order: list[tuple] = []
            for each in patterns.group([(row, text) for row, text in enumerate(messages, 1) if text]):
                order.append((-each.rows, each.text().encode(), family(each.example)))
            without = sum(not text for text in messages)
            if without:
                order.append((-without, b"", family("")))
            order.sort(key=lambda item: item[:2])
            for rows, _, key in order[:PATTERNS_LISTED]:
                self.rows[key] -= rows
            self.other_rows -= sum(rows for rows, _, _ in order[PATTERNS_LISTED:])
            if len(order) > PATTERNS_LISTED:
                self.capped.append({key for _, _, key in order[:PATTERNS_LISTED]})

    def exact(self, key: tuple) -> bool:
        return all(key in listed for listed in self.capped)


def texts_by_family(jobs: list[list[str]]) -> dict[tuple, list[str]]:
    """Messages whose patterns are listed, by what they have in common."""
    texts: dict[tuple, list[str]] = defaultdict(list)
    for job in jobs:
        listed = Listed([job]).rows
        for text in job:
            key = family(text)
            if text and key in listed:
                texts[key].append(text)
    return texts


def written(texts: list[str]) -> str | None:
    """How the one pattern of messages is written; none of no messages."""
    found = patterns.group([(1, text) for text in texts])
    return found[0].text() if found else None


def messages(before: list[list[str]], after: list[list[str]]) -> tuple[list[dict], dict]:
    first, second = Listed(before), Listed(after)
    # The wording of a pattern is derived from the rows of both sides that list it.
    sides = texts_by_family(before), texts_by_family(after)
    found = []
    for key in first.rows.keys() | second.rows.keys():
        counts, exact = (first.rows[key], second.rows[key]), (first.exact(key), second.exact(key))
        if all(counts):
            change = "still-failing"
        elif counts[0]:
            change = "fixed" if exact[1] else "undecided"
        else:
            change = "new" if exact[0] else "undecided"
        found.append({
            "pattern": written(sides[0][key] + sides[1][key]), "pattern_before": written(sides[0][key]),
            "pattern_after": written(sides[1][key]), "change": change, "before": counts[0], "before_exact": exact[0],
            "after": counts[1], "after_exact": exact[1],
        })
    found.sort(key=lambda item: (
        -item["after"], -item["before"], item["pattern"] is not None, (item["pattern"] or "").encode()))
    return found, {"before": first.other_rows, "after": second.other_rows}


def codes(before: list[list[Row]], after: list[list[Row]]) -> list[dict]:
    texts = failures(before), failures(after)
    first, second = ({code: sum(map(len, jobs)) for code, jobs in found.items()} for found in texts)

    def order(code: str | None) -> tuple:
        return (-second.get(code, 0), -first.get(code, 0), code is not None, (code or "").encode())

    result = []
    for code in sorted(first.keys() | second.keys(), key=order):
        listed, other = messages(texts[0][code], texts[1][code])
        result.append({
            "code": code,
            "change": "fixed" if code not in second else "still-failing" if code in first else "new",
            "before": first.get(code, 0),
            "after": second.get(code, 0),
            "messages": listed,
            "other_messages": other,
        })
    return result


def row_by_row(before: list[Row], after: list[Row]) -> dict:
    matrix = Counter((first[0], second[0]) for first, second in zip(before, after))
    numbered = list(enumerate(zip(before, after), 1))
    good = ("created", "existing")

    def which(holds) -> dict:
        return ranges([number for number, (first, second) in numbered if holds(first[0], second[0])])

    return {
        "total": len(before),
        "compared": len(before),
        "only_before": 0,
        "only_after": 0,
        "outcomes": {
            first: {second: matrix[(first, second)] for second in ALL_OUTCOMES} for first in ALL_OUTCOMES
        },
        "fixed": which(lambda first, second: first == "failed" and second in good),
        "still_failing": which(lambda first, second: first == second == "failed"),
        "undecided": which(lambda first, second: first == "failed" and second == "unclassified"),
        "newly_failing": which(lambda first, second: first != "failed" and second == "failed"),
    }


def write(path: pathlib.Path, name: str, rows: list[Row]) -> None:
    path.parent.mkdir(exist_ok=True)
    dump = {"job_id": name, "status": "complete", "total": len(rows), "results": [json_row(*each) for each in rows]}
    path.write_text(json.dumps(dump))


def main() -> None:
    parser = argparse.ArgumentParser()
    add_seed(parser)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("folder", type=pathlib.Path)
    options = parser.parse_args()
    number = random.Random(options.seed)
    before, after = tries(number, options.rows)
    dealt: dict[str, list[list[Row]]] = {}
    for name, rows in (("before", before), ("after", after)):
        dealt[name] = [rows[index::options.jobs] for index in range(options.jobs)]
        if options.jobs == 1:
            write(options.folder / f"{name}.json", name, rows)
            write(options.folder / f"{name}-permuted.json", name, number.sample(rows, len(rows)))
        else:
            for index, job in enumerate(dealt[name]):
                write(options.folder / name / f"{index}.json", str(index), job)
    ending = ".json" if options.jobs == 1 else ""
    expected = {
        **{name: side(jobs, str(options.folder / (name + ending))) for name, jobs in dealt.items()},
        "codes": codes(dealt["before"], dealt["after"]),
        "row_by_row": row_by_row(before, after) if options.jobs == 1 else None,
    }
    (options.folder / "expected.json").write_text(json.dumps(expected))


if __name__ == "__main__":
    main()
