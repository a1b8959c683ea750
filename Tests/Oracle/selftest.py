"""Checks the oracle against expectations that were written by hand.

    selftest.py
"""

from __future__ import annotations

import unittest
from decimal import Decimal
from pathlib import Path

import csvtext
import generate
import jsontext
import model
import patterns
import prefixes
from jsontext import Number

ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
CORPUS = Path(__file__).resolve().parent.parent / "Fixtures" / "JSON"


def read(text: str) -> model.Job:
    return model.read(text.encode("utf-8"))


def job(results: str, more: str = "") -> model.Job:
    return read(f'{{"job_id":null,"status":"complete","total":1,{more}"results":[{results}]}}')


def found(read_job: model.Job) -> dict[str, tuple[int, list[int]]]:
    return {id: (finding.count, finding.rows) for id, finding in read_job.findings.items()}


class Rows(unittest.TestCase):
    def outcome(self, row: str, outcome: str, **findings: int) -> model.Row:
        result = job(row)
        expected = {id.replace("_", "-"): (count, [1]) for id, count in findings.items()}
        self.assertEqual(found(result), expected, row)
        self.assertEqual(result.rows[0].outcome, outcome, row)
        return result.rows[0]

    def test_the_contracts_table(self) -> None:
        self.outcome('{"created":true}', "created")
        self.outcome('{"created":true,"existing":false,"error":null}', "created")
        self.outcome('{"existing":true,"created":null}', "existing")
        self.outcome('{"existing":true,"created":true}', "existing", row_contradictory=1)
        self.outcome('{"created":false}', "unclassified", row_unclassified=1)
        self.outcome("{}", "unclassified", row_unclassified=1)
        self.outcome('{"error":{"code":"c"}}', "failed")
        self.outcome('{"error":{"code":"c"},"created":true}', "failed", row_contradictory=1)
        self.outcome('{"error":{}}', "failed", failed_without_code=1)
        self.outcome('{"error":{"code":""},"existing":true}', "failed", failed_without_code=1, row_contradictory=1)

    def test_wrong_types(self) -> None:
        self.outcome('{"error":false}', "failed", failed_without_code=1, wrong_type=1)
        self.outcome('{"error":"boom","created":1}', "failed", failed_without_code=1, wrong_type=2)
        self.outcome('{"error":[]}', "failed", failed_without_code=1, wrong_type=1)
        self.outcome('{"created":"true"}', "unclassified", row_unclassified=1, wrong_type=1)
        self.outcome("null", "unclassified", row_unclassified=1, wrong_type=1)
        self.outcome("[]", "unclassified", row_unclassified=1, wrong_type=1)
        row = self.outcome('{"id":7,"error":{"code":5,"message":[1, "x"]}}', "failed", id_not_uuid=1, wrong_type=3)
        self.assertEqual((row.record_id, row.code, row.message, row.details), ("7", "5", '[1,"x"]', None))
        row = self.outcome('{"error":"boom"}', "failed", failed_without_code=1, wrong_type=1)
        self.assertEqual((row.code, row.message, row.details), (None, "boom", None))
        row = self.outcome('{"error":{"field":{"a": 1.0}}}', "failed", failed_without_code=1, unknown_field=1)
        self.assertEqual((row.code, row.message, row.details), (None, '{"field":{"a":1.0}}', '{"field":{"a":1.0}}'))
        row = self.outcome('{"error":{"code":"c","x":"\\u0041\\/"}}', "failed", unknown_field=1)
        self.assertEqual((row.code, row.message, row.details), ("c", None, '{"x":"A/"}'))

    def test_ids(self) -> None:
        self.outcome(f'{{"created":true,"id":"{ID.upper()}"}}', "created")
        self.outcome('{"created":true,"id":""}', "created", id_not_uuid=1)
        self.outcome(f'{{"created":true,"id":"{ID}0"}}', "created", id_not_uuid=1)

    def test_records_of_several_rows(self) -> None:
        def row(outcome: str, id: str) -> str:
            return f'{{"id":"{id}","{outcome}":true}}'

        rows = [row("created", ID), row("existing", ID), row("created", ID.upper()), row("created", "x")]
        rows += [row("created", "X"), row("created", ""), row("created", "")]
        job = model.read(('{"job_id":"j","status":"complete","results":[%s]}' % ",".join(rows)).encode())
        self.assertEqual(
            model.identity(job),
            {
                "created_ids_repeated": {
                    "records": 1, "rows": 2, "first_rows": [1, 3],
                    "top": [{"id": ID, "rows": 2, "first_rows": [1, 3]}],
                },
                "existing_ids_shared": {"records": 0, "rows": 0, "first_rows": [], "top": []},
            },
        )
        self.assertEqual((job.findings["created-id-repeated"].count, "existing-ids-shared" in job.findings), (2, False))

    def test_duplicates_and_unknown_fields(self) -> None:
        self.outcome('{"created":true,"created":false,"existing":true}', "existing", duplicate_key=1)
        self.outcome('{"error":{"code":"c"},"\\u0065rror":null,"created":true}', "created", duplicate_key=1)
        self.outcome('{"created":true,"x":{"created":1,"created":2},"x":"]}"}', "created", unknown_field=2)

    def test_text(self) -> None:
        row = self.outcome('{"error":{"code":"\\ud800x","message":"\\ud83d\\ude00\\udc00\\u0000"}}', "failed")
        self.assertEqual((row.code, row.message), ("\ufffdx", "\U0001f600\ufffd\0"))


class Jobs(unittest.TestCase):
    def test_the_apis_own_example(self) -> None:
        result = read(
            '{"job_id":"job_id","status":"complete","total":0,"error":{"code":"code","message":"message"},'
            '"failed":0,"processed":0,"succeeded":0,"results":[{"id":"%s","created":true,'
            '"error":{"code":"code","message":"message"},"existing":true}]}' % ID
        )
        self.assertEqual(
            found(result),
            {
                "row-contradictory": (1, [1]),
                "rows-excess": (1, [1]),
                "failed-mismatch": (1, []),
                "job-error-unexpected": (1, []),
            },
        )
        self.assertEqual(result.missing, 0)
        self.assertEqual(result.error, ("code", "message", None))

    def test_counts(self) -> None:
        counts = '"total":5,"processed":4,"succeeded":3,"failed":2'
        result = read(f'{{"job_id":null,"status":"complete",{counts},"results":[]}}')
        self.assertEqual(
            found(result),
            {
                "rows-missing": (5, []),
                "succeeded-mismatch": (3, []),
                "failed-mismatch": (2, []),
                "processed-mismatch": (1, []),
            },
        )
        self.assertEqual(result.missing, 5)

    def test_results_absent(self) -> None:
        for results in ("", ',"results":null'):
            result = read('{"job_id":null,"status":"complete","total":2,"succeeded":2' + results + "}")
            self.assertEqual(found(result), {"rows-missing": (2, []), "results-absent": (1, [])})
        result = read('{"job_id":null,"status":"complete","total":0,"results":{}}')
        self.assertEqual(found(result), {"results-absent": (1, []), "wrong-type": (1, [])})

    def test_status(self) -> None:
        self.assertEqual(found(read('{"job_id":"a","status":"processing","total":9}')), {"still-processing": (1, [])})
        failed = '{"job_id":"a","status":"failed","total":0,"error":{}}'
        self.assertEqual(found(read(failed)), {"job-failed": (1, [])})
        self.assertEqual(read(failed).error, (None, None, None))
        unknown = {"status-unknown": (1, [])}
        for status in ('"queued"', "null", '""'):
            self.assertEqual(found(read(f'{{"job_id":"a","status":{status},"total":0}}')), unknown)
        self.assertEqual(
            found(read('{"job_id":7,"status":"complete","total":null,"results":[]}')),
            {"wrong-type": (1, []), "total-unknown": (1, [])},
        )
        self.assertIsNone(read('{"job_id":7,"status":"complete","total":null}').missing)

    def test_times(self) -> None:
        order = '"created_at":"%s","updated_at":"%s",'
        early, same = "2025-03-04T10:00:00.5Z", "2025-03-04T12:00:00.50+02:00"
        row = '{"created":true}'
        self.assertEqual(found(job(row, order % (early, same))), {})
        self.assertEqual(found(job(row, order % (same, early))), {})
        later = "2025-03-04T10:00:00.51Z"
        self.assertEqual(found(job(row, order % (later, same))), {"timestamps-out-of-order": (1, [])})
        wrong = job(row, order % ("2025-02-30T10:00:00Z", early))
        self.assertEqual(found(wrong), {"wrong-type": (1, [])})
        self.assertEqual(wrong.created_at, "2025-02-30T10:00:00Z")

    def test_at_most_20_rows(self) -> None:
        result = job(",".join(["{}"] * 25))
        self.assertEqual(found(result)["row-unclassified"], (25, list(range(1, 21))))
        self.assertEqual(found(result)["rows-excess"], (24, list(range(2, 22))))

    def test_other_json_is_no_job(self) -> None:
        for text in ('{"message":"gone"}', "[]", "1", '{"results":{},"summary":{"total":0}}'):
            self.assertRaises(model.NotAJob, read, text)

    def test_bulk_jobs(self) -> None:
        rows = '{"id":"%s","status":"ok"},{"status":"error"},{"status":"ok","error":{"code":"c"}},{"record":1}' % ID
        bulk = read('{"results":[%s],"summary":{"total":4,"succeeded":1,"failed":2}}' % rows)
        self.assertEqual(bulk.kind, "bulk")
        self.assertEqual([row.outcome for row in bulk.rows], ["applied", "failed", "failed", "unclassified"])
        self.assertEqual((bulk.total, bulk.processed, bulk.succeeded, bulk.failed), (4, None, 1, 2))
        self.assertEqual(
            found(bulk),
            {"row-contradictory": (1, [3]), "row-unclassified": (1, [4]), "failed-without-code": (1, [2])},
        )
        self.assertEqual(read('{"results":[{"status":"ok"}],"summary":{},"job_id":null,"total":1}').kind, "import")


class Groups(unittest.TestCase):
    def test_order_and_messages(self) -> None:
        def failed(code: str, message: str) -> str:
            return f'{{"error":{{"code":{code},"message":{message}}}}}'

        rows = [
            failed('"b"', '"m"'),
            failed('"a"', '"z"'),
            failed("null", "null"),
            failed('"b"', '""'),
            failed('"a"', '"z"'),
            failed('"a"', '"y"'),
            failed('"\U0001f600"', '"e"'),
            failed('"\uffff"', '"e"'),
        ]
        groups = model.failed_by_code(job(",".join(rows)))
        self.assertEqual(
            [(group.code, group.rows, group.first_row, group.last_row) for group in groups],
            [("a", 3, 2, 6), ("b", 2, 1, 4), (None, 1, 3, 3), ("\uffff", 1, 8, 8), ("\U0001f600", 1, 7, 7)],
        )
        self.assertEqual(groups[0].share, Decimal("0.375"))
        self.assertEqual([(m.text, m.rows, m.first_row) for m in groups[0].messages], [("z", 2, 2), ("y", 1, 6)])
        self.assertEqual([(m.text, m.rows, m.first_row) for m in groups[1].messages], [(None, 1, 4), ("m", 1, 1)])

    def test_values(self) -> None:
        for text, masked in {
            "row 4 of 1,000.5": "row <4> of <1,000.5>",
            "-5 is below +1.5, 3-4 and a-5": "<-5> is below <+1.5>, <3-4> and <a-5>",
            "don't 'touch it' or 'it's' or 'open": "don't '<touch it>' or '<it's>' or 'open",
            'a "x" `y` \u201cz\u201d \'\'': 'a "<x>" `<y>` \u201c<z>\u201d \'<>\'',
            "a.b+c@d-e.fg, a@b": "<a.b+c@d-e.fg>, a@b",
            "see (https://x.yz/?a=1#b). ftp://": "see (<https://x.yz/?a=1#b>). ftp://",
            f"{ID} {ID}0 tier-17 ABC123 abc": f"<{ID}> <{ID}0> <tier-17> <ABC123> abc",
            "2025-03-04 2025-03-04T10:00:00.5+02:00 2025-03-04 10:00 x": "<2025-03-04> <2025-03-04T10:00:00.5+02:00> <2025-03-04 10:00> x",
            "0x1F 12:30 x:1 \u00e917\u00e9 {number}": "<0x1F> <12:30> x:<1> \u00e9<17>\u00e9 {number}",
        }.items():
            result, at = "", 0
            for start, end, _ in patterns.values(text):
                result += text[at:start] + "<" + text[start:end] + ">"
                at = end
            self.assertEqual(result + text[at:], masked)

    def test_share_is_rounded_half_up(self) -> None:
        self.assertEqual(model.share(1, 3), Decimal("0.333333"))
        self.assertEqual(model.share(2, 3), Decimal("0.666667"))
        self.assertEqual(model.share(1, 2_000_000), Decimal("0.000001"))
        self.assertEqual(model.share(1, 2_000_001), Decimal("0"))
        self.assertEqual(model.share(7, 7), Decimal("1"))


class Texts(unittest.TestCase):
    def test_whole_numbers(self) -> None:
        numbers = {"5": 5, "5.0": 5, "1e2": 100, "50E-1": 5, "0.5e1": 5, "0e-9": 0, "1.20e1": 12, "5e" + "0" * 5000 + "1": 50}
        for text, value in numbers.items():
            self.assertEqual(jsontext.whole(Number(text)), value, text)
        for text in ("5.5", "-1", "1e-1", "0.05e1", "1e30", "1e9999999999", "9223372036854775808"):
            self.assertIsNone(jsontext.whole(Number(text)), text)

    def test_strict_json(self) -> None:
        for data in (b"", b"NaN", b'"\x1f"', b"[1,]", b"01", b'"\xed\xa0\x80"', b"1 2"):
            self.assertFalse(jsontext.accepts(data), data)
        for data in (b"\xef\xbb\xbf1", b'"\\ud800"', b"9" * 5000):
            self.assertTrue(jsontext.accepts(data), data[:9])

    def test_corpus(self) -> None:
        """Python's json agrees about every file, alone and as an unknown field's value."""
        if not CORPUS.is_dir():
            self.skipTest("the corpus is not beside the oracle")
        dumps = (
            b"%s",
            b'{"job_id":null,"x":%s,"status":"complete","total":0}',
            b'{"job_id":null,"status":"complete","total":0,"x":%s}',
            b'{"job_id":null,"status":"complete","total":1,"results":[{"x":%s,"created":true}]}',
            b'{"job_id":null,"status":"complete","total":1,"results":[{"error":{"x":%s}}]}',
        )
        for folder, verdict in (("accept", True), ("refuse", False), ("refuse-alone", False)):
            for path in sorted((CORPUS / folder).glob("*.json")):
                for dump in dumps[: 1 if folder == "refuse-alone" else None]:
                    text = dump.replace(b"%s", path.read_bytes())
                    self.assertEqual(jsontext.accepts(text), verdict, f"{folder}/{path.name} in {dump!r}")

    def test_csv(self) -> None:
        cells = {"=1": "'=1", "\t": "'\t", "'=1": "'=1", "\0=1": "\ufffd=1", "a=1": "a=1", "": "", None: ""}
        for text, cell in cells.items():
            self.assertEqual(csvtext.cell(text), cell)
        self.assertEqual(csvtext.table(b'a,"b\r\n""c"""\r\n,\r\n'), [["a", 'b\r\n"c"'], ["", ""]])
        for data in (b"a,b\n", b"a,b", b'a"b\r\n', b'"a"b\r\n', b'"a\r\n', b"a\rb\r\n", b"\xff\r\n"):
            self.assertRaises(ValueError, csvtext.table, data)


class Damage(unittest.TestCase):
    def test_outline(self) -> None:
        head = b'{"job_id":null,"status":"complete","total":2,"results":[ '
        first, second = b'{"created":true}', b'{"error":{"message":"]}"}}'
        data = head + first + b" , " + second + b"]}"
        outline = prefixes.outline(data)
        ends = [len(head) + len(first), len(head) + len(first) + 3 + len(second)]
        self.assertEqual(outline.rows, [(ends[0], "created"), (ends[1], "failed")])
        self.assertEqual(outline.whole_rows(ends[1] - 1), ["created"])
        self.assertEqual(outline.whole_rows(ends[1]), ["created", "failed"])
        self.assertTrue(outline.known_job(len(head)))
        self.assertFalse(outline.known_job(20))
        self.assertEqual(prefixes.outline(data[: ends[1] - 1]).rows, outline.rows[:1])

    def test_generated_dumps_are_jobs(self) -> None:
        for index in range(60):
            data = generate.dump(99, index)
            self.assertEqual(data, generate.dump(99, index))
            result = model.read(data)
            ends = prefixes.outline(data).rows
            self.assertEqual([outcome for _, outcome in ends], [row.outcome for row in result.rows])


if __name__ == "__main__":
    unittest.main()
