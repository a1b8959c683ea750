"""Checks the cases of `damage.py` against what can be known of them without the program.

    selftest_damage.py
"""

from __future__ import annotations

import base64
import functools
import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

import damage
import jsontext
import model
from faults import around, cases, inside, standin, torn, verdict
from faults.cases import Case, Expected
from faults.standin import summary_of

SEED, EACH = 4711, 60


@functools.cache
def made(kind: str, count: int = EACH) -> list[Case]:
    return [damage.case(kind, SEED, number) for number in range(count)]


def is_job(value: dict[str, Any]) -> bool:
    """Whether it has rows, or an id with a count or with results: records of a log have ids, too."""
    results = value.get("results")
    if isinstance(results, list) and results:
        return True
    counts = [value.get(name) for name in ("total", "processed", "succeeded", "failed")]
    has_count = any(isinstance(count, (int, float)) for count in counts)
    return isinstance(value.get("job_id"), str) and (has_count or isinstance(results, list))


def jobs_in(value: Any, pointer: str = "#") -> list[tuple[str, str | None]]:
    """All jobs below a value that is none itself, also in strings: where they lie and their ids."""
    if isinstance(value, dict):
        if is_job(value):
            return [(pointer, value.get("job_id"))]
        if value.get("encoding") == "base64":
            value = {**value, "text": base64.b64decode(value["text"]).decode()}
        steps = {key: key.replace("~", "~0").replace("/", "~1") for key in value}
        return [found for key, each in value.items() for found in jobs_in(each, f"{pointer}/{steps[key]}")]
    if isinstance(value, list):
        return [found for number, each in enumerate(value) for found in jobs_in(each, f"{pointer}/{number}")]
    return jobs_in_text(value, pointer) if isinstance(value, str) else []


def jobs_in_text(text: str, pointer: str) -> list[tuple[str, str | None]]:
    """The jobs in a string, whatever is around them: those behind the first document with one by their place in it."""
    found: list[tuple[str, str | None]] = []
    at, line_before = 0, None
    while (at := next((n for n in range(at, len(text)) if text[n] in "{["), -1)) >= 0:
        try:
            value, end = json.JSONDecoder().raw_decode(text, at)
        except ValueError:
            at += 1
            continue
        line, column = text.count("\n", 0, at) + 1, len(text[text.rfind("\n", 0, at) + 1 : at].encode()) + 1
        place = "" if line_before is None else f":{line}:{column}" if line == line_before else f":{line}"
        jobs = jobs_in(value, pointer + place)
        found, at = found + jobs, end
        line_before = line if jobs else line_before
    return found


def documents(text: str) -> list[Any]:
    """The JSON texts one after another."""
    found, at, decoder = [], 0, json.JSONDecoder()
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


class Made(unittest.TestCase):
    def test_again(self) -> None:
        for kind in damage.KINDS:
            for number in range(20):
                self.assertEqual(damage.case(kind, 3, number), damage.case(kind, 3, number))

    def test_every_variety_is_made(self) -> None:
        varieties = {kind: {each.variety for each in made(kind, 1000)} for kind in damage.KINDS}
        self.assertEqual(varieties["torn"] - {"several", "apart", "pretty"}, set(torn.PLACES))
        self.assertLessEqual(set(around.PREFIXES), varieties["around"])
        fewest = {"around": 31, "wraps": 21, "inside": 17, "encodings": 9, "nested": 2, "row-per-line": 4, "rows": 5}
        for kind, least in fewest.items():
            self.assertGreaterEqual(len(varieties[kind]), least, f"{kind}: {sorted(varieties[kind])}")

    def test_ids_are_unlike(self) -> None:
        for kind in damage.KINDS:
            for each in made(kind):
                ids = [job.job_id for job in each.jobs if job.job_id is not None]
                self.assertEqual(len(ids), len(set(ids)), each.id)


class Torn(unittest.TestCase):
    def test_places(self) -> None:
        data = '{"job_id":"a\\u00e9\u00e9","total":12,"results":[{"created":true},{"created":null}]}'.encode()
        found = cases.layout(data)
        texts = {place: [data[:at] for at in torn.cuts(data, place, found)] for place in torn.PLACES}
        self.assertEqual(len(texts["anywhere"]), len(data) - 1)
        self.assertIn(b'{"job_', texts["key"])
        self.assertIn(b'{"job_id":"a\\u0', texts["escape"])
        self.assertEqual(texts["utf-8"], [data[: data.index(b"\xa9")]])
        self.assertEqual(texts["number"], [data[: data.index(b"2,")]])
        self.assertIn(data[: data.index(b"ue}")], texts["literal"])
        self.assertIn(b'{"job_id":', texts["after-colon"])
        between = data.index(b"},{")
        self.assertEqual(texts["between-rows"], [data[: between + 1], data[: between + 2], data[: found.opened]])

    def test_what_shows_a_job(self) -> None:
        data = b'{"status":"complete","total":12,"results":[{"created":true}],"job_id":null}'
        found = cases.layout(data)
        known = {
            b'{"status":"complete"': False,
            b'{"status":"complete","total":1': None,
            b'{"status":"complete","total":12': None,  # More digits may follow.
            b'{"status":"complete","total":12,': True,
            b'{"status":"complete","total":12,"results":[': True,
        }
        for text, answer in known.items():
            self.assertTrue(data.startswith(text))
            self.assertEqual(torn.is_known(data, len(text), found), answer, text)
        first = b'{"results":[{"created":true}],"job_id":"a","total":1}'
        self.assertEqual(torn.is_known(first, 11, cases.layout(first)), False)
        self.assertEqual(torn.is_known(first, 12, cases.layout(first)), True)
        self.assertEqual(torn.torn(first, 28, 1).rows, [[("created", None)]])
        self.assertEqual(torn.torn(first, 27, 1).rows, [[]])

    def test_whole_records_lie_on_their_lines(self) -> None:
        for each in made("torn") + made("glued"):
            lines = each.data.split(b"\n")
            self.assertTrue(any(job.cut for job in each.jobs), each.id)
            if each.variety == "pretty":
                continue
            for job in each.jobs:
                line = lines[job.line - 1]
                self.assertFalse(jsontext.accepts(line) if job.cut else False, each.id)
                if job.audit is not None:
                    # In a glued line, the cut records come before it.
                    starts = [at for at in range(len(line)) if line[at : at + 1] == b"{"]
                    self.assertTrue(any(self.is_job(line[at:], job.job_id) for at in starts), each.id)
            if each.kind == "torn":
                # The same by lines alone: a line that is JSON is a job, any other is cut.
                whole = [json.loads(line)["job_id"] for line in lines if jsontext.accepts(line)]
                right = [job for job in each.jobs if job.audit is not None]
                self.assertEqual(sorted(whole), sorted(job.job_id for job in right), each.id)

    def test_whole_records_are_plain_to_see(self) -> None:
        """Read from each brace on that begins JSON, the file holds the whole jobs and no others."""
        for each in made("torn", 200) + made("glued", 200):
            found, at, text = [], 0, each.data.decode("utf-8", "replace")
            while (at := text.find("{", at)) >= 0:
                try:
                    value, end = json.JSONDecoder().raw_decode(text, at)
                except ValueError:
                    at += 1
                    continue
                if {"job_id", "status", "total", "results"} & set(value):
                    found.append(value["job_id"])
                at = end
            self.assertEqual(found, [job.job_id for job in each.jobs if job.audit is not None], each.id)

    def test_pretty_records(self) -> None:
        seen = 0
        for each in made("torn", 400):
            if each.variety != "pretty":
                continue
            lines = each.data.split(b"\n")
            for job in each.jobs:
                seen += job.audit is not None
                text = b"\n".join(lines[job.line - 1 :]).decode("utf-8", "replace")
                try:
                    value, _ = json.JSONDecoder().raw_decode(text)
                except ValueError:
                    value = None
                self.assertEqual(value and value["job_id"], job.audit and job.audit.job_id, each.id)
        self.assertGreater(seen, 20)

    def is_job(self, text: bytes, id: str | None) -> bool:
        try:
            return model.read(text).job_id == id
        except ValueError:
            return False


class Whole(unittest.TestCase):
    """Cases in which nothing is lost: read in another, simpler way, they hold the same jobs."""

    def ids(self, each: Case) -> list[str | None]:
        return [job.job_id for job in each.jobs]

    def test_rows_on_lines(self) -> None:
        for each in made("row-per-line"):
            found = documents(each.data.decode())
            self.assertEqual([value["job_id"] for value in found], self.ids(each), each.id)
            self.assertEqual([len(value.get("results") or []) for value in found], [len(job.rows[0]) for job in each.jobs])

    def test_rows_without_jobs(self) -> None:
        for each in made("rows"):
            found = [pair for value in documents(each.data.decode()) for pair in jobs_in(value)]
            self.assertEqual([id for _, id in found], self.ids(each), each.id)

    def test_around(self) -> None:
        for each in made("around", 300):
            for job in each.jobs:
                rest = b"\n".join(each.data.split(b"\n")[job.line - 1 :])
                texts = [rest[at:] for at in range(rest.index(b"{"), min(len(rest), 400)) if rest[at : at + 1] == b"{"]
                self.assertTrue(any(self.begins(text, job.job_id) for text in texts), f"{each.id} {job.job_id!r}")

    def begins(self, text: bytes, id: str | None) -> bool:
        try:
            value, _ = json.JSONDecoder().raw_decode(text.decode())
        except ValueError:
            return False
        return isinstance(value, dict) and value.get("job_id") == id

    def test_wraps(self) -> None:
        seen = set()
        for each in made("wraps", 300):
            if each.variety in ("curl-i", "curl-v", "progress", "several-answers", "arrays") or "partial" in each.variety:
                continue
            seen.add(each.variety)
            found = [pair for value in documents(each.data.decode()) for pair in jobs_in(value)]
            self.assertEqual([id for _, id in found], self.ids(each), each.id)
            for (pointer, _), job in zip(found, each.jobs):
                if job.suffix:
                    self.assertEqual(pointer.removesuffix("/text"), job.suffix, each.id)
        self.assertGreaterEqual(len(seen), 15)

    def test_arrays(self) -> None:
        for each in made("wraps", 400):
            if each.variety != "arrays":
                continue
            found: list[tuple[str, str | None]] = []
            arrays = 0
            for line, text in enumerate(each.data.decode().splitlines(), 1):
                value = json.loads(text)
                arrays += isinstance(value, list)
                # Elements are counted from 1, and those behind the first array are named by its line, too.
                inner = enumerate(value, 1) if isinstance(value, list) else [(0, value)]
                for number, element in inner:
                    place = (f":{line}" if arrays > 1 else "") + f"[{number}]" if number else ""
                    for pointer, id in jobs_in(element, "#"):
                        found.append((place + pointer.removesuffix("#"), id))
            self.assertEqual([id for _, id in found], self.ids(each), each.id)
            for (place, _), job in zip(found, each.jobs):
                self.assertIn(job.suffix, (place, None), each.id)

    def test_partial_records(self) -> None:
        for each in made("wraps", 300):
            if not each.variety.endswith("-partial"):
                continue
            text = ""
            for line in each.data.decode().splitlines():
                if each.variety == "docker-partial":
                    text += json.loads(line)["log"]
                else:
                    _, _, tag, part = line.split(" ", 3)
                    text += part + ("\n" if tag == "F" else "")
            self.assertEqual([value["job_id"] for value in documents(text)], self.ids(each), each.id)
            self.assertTrue(all(len(line) < 40_000 for line in each.data.splitlines()))

    def test_encodings(self) -> None:
        for each in made("encodings"):
            encoding = each.variety.removesuffix("-unmarked")
            text = each.data.decode("cp1252" if encoding == "windows-1252" else encoding).removeprefix("\ufeff")
            text = text[text.index("{") :]  # Without the title.
            self.assertEqual([value["job_id"] for value in documents(text)], self.ids(each), each.id)


class Inside(unittest.TestCase):
    def test_no_case_is_json(self) -> None:
        for each in made("inside", 400) + made("nested", 200):
            self.assertFalse(jsontext.accepts(each.data), each.id)
            self.assertEqual(len(each.jobs), 1)

    def test_other_rows_are_untouched(self) -> None:
        for each in made("inside", 400):
            if "row-damaged" in each.jobs[0].must_find:
                rows = list(each.jobs[0].rows[0])
                damaged = each.jobs[0].rows_found["row-damaged"]
                self.assertEqual([rows.pop(number - 1)[0] for number in damaged], ["unclassified"])
                self.assertEqual(inside.whole_rows(each.data), [outcome for outcome, _ in rows], each.id)

    def test_rows_that_are_plain_to_see(self) -> None:
        text = b'[{"created":true},{"id":null"error":{"code":"c"}},{"error":{"code":"c"}},{"existing":true,{}]'
        self.assertEqual(inside.whole_rows(text), ["created", "failed", "unclassified"])
        # The rest of two rows may look like one row.
        self.assertEqual(inside.whole_rows(b'[{"error":{"code":"c","created":true}, {"existing":true}]'), ["created", "existing"])

    def test_what_would_be_json_again(self) -> None:
        self.assertTrue(inside.accepts(b'{"a":"\0\xff"}'))
        self.assertFalse(inside.accepts(b'{"a":"x,"b":1}'))


# The judge


class Judge(unittest.TestCase):
    def test_a_right_answer_is_right(self) -> None:
        for kind in damage.KINDS:
            for each in made(kind):
                self.assertEqual(verdict.judge(each, "x.log", summary_of(each, "x.log")), [], each.id)

    def test_wrong_answers_are_wrong(self) -> None:
        def lose_a_job(document: dict) -> None:
            document["jobs"].pop()

        def find_it_twice(document: dict) -> None:
            document["jobs"].append(dict(document["jobs"][0]))

        def make_one_up(document: dict) -> None:
            document["jobs"].append({**document["jobs"][0], "job_id": "made up"})

        def one_row_more(document: dict) -> None:
            rows = document["jobs"][0]["rows"]
            rows["seen"] += 1
            rows["unclassified"] += 1

        def rows_that_do_not_add_up(document: dict) -> None:
            document["jobs"][0]["rows"]["seen"] += 1

        def another_total(document: dict) -> None:
            document["jobs"][0]["total"] = 10**6

        def another_code(document: dict) -> None:
            for job in document["jobs"]:
                for group in job["failed_by_code"]:
                    group["code"] = "another"

        def another_outcome(document: dict) -> None:
            for job in document["jobs"]:
                rows = job["rows"]
                rows["created"] += 1
                rows["existing"] -= 1

        def list_too_much(document: dict) -> None:
            document["unreadable"] += [{"source": "x.log:7", "reason": "no JSON"}] * 20

        def say_nothing_of_it(document: dict) -> None:
            for job in document["jobs"]:
                job["findings"] = []

        changes = [lose_a_job, find_it_twice, make_one_up, one_row_more, rows_that_do_not_add_up, another_total]
        changes += [another_code, another_outcome, list_too_much, say_nothing_of_it]
        for change in changes:
            for kind in damage.KINDS:
                for each in made(kind):
                    document = summary_of(each, "x.log")
                    if each.variety == "several" or not document["jobs"] or self.may(change.__name__, each):
                        continue
                    change(document)
                    self.assertNotEqual(verdict.judge(each, "x.log", document), [], f"{change.__name__} of {each.id}")

    def may(self, change: str, each: Case) -> bool:
        """Whether the answer is still one that is allowed."""
        first = next((job for job in each.jobs if job.certain is not False))
        # Some jobs may be unreadable, or too little is left to compare.
        if any(job.certain is None for job in each.jobs) or each.variety == "row-last":
            return True
        if change == "another_code":
            return not any(outcome == "failed" and code != "another" for job in each.jobs for outcome, code in job.rows[0])
        if change == "one_row_more":
            return len(first.rows) > 1
        if change == "another_total":
            return first.total is None and not first.absent
        if change == "say_nothing_of_it":
            return not (each.some_note or each.skipped or any(map(self.says_something, each.jobs)))
        return False

    def says_something(self, job: Expected) -> bool:
        own = set(job.audit.findings) - damage.compare.ID_FINDINGS if job.audit else set()
        return bool(job.must_find or job.names or own) or job.cut and job.certain is True

    def test_places(self) -> None:
        for source in ("a/x.log", "a/x.log:3", "a/x.log:3:4", "a/x.log#/data", "a/x.log:3#/data", "a/x.log[2]"):
            self.assertTrue(verdict.belongs(source, "a/x.log"))
        self.assertFalse(verdict.belongs("a/x.logs", "a/x.log"))


class Runner(unittest.TestCase):
    """`damage.py` with a program that knows the right answers, and spoils some."""

    def faults(self, kinds: list[str], count: int, spoil: str = "") -> dict[str, list[str]]:
        tally = damage.Tally()
        with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
            found = list(damage.cases(kinds, SEED, count))
            binary = standin.write(Path(folder), found, spoil)
            for batch in damage.batches(iter(found)):
                damage.check_batch(binary, batch, tally)
                for each in batch[::10]:
                    damage.check_alone(binary, each, tally, more=True)
        self.assertEqual(sum(tally.checked.values()), len(found))
        return tally.failed

    def test_right_answers(self) -> None:
        self.assertEqual(self.faults(list(damage.KINDS), 40), {})

    def test_spoilt_answers(self) -> None:
        for spoil, said in {
            "crash": "exit status -",
            "trace": "stderr has",
            "status": "exit status",
            "threads": "two threads give another output",
            "pipe": "from a pipe",
            "gzip": "compressed",
            "strict": "--strict does not refuse it",
            "totals": "totals (of its batch)",
            "rows": "report: ",
        }.items():
            found = self.faults(["around", "inside"], 6, spoil)
            self.assertTrue(any(said in fault for faults in found.values() for fault in faults), f"{spoil}: {found}")


if __name__ == "__main__":
    unittest.main()
