"""Writes the dumps that the benchmarks read: the same bytes for the same seed on every machine.

    generate.py FOLDER [NAME ...]      all of them, or those named, that are not there yet

A NAME is one of DUMPS or of MUTE, which makes NAME.json, one of LOGS, which makes NAME.jsonl, one of SENT, which makes
NAME.json and NAME.csv, or one of FOLDERS, which makes a folder of dumps.
"""

import json
import os
import random
import re
import sys

SEED = 20261124
MILLION = 1_000_000

CODES = ["invalid_email", "missing_required", "duplicate_key", "permission_denied", "value_too_long", "rate_limited"]
STAGES = ["lead", "qualified", "proposal", "negotiation", "won", "lost"]


class Rows:
    """Rows of one dump, from their own random number generator."""

    def __init__(self, seed, layout):
        self.random = random.Random(seed)
        self.layout = layout
        self.hex = ""
        self.used = 0

    def id(self):
        """A random UUID as RFC 9562 writes one (version 4), as the API's ids are."""
        if self.used + 32 > len(self.hex):
            self.hex, self.used = self.random.randbytes(1 << 20).hex(), 0
        digits = self.hex[self.used : self.used + 32]
        self.used += 32
        variant = "89ab"[int(digits[16], 16) & 3]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"

    def message(self, row):
        choice = self.random.random
        kind = int(choice() * 6)
        if kind == 0:
            return f"user{int(choice() * 1e9)}@example{int(choice() * 1e4)}.com is not a valid e-mail address"
        if kind == 1:
            return f"property 'stage' of row {row} is required for stage '{STAGES[int(choice() * 6)]}'"
        if kind == 2:
            return f"record {self.id()} already has the value {int(choice() * 1e6)} for its key"
        if kind == 3:
            return f"no permission to write object {int(choice() * 1e5)}"
        if kind == 4:
            return f"the text has {int(choice() * 9000) + 1000} characters; 1000 are allowed"
        return f"too many requests; try again in {int(choice() * 60)} s (request {self.id()[:8]})"


def created(rows):
    return f'{{"id":"{rows.id()}","created":true,"existing":false}}'


def existing(rows):
    return f'{{"id":"{rows.id()}","created":false,"existing":true}}'


def failed(rows, row):
    code = CODES[int(rows.random.random() * len(CODES))]
    return f'{{"id":null,"created":false,"existing":false,"error":{{"code":"{code}","message":"{rows.message(row)}"}}}}'


def mixed(rows, row):
    """A clean import: most rows created, mixed at random with existing ones, one in a hundred failed."""
    choice = rows.random.random()
    return created(rows) if choice < 0.7 else existing(rows) if choice < 0.99 else failed(rows, row)


def one_shape(rows, row):
    return created(rows)


def failures(rows, row):
    choice = rows.random.random()
    return failed(rows, row) if choice < 0.5 else created(rows) if choice < 0.85 else existing(rows)


def pretty(rows, row):
    """As the Python client's `to_json()` writes it."""
    choice = rows.random.random()
    if choice >= 0.99:
        text = json.dumps(json.loads(failed(rows, row)), indent=2)
        return "\n    " + text.replace("\n", "\n    ")
    made, met = ("true", "false") if choice < 0.7 else ("false", "true")
    return (
        f'\n    {{\n      "id": "{rows.id()}",\n      "created": {made},\n      "existing": {met}\n    }}'
    )


def changing(rows, row):
    """Keys in any order, white space anywhere, fields null or absent: hardly two consecutive rows of one shape."""
    choice = rows.random.random
    kind = choice()
    made, met = (kind < 0.6, 0.6 <= kind < 0.9)
    members = [f'"id":{" " * int(choice() * 4)}"{rows.id()}"']
    if made or choice() < 0.5:
        members.append(f'"created":{" " * int(choice() * 4)}{"true" if made else "false"}')
    if met or choice() < 0.5:
        members.append(f'"existing":{" " * int(choice() * 4)}{"true" if met else "null"}')
    if kind >= 0.9:
        error = [f'"code": "{CODES[int(choice() * 6)]}"', f'"message":"{rows.message(row)}"']
        if choice() < 0.5:
            error.reverse()
        members.append(f'"error":{{{",".join(error)}}}')
    elif choice() < 0.3:
        members.append('"error": null')
    for index in range(len(members) - 1, 0, -1):
        other = int(choice() * (index + 1))
        members[index], members[other] = members[other], members[index]
    return "{" + ("," + " " * int(choice() * 4)).join(members) + "}" + " " * int(choice() * 3)


# name: (layout of a row, rows)
DUMPS = {
    "minified": (mixed, 5 * MILLION),
    "pretty": (pretty, 5 * MILLION),
    "failures": (failures, 2 * MILLION),
    "one-shape": (one_shape, 5 * MILLION),
    "changing": (changing, 2 * MILLION),
    "tiny": (mixed, 3),
    "huge": (mixed, 50 * MILLION),
}


# name: the dump that it repeats, without the messages.
MUTE = {"minified-mute": "minified", "failures-mute": "failures"}


def often_failed(rows, row):
    """Like mixed, with one in twenty failed."""
    choice = rows.random.random()
    return created(rows) if choice < 0.7 else existing(rows) if choice < 0.95 else failed(rows, row)


# name: (layout of a row, dumps, rows of each)
FOLDERS = {
    "folder": (mixed, 10_000, 100),
    "failing": (often_failed, 10_000, 100),
    "small": (mixed, 10_000, 5),
    "large": (mixed, 16, 500_000),
    "many": (mixed, 100_000, 5),
}


def write_folder(path, name):
    layout, count, row_count = FOLDERS[name]
    rows = Rows(f"{SEED} {name}", layout)
    for number in range(count):
        folder = os.path.join(path + ".partial", f"{number // 1000:03}")
        os.makedirs(folder, exist_ok=True)
        job = rows.id()
        with open(os.path.join(folder, job + ".json"), "w", encoding="ascii") as file:
            results = ",".join(layout(rows, row + 1) for row in range(row_count))
            file.write(
                f'{{"job_id":"{job}","status":"complete","total":{row_count},'
                f'"created_at":"2026-11-02T09:00:00Z","updated_at":"2026-11-02T09:41:07Z","results":[{results}]}}\n'
            )
    os.rename(path + ".partial", path)


# name: (jobs, one per line, and rows of each)
LOGS = {"log": (MILLION, 5)}


def write_log(path, name):
    count, row_count = LOGS[name]
    rows = Rows(f"{SEED} {name}", mixed)
    with open(path + ".partial", "w", encoding="ascii", buffering=1 << 20) as file:
        for _ in range(count):
            results = [mixed(rows, row + 1) for row in range(row_count)]
            lost = sum('"error"' in row for row in results)
            file.write(
                f'{{"job_id":"{rows.id()}","status":"complete","total":{row_count},"processed":{row_count},'
                f'"succeeded":{row_count - lost},"failed":{lost},"created_at":"2026-11-02T09:00:00Z",'
                f'"updated_at":"2026-11-02T09:00:07Z","results":[{",".join(results)}]}}\n'
            )
    os.rename(path + ".partial", path)


# name: rows of a dump, 5% of them failed; NAME.csv is the file that was sent
SENT = {"sent": 5 * MILLION}


def write_sent(path, name):
    count = SENT[name]
    rows = Rows(f"{SEED} {name}", mixed)
    source = path.removesuffix(".json") + ".csv"
    lost = len(range(7, count, 20))
    with (
        open(path + ".partial", "w", encoding="ascii", buffering=1 << 20) as dump,
        open(source + ".partial", "w", encoding="ascii", buffering=1 << 20, newline="") as sent,
    ):
        dump.write(
            f'{{"job_id":"{rows.id()}","status":"complete","total":{count},"processed":{count},'
            f'"succeeded":{count - lost},"failed":{lost},"results":['
        )
        sent.write("Name,Email,City,Note\r\n")
        for row in range(count):
            email = f"user{row}@mail{row % 97}.example"
            sent.write(f'First{row % 1000} Last{row % 777},{email},Springfield {row % 50},"said ""{row}"", then left"\r\n')
            if row:
                dump.write(",")
            if row % 20 == 7:
                dump.write(f'{{"error":{{"code":"{CODES[row % 6]}","message":"the address \'{email}\' is not valid"}}}}')
            else:
                dump.write(f'{{"id":"{rows.id()}","created":true}}')
        dump.write("]}")
    os.rename(source + ".partial", source)
    os.rename(path + ".partial", path)


def write_mute(path, of):
    """The same rows with null for each message: the difference is the cost of messages."""
    message = re.compile(rb'"message":"[^"]*"')
    with open(of, "rb") as source, open(path + ".partial", "wb") as target:
        rest = b""
        while block := source.read(1 << 24):
            # The end of the block may split a row, so the last one waits for the next block.
            whole, comma, rest = (rest + block).rpartition(b",{")
            target.write(message.sub(b'"message":null', whole))
            rest = comma + rest
        target.write(message.sub(b'"message":null', rest))
    os.rename(path + ".partial", path)


def write(path, name):
    layout, count = DUMPS[name]
    rows = Rows(f"{SEED} {name}", layout)
    # The contents of a huge dump may repeat, because only its size matters; that shortens the time to write it.
    distinct = min(count, 5 * MILLION)
    with open(path + ".partial", "w", encoding="ascii", buffering=1 << 20) as file:
        gap = "" if name != "pretty" else "\n"
        file.write(
            f'{{"job_id":"{rows.id()}","status":"complete","total":{count},'
            f'"created_at":"2026-11-02T09:00:00Z","updated_at":"2026-11-02T09:41:07Z",'
            f'"expires_at":"2026-11-09T09:41:07Z","results":['
        )
        block, written = [], 0
        for row in range(1, distinct + 1):
            block.append(layout(rows, row))
            if len(block) == 10_000 or row == distinct:
                text = ",".join(block)
                for _ in range(count // distinct):
                    file.write("," + text if written else text)
                    written += len(block)
                block.clear()
        file.write(gap + "]}\n")
    os.rename(path + ".partial", path)


def main():
    folder, *names = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    for name in names or [*DUMPS, *MUTE, *LOGS, *SENT, *FOLDERS]:
        if name in FOLDERS:
            path = os.path.join(folder, name)
            if not os.path.exists(path):
                print(f"making {name}: {FOLDERS[name][1]:,} dumps", file=sys.stderr, flush=True)
                write_folder(path, name)
            continue
        if name in SENT:
            path = os.path.join(folder, name + ".json")
            if not os.path.exists(path):
                print(f"making {name}.json and {name}.csv: {SENT[name]:,} rows", file=sys.stderr, flush=True)
                write_sent(path, name)
            continue
        if name in LOGS:
            path = os.path.join(folder, name + ".jsonl")
            if not os.path.exists(path):
                print(f"making {name}.jsonl: {LOGS[name][0]:,} jobs", file=sys.stderr, flush=True)
                write_log(path, name)
            continue
        path = os.path.join(folder, name + ".json")
        if name in MUTE:
            if not os.path.exists(path):
                print(f"making {name}.json", file=sys.stderr, flush=True)
                write_mute(path, os.path.join(folder, MUTE[name] + ".json"))
            continue
        if not os.path.exists(path):
            print(f"making {name}.json: {DUMPS[name][1]:,} rows", file=sys.stderr, flush=True)
            write(path, name)


if __name__ == "__main__":
    main()
