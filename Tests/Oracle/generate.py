"""Seeded random dumps in every legal dress. The same seed and index always give the same bytes.

    generate.py --seed 7 --index 3 > dump.json
"""

from __future__ import annotations

import argparse
import random
import sys
from typing import Any

from content import CODES, DECOYS, IDS_NOT_UUID, JOB_DECOY, MESSAGES, TIMES_NOT_RFC3339, UNKNOWN_KEYS, WRONG_VALUES
from dress import Obj, Token, random_style, write
from seeds import add_seed

# Features that a dump may have besides plain rows. Each dump gets only a few, so that a mismatch has few suspects.
FEATURES = (
    "unknown-fields",
    "duplicate-keys",
    "wrong-types",
    "odd-rows",
    "odd-ids",
    "odd-times",
    "odd-numbers",
    "odd-counts",
    "hostile-text",
    "many-messages",
    "shuffled",
    "job-error",
)


def dump(seed: int, index: int) -> bytes:
    rng = random.Random(f"{seed}:{index}")
    return Generator(rng).dump()


class Generator:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.features = {name for name in FEATURES if rng.random() < 0.22}
        hostile = "hostile-text" in self.features
        pool = CODES["plain"] + (CODES["hostile"] if hostile else [])
        self.codes: list[str | None] = rng.sample(pool, rng.randint(1, min(len(pool), 12)))
        self.messages = MESSAGES["plain"] + (MESSAGES["hostile"] if hostile else [])

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def has(self, feature: str, probability: float = 1.0) -> bool:
        return feature in self.features and self.chance(probability)

    # The job

    def dump(self) -> bytes:
        rng = self.rng
        size = rng.random()
        if size < 0.05:
            rows = []
        elif size < 0.40:
            rows = self.rows(rng.randint(1, 12))
        elif size < 0.93:
            rows = self.rows(rng.randint(10, 300))
        else:
            rows = self.rows(rng.randint(2000, 7000))
        if rows and self.chance(0.03):
            # Longer than a reader's window, so this row crosses a boundary wherever it is.
            rows[rng.randrange(len(rows))] = self.failed_row("too_long", self.long_message())

        job = self.bulk_job() if self.chance(0.12) else self.job(rows)
        text = write(job, random_style(rng), rng)
        text += rng.choice(["", "", "\n", "\r\n", " \n\t \n"])
        return (b"\xef\xbb\xbf" if self.chance(0.05) else b"") + text.encode("utf-8")

    def job(self, rows: list) -> Obj:
        rng, seen = self.rng, len(rows)
        failed = sum(isinstance(row, Obj) and dict(row).get("error") is not None for row in rows)
        total = seen + (rng.choice([-3, -1, 1, 2, 50]) if self.has("odd-counts", 0.6) else 0)
        counts = {"processed": seen, "succeeded": seen - failed, "failed": failed}

        status: Any = "complete"
        if self.chance(0.15):
            status = rng.choice(["processing", "failed", "queued", "", "Complete", None])
        job_id: Any = rng.choice([None, self.uuid(), self.uuid(), "job_id", "imp_" + self.uuid()[:8]])
        if self.has("hostile-text", 0.5):
            job_id = rng.choice(["../../evil", "=1+1", "a\r\nb", "\u202e\U0001f600", "@x, \"y\""])

        members = Obj([("job_id", job_id), ("status", status), ("total", self.number(max(0, total)))])
        for name, value in counts.items():
            if self.has("odd-counts", 0.4):
                value += rng.choice([1, 2, 100])
            self.optional(members, name, self.number(value), 0.85)
        for name, time in zip(("created_at", "updated_at", "expires_at"), self.times()):
            self.optional(members, name, time, 0.85)
        if status == "failed" or self.has("job-error", 0.5):
            members.append(("error", self.job_error()))
        elif self.chance(0.2):
            members.append(("error", None))
        if status == "complete" and not self.chance(0.03) or self.chance(0.5):
            members.append(("results", rows))
        elif self.chance(0.5):
            members.append(("results", None))

        if self.has("wrong-types", 0.4):
            self.spoil(members, rng.choice(members)[0], keep=rows)
        elif self.chance(0.03):
            # At most one of the three fields of every job may be missing: otherwise it would not be a job at all.
            del members[rng.randrange(3)]
        self.add_duplicates(members, 0.4)
        self.add_unknown(members, 0.7)
        if not any(key == "results" and isinstance(value, list) and value for key, value in members):
            members[:] = [member for member in members if member[1] is not JOB_DECOY]
        if "shuffled" in self.features or self.chance(0.4):
            rng.shuffle(members) if not self.has_duplicates(members) else self.rotate(members)
        return members

    def bulk_job(self) -> Obj:
        """A bulk update or delete: rows that say ok or error, and a summary of them."""
        rng = self.rng
        rows: list = []
        for _ in range(rng.choice([1, 3, 40, 700])):
            failed, code = self.chance(0.3), rng.choice(self.codes)
            row = Obj([("id", self.id()), ("status", "error" if failed else "ok")])
            if failed:
                row.append(("error", self.error(code, self.message())))
            elif self.chance(0.3):
                row.append(("error", None))
            if self.has("odd-rows", 0.1):
                # ok with an error, error without one, unknown words and types.
                row[1] = ("status", rng.choice(["ok", "error", "OK", "", None, "skipped"]))
                row[2:] = rng.choice([[], [("error", Obj())], [("error", self.error(code, self.message()))]])
            if self.chance(0.5):
                row.append(("record", rng.choice(DECOYS)))
            if self.has("wrong-types", 0.05):
                self.spoil(row, rng.choice(["id", "status", "error"]))
            if self.has("shuffled", 0.3):
                rng.shuffle(row)
            self.add_unknown(row, 0.1)
            rows.append(row)
        failed = sum(dict(row).get("error") is not None or dict(row).get("status") == "error" for row in rows)
        counts = {"total": len(rows), "succeeded": len(rows) - failed, "failed": failed}
        summary = Obj()
        for name, value in counts.items():
            value += rng.choice([1, 2, 100]) if self.has("odd-counts", 0.3) else 0
            self.optional(summary, name, self.number(value), 0.9)
        if self.has("wrong-types", 0.3) and summary:
            self.spoil(summary, rng.choice(summary)[0])
        self.add_unknown(summary, 0.5)
        members = Obj([("results", rows), ("summary", summary)])
        self.add_unknown(members, 0.5)
        if self.chance(0.3):
            members.reverse()
        return members

    def job_error(self) -> Obj:
        error = self.error("import_failed", "The import stopped: worker lost")
        self.add_unknown(error, 0.3)
        return error

    def optional(self, members: Obj, name: str, value: Any, probability: float) -> None:
        if self.chance(probability):
            members.append((name, value))
        elif self.chance(0.5):
            members.append((name, None))

    def times(self) -> list[str]:
        rng = self.rng
        form = rng.choice(["%s.%03dZ", "%s.%06dZ", "%s.%d+00:00", "%s.%03d-05:30"])
        days = [3, 3, 10]
        if self.has("odd-times", 0.6):
            rng.shuffle(days)
        clock = sorted(rng.randrange(86400) for _ in days)
        times = []
        for day, second in zip(days, clock):
            hour, minute, second = second // 3600, second // 60 % 60, second % 60
            times.append(form % (f"2025-03-{day:02}T{hour:02}:{minute:02}:{second:02}", rng.randrange(1000)))
        if self.has("odd-times", 0.5):
            times[rng.randrange(3)] = rng.choice(TIMES_NOT_RFC3339)
        return times

    def number(self, value: int) -> Token:
        """The same whole number in one of its many forms."""
        if not self.has("odd-numbers", 0.7):
            return Token(value)
        forms = [f"{value}.0", f"{value}.000", f"{value}e0", f"{value * 10}e-1", f"{value * 10}E-1", f"{value}.0e+0"]
        if value % 100 == 0:
            forms += [f"{value // 100}e2", f"{value // 100}E+02"]
        if value > 9:
            text = str(value)
            forms += [f"{text[0]}.{text[1:]}e{len(text) - 1}"]
        return Token(self.rng.choice(forms))

    # The rows

    def rows(self, count: int) -> list:
        """Rows come in stretches of one outcome in one dress, as a server writes them, with odd ones between."""
        rng, rows = self.rng, []
        while len(rows) < count:
            outcome = rng.choices(["created", "existing", "failed"], [4, 2, 2])[0]
            nulls = rng.choice(["absent", "null", "explicit"])
            order = rng.sample(["id", "created", "existing", "error"], 4)
            code = rng.choice(self.codes)
            for _ in range(min(count - len(rows), rng.choice([1, 1, 2, 5, 30, 400, 3000]))):
                if self.has("odd-rows", 0.1):
                    row: Any = self.odd_row()
                else:
                    row = self.row(outcome, nulls, code)
                if isinstance(row, Obj):
                    row.sort(key=lambda member: order.index(member[0]) if member[0] in order else 9)
                    if self.has("shuffled", 0.3):
                        rng.shuffle(row)
                    if self.has("wrong-types", 0.05) and row:
                        self.spoil(row, rng.choice(row)[0])
                    self.add_duplicates(row, 0.1)
                    self.add_unknown(row, 0.1)
                rows.append(row)
        return rows

    def row(self, outcome: str, nulls: str, code: str | None) -> Obj:
        if outcome == "failed":
            message = self.message()
            row = self.failed_row(code, message)
            if nulls == "absent":
                return row
            return Obj(row + [("id", None), ("created", False if nulls == "explicit" else None)])
        row = Obj([("id", self.id()), (outcome, True)])
        if nulls == "null":
            row += [("error", None)]
        elif nulls == "explicit":
            row += [({"created": "existing", "existing": "created"}[outcome], False), ("error", None)]
        return Obj(row)

    def failed_row(self, code: str | None, message: str | None) -> Obj:
        error = self.error(code, message)
        self.add_duplicates(error, 0.05)
        self.add_unknown(error, 0.05)
        if self.has("wrong-types", 0.05):
            error = self.rng.choice(WRONG_VALUES["Obj"] + DECOYS[1:])
        return Obj([("error", error)])

    def error(self, code: str | None, message: str | None) -> Obj:
        error = Obj()
        if code is not None or self.chance(0.5):
            error.append(("code", code))
        if message is not None or self.chance(0.5):
            error.append(("message", message))
        if self.chance(0.2):
            error.reverse()
        if self.has("wrong-types", 0.03) and error:
            self.spoil(error, self.rng.choice(error)[0])
        return error

    def odd_row(self) -> Any:
        """Rows that contradict themselves, say nothing, or are no rows."""
        rng = self.rng
        flag = lambda: rng.choice([True, True, False, None])
        row = Obj([("id", rng.choice([self.id(), None])), ("created", flag()), ("existing", flag())])
        kind = rng.random()
        if kind < 0.35:
            error = rng.choice([Obj(), self.error(rng.choice(["", None]), rng.choice(["", None, "no code"]))])
            row.append(("error", rng.choice([error, self.error(rng.choice(self.codes), self.message())])))
        elif kind < 0.6:
            row.append(("error", None))
        elif kind < 0.7:
            return Obj()
        elif kind < 0.8 and "wrong-types" in self.features:
            return rng.choice([None, Token("17"), "row", True, [], [Obj([("created", True)])]])
        return row

    def id(self) -> str:
        if self.has("odd-ids", 0.15):
            return self.rng.choice(IDS_NOT_UUID)
        if self.has("odd-ids", 0.3):
            return self.uuid().upper()
        return self.uuid()

    def uuid(self) -> str:
        digits = f"{self.rng.getrandbits(128):032x}"
        variant = self.rng.choice("89ab")
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"

    def message(self) -> str | None:
        if self.has("many-messages"):
            return f"Row {self.rng.randrange(60)} was refused: limit is {self.rng.randrange(4)}"
        return self.rng.choice(self.messages)

    def long_message(self) -> str:
        size = self.rng.randint(250_000, 350_000)
        return (self.rng.choice(["x", 'quote " comma , ', "\u65e5\u672c\u8a9e", "\\"]) * size)[:size]

    # Oddities of any object

    def spoil(self, members: Obj, name: str, keep: Any = None) -> None:
        """Gives one member a value of another type."""
        for position, (key, value) in enumerate(members):
            if key == name and value is not keep:
                kind = "text" if isinstance(value, str) and not isinstance(value, Token) else type(value).__name__
                members[position] = (key, self.rng.choice(WRONG_VALUES[kind]))

    def add_duplicates(self, members: Obj, probability: float) -> None:
        """Puts an earlier value before the one that counts. It is of the right type: what a reader notes about a
        value that does not count is not part of the contract. `results` stays single for the same reason."""
        if not members or not self.has("duplicate-keys", probability):
            return
        rng = self.rng
        key, value = rng.choice(members)
        if key == "results" or key in UNKNOWN_KEYS:
            return
        others = {
            "id": [self.uuid(), None],
            "created": [True, False, None],
            "existing": [True, False, None],
            "error": [None, Obj([("code", "overwritten"), ("message", "overwritten")])],
            "status": ["processing", "complete", "failed", None],
            "total": [Token("999"), Token("0"), None],
        }
        if key in ("created_at", "updated_at", "expires_at"):
            earlier: Any = "2025-03-05T00:00:00Z"
        elif key in ("processed", "succeeded", "failed"):
            earlier = Token("3")
        else:
            earlier = rng.choice(others.get(key, ["overwritten", None]))
        position = [name for name, _ in members].index(key)
        members.insert(rng.randint(0, position), (key, earlier))

    @staticmethod
    def has_duplicates(members: Obj) -> bool:
        return len({key for key, _ in members}) < len(members)

    def rotate(self, members: Obj) -> None:
        """Another order that leaves the members of one key in theirs."""
        results = [member for member in members if member[0] == "results"]
        rest = [member for member in members if member[0] != "results"]
        at = self.rng.randint(0, len(rest))
        members[:] = rest[:at] + results + rest[at:]

    def add_unknown(self, members: Obj, probability: float) -> None:
        if not self.has("unknown-fields", probability):
            return
        for _ in range(self.rng.choice([1, 1, 2, 4])):
            member = (self.rng.choice(UNKNOWN_KEYS), self.rng.choice(DECOYS))
            members.insert(self.rng.randint(0, len(members)), member)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_seed(parser)
    parser.add_argument("--index", type=int, default=0)
    options = parser.parse_args()
    sys.stdout.buffer.write(dump(options.seed, options.index))


if __name__ == "__main__":
    main()
