"""An importer with known rules over several tries, and where each row must stand in the end.

Each row has a fate: the try in which it goes through, if ever, and the codes until then. A try sends one file or several
as one job or several. After each try `rejects` hands rows back, in one file, by action or in batches; some files are sent
again, some under other names, some with rows that succeeded. The dumps of a try lie in a folder in any order, and
`plan.json` may be missing. `account` must say of every row what this program has noted, and may refuse only what has
several readings; with the names of the files it must not refuse it either. `compare`, and `rejects` with maps, must agree.
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections import Counter
from typing import Any

from seeds import add_seed

CODES = ["invalid_email", "rate_limited", "dupliçate", "x;y"]
ACTIONS = "codes:\n  - {code: rate_limited, action: retry}\n  - {code: invalid_email, action: fix-data}\n"


class Failure(Exception):
    pass


def expect(condition: bool, *what: object) -> None:
    if not condition:
        raise Failure(" ".join(str(part) for part in what))


def run(binary: str, folder: pathlib.Path, *arguments: str, may_refuse: bool = False) -> subprocess.CompletedProcess[bytes]:
    result = subprocess.run([binary, *arguments], cwd=folder, capture_output=True, timeout=120)
    expect(
        result.returncode == 0 or (may_refuse and result.returncode == 1),
        arguments, result.returncode, result.stdout.decode(), result.stderr.decode())
    return result


def cells(data: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data, newline="")))


class Importer:
    """Answers requests, and notes what became of each row."""

    def __init__(self, rng: random.Random, emails: list[str]) -> None:
        self.rng = rng
        self.fates: dict[str, list[Any]] = {}
        for email in emails:
            failures = [rng.choice([*CODES, None]) for _ in range(rng.choice([0, 0, 1, 2, 3, 9]))]
            self.fates[email] = failures + [True]
        self.tries: Counter[str] = Counter()
        self.state: dict[str, dict[str, Any]] = {
            email: {"state": "no-result", "try": 1, "tries": 1, "code": "", "vain": False} for email in emails}

    def answer(self, emails: list[str], attempt: int, cut: bool, has_id: bool) -> tuple[dict, dict[str, Any]]:
        """The dump of a job, and its result for each row."""
        results, said = [], {}
        seen = self.rng.randint(0, len(emails)) if cut else len(emails)
        for index, email in enumerate(emails):
            code = self.fates[email][min(self.tries[email], len(self.fates[email]) - 1)]
            self.tries[email] += 1
            said[email] = code if index < seen else "no-result"
            if index >= seen:
                continue
            if code is True:
                results.append({"id": str(uuid.UUID(int=self.rng.getrandbits(128))), "created": True})
            else:
                error = {"message": f"'{email}' was refused"}
                if code is not None:
                    error["code"] = code
                results.append({"error": error})
        for email, word in said.items():
            self.note(email, word, attempt)
        failed = sum("error" in r for r in results)
        # Without an id, the dumps of two tries in which the same rows failed may be the same bytes, and count as one.
        is_unlike = any("id" in row for row in results)
        job_id = None if is_unlike and not has_id else str(uuid.UUID(int=self.rng.getrandbits(128)))
        return {
            "job_id": job_id, "status": "complete", "total": len(emails), "processed": seen,
            "succeeded": seen - failed, "failed": failed, "results": results,
        }, said

    def note(self, email: str, word: Any, attempt: int) -> None:
        row = self.state[email]
        if attempt > 1:
            row["tries"] += 1
        if row["state"] == "succeeded":
            row["vain"] = True
            return
        row["try"], row["code"] = attempt, ""
        if word is True:
            row["state"] = "succeeded"
        elif word == "no-result":
            row["state"] = "no-result"
        else:
            row["state"], row["code"] = "failed", word or ""


class Form:
    def __init__(self, name: str) -> None:
        self.name = name
        self.ending = ".csv" if name == "csv" else ".json"

    def source(self, emails: list[str]) -> bytes:
        if self.name == "csv":
            out = io.StringIO(newline="")
            writer = csv.writer(out)
            writer.writerow(["Name", "Email"])
            for email in emails:
                writer.writerow([f"the {email[:3]}, say", email])
            return out.getvalue().encode()
        objects = [{"default": {"email": email}} for email in emails]
        return json.dumps({"objects": objects, "options": {"dedupe_by": "email"}}).encode()

    def emails(self, path: pathlib.Path) -> list[str]:
        data = path.read_bytes().decode()
        if self.name == "csv":
            return [r[-1] for r in cells(data)[1:]]
        return [o["default"]["email"] for o in json.loads(data)["objects"]]


class Sent:
    """A file that is sent in a try, with the jobs that take its rows one after another."""

    def __init__(self, path: str, handed_back: str | None, emails: list[str], jobs: list[list[str]], lead: int = 0) -> None:
        self.path, self.handed_back, self.emails, self.jobs, self.lead = path, handed_back, emails, jobs, lead


def parts(rng: random.Random, rows: list[str], most: int) -> list[list[str]]:
    """Rows in one stretch or several, none of them empty."""
    cuts = sorted(rng.sample(range(1, len(rows)), min(len(rows) - 1, rng.randint(1, most) - 1)))
    return [rows[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)])]


def is_batch(name: str) -> bool:
    return re.search(r"-\d{4,}\.", name) is not None


def readings(files: dict[str, list[str]], sizes: list[int], known: set[str] | None = None) -> int:
    """In how many ways parts of these sizes may have been the files of a map that are not known by name, except for the
    order of batches."""
    stems: dict[str, list[str]] = {}
    for name in files:
        if match := re.fullmatch(r"(.+)-\d{4,}(\.\w+)", name):
            stems.setdefault(match[1] + match[2], []).append(name)
    files = {name: rows for name, rows in files.items() if name not in (known or ())}
    found = sum(len(rows) == sum(sizes) for rows in files.values())
    # Only together are they the batches of one file.
    batches = [sorted(names) for names in stems.values() if len(names) > 1 and all(name in files for name in names)]
    if len(sizes) == 1:
        return found + sum(sum(len(files[n]) for n in names) == sizes[0] for names in batches)
    taken = set()
    for names in itertools.permutations(files, len(sizes)):
        if all(len(files[n]) == size for n, size in zip(names, sizes)):
            in_order = any([len(files[n]) for n in b] == sizes and sorted(names) == b for b in batches)
            taken.add(frozenset(names) if in_order else names)
    return found + len(taken)


def check(binary: str, rng: random.Random, folder: pathlib.Path) -> None:
    count = rng.choice([6, 20, 60])
    emails = [f"u{n}-{rng.randint(0, 10**9)}@mail.example" for n in range(count)]
    form = Form(rng.choice(["csv", "csv", "body"]))
    importer = Importer(rng, emails)
    (folder / "codes.yml").write_text(ACTIONS)
    has_plans = rng.random() < 0.8

    # What is sent first: several files, each with its own job, or one, from which jobs take their rows in turn.
    origin: dict[str, tuple[str, int]] = {}
    sent: list[Sent] = []
    chunks = parts(rng, emails, rng.choice([1, 1, 1, 3]))
    for index, chunk in enumerate(chunks):
        # Only plan.json knows that an apostrophe is part of a name.
        name = rng.choice(["people", "+people", "'=x" if has_plans else "=x", "list"]) + f"{index}{form.ending}"
        (folder / name).write_bytes(form.source(chunk))
        origin.update({email: (name, row) for row, email in enumerate(chunk, 1)})
        lead = rng.choice([0, 0, 0, 1, 2]) if len(chunks) == 1 else 0
        jobs = [chunk] if len(chunks) > 1 else parts(rng, chunk[lead:], rng.choice([1, 1, 3]))
        sent.append(Sent(name, None, chunk, jobs, lead))
    order = {email: index for index, email in enumerate(emails)}

    tries: list[str] = []
    # The maps with as few names of files as a user may give, and with all of them.
    maps: list[str] = []
    explicit: list[str] = []
    # Whether something has several readings for a program that is not told the names of the files.
    is_doubtful = False
    composed = {0}
    words: list[dict[str, Any]] = []
    files: dict[str, list[str]] = {}
    wanted_tries = rng.randint(2, 5)
    for attempt in range(1, wanted_tries + 1):
        # The dumps, in the order of what was sent, under names that may be in another order.
        dumps, said = [], {}
        job_rows = [(s, rows) for s in sent for rows in s.jobs]
        has_ids = rng.random() < 0.8
        labels = list(range(len(job_rows)))
        is_shuffled = rng.random() < 0.5
        if is_shuffled:
            rng.shuffle(labels)
        for label, (_, rows) in zip(labels, job_rows):
            dump, answers = importer.answer(rows, attempt, rng.random() < 0.15, has_ids)
            name = f"t{attempt}/{label}.json" if len(job_rows) > 1 else f"t{attempt}.json"
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(json.dumps(dump))
            dumps.append(name)
            said.update(answers)
        words.append(said)
        tries.append(f"t{attempt}" if len(job_rows) > 1 else dumps[0])
        if attempt == wanted_tries:
            break

        out = f"r{attempt}"
        arguments = ["rejects", *dumps, "--source", *[s.path for s in sent], "-o", out, "--trust-order"]
        if sent[0].lead:
            arguments += ["--first-row", str(sent[0].lead + 1)]
        if rng.random() < 0.5:
            arguments += ["--codes", "codes.yml"] + (["--by-action"] if rng.random() < 0.7 else [])
        if rng.random() < 0.3:
            arguments += ["--batch", str(rng.choice([2, 3, 7]))]
        if rng.random() < 0.3:
            arguments.append("--plain")
        named = [m + "#" + ",".join(s.handed_back or "" for s in sent) for m in explicit[-1:]]
        # With the maps of all tries before, or with the last one, if that leads to the first source.
        if attempt > 1 and len(sent) == 1 and rng.random() < 0.5:
            composed.add(attempt)
            is_short = attempt - 1 in composed and rng.random() < 0.5
            for m in named if is_short else explicit[:-1] + named:
                arguments += ["--map", m]
        run(binary, folder, *arguments)
        lines = cells((folder / out / "reasons.csv").read_text())[1:]
        handed_back = {name: form.emails(folder / out / name) for name in dict.fromkeys(line[0] for line in lines)}
        for line in lines if attempt in composed else []:
            source, number = origin[handed_back[line[0]][int(line[1]) - 1]]
            cell = "'" + source if source[0] in "=+-@" else source
            expect(line[2:4] == [cell, str(number)], "rejects says", line, "instead of", source, number)
        if not handed_back:
            break
        if attempt > 1:
            names = {pathlib.Path(s.path).name for s in sent}
            unknown = [len(s.emails) for s in sent if pathlib.Path(s.path).name not in files]
            is_unclear = bool(unknown) and readings(files, unknown, names) != 1
            explicit[-1:] = named
            if rng.random() < 0.3:
                maps[-1] += "#" + ",".join(s.handed_back or "" for s in sent)
                is_unclear = False
            is_doubtful = is_doubtful or is_unclear
        place = out
        if not has_plans and attempt not in composed:
            place = f"m{attempt}"
            (folder / place).mkdir()
            shutil.copy(folder / out / "reasons.csv", folder / place)
            # Without plan.json, only one source of one job is sure to be known by its name.
            is_doubtful = is_doubtful or len(job_rows) > 1 or (
                attempt > 1 and pathlib.Path(sent[0].path).name not in files)
        maps.append(f"{place}/reasons.csv")
        explicit.append(f"{out}/reasons.csv")
        files = handed_back

        # What is sent next.
        chosen = list(files) if rng.random() < 0.5 else rng.sample(list(files), rng.randint(1, min(len(files), 3)))
        chosen = chosen[:4]
        rng.shuffle(chosen)
        if any(is_batch(name) for name in chosen):
            chosen.sort()
        sent = []
        for index, name in enumerate(chosen):
            path = f"{out}/{name}"
            if rng.random() < 0.3:
                path = f"again{attempt}-{index}{form.ending}"
                shutil.copy(folder / out / name, folder / path)
            rows = files[name]
            jobs = parts(rng, rows, rng.choice([1, 1, 3])) if len(chosen) == 1 else [rows]
            sent.append(Sent(path, name, rows, jobs))
    if len(tries) < 2:
        return
    # About the last try there is only the order of its dumps, which must be that of the rows or of the batches.
    has_one_each = all(len(s.jobs) == 1 for s in sent)
    if is_shuffled and (not has_one_each or any(is_batch(s.handed_back or "") for s in sent)):
        return
    in_folder = [job_rows[index] for index in sorted(range(len(labels)), key=lambda index: labels[index])]
    names = ",".join(s.handed_back or "" for s, _ in in_folder) if has_one_each else sent[0].handed_back or ""
    explicit[-1] += "#" + names
    if rng.random() < 0.3:
        maps[-1] += "#" + names
    else:
        is_doubtful = is_doubtful or readings(files, [len(rows) for _, rows in in_folder]) != 1
    wanted = [
        [origin[e][0], str(origin[e][1]), s["state"], str(s["try"]), str(s["tries"]), s["code"],
         "true" if s["vain"] else "false"]
        for e, s in ((e, importer.state[e]) for e in sorted(emails, key=lambda e: order[e]))
    ]

    def account(maps: list[str], may_refuse: bool) -> bool:
        result = run(
            binary, folder, "account", *tries, *[f"--map={m}" for m in maps], "--format", "csv", "--csv-raw",
            may_refuse=may_refuse)
        if result.returncode:
            return False
        lines = cells(result.stdout.decode())
        expect(lines[0][:3] == ["source", "source_row", "state"], lines[0])
        expect(len(lines) == count + 1, len(lines))
        by_row = sorted(lines[1:], key=lambda line: (line[0], int(line[1])))
        for line, want in zip(by_row, sorted(wanted, key=lambda line: (line[0], int(line[1])))):
            expect(line == want, "account says", line, "instead of", want, tries, maps)
        return True

    account(maps, is_doubtful)
    # With the names of all files and plan.json, there is only one reading.
    expect(account(explicit, False), "refused although all is named")
    flags = [f"--map={m}" for m in explicit]
    totals = json.loads(run(binary, folder, "account", *tries, *flags, "--format", "json").stdout)
    states = Counter(s["state"] for s in importer.state.values())
    expect(totals["succeeded"] == states["succeeded"], totals, states)
    expect(totals["still_failing"] + totals["never_sent_again"] == states["failed"], totals, states)
    expect(totals["no_result"] == states["no-result"], totals, states)
    page = run(binary, folder, "account", *tries, *flags, "--format", "xhtml").stdout
    (folder / "account.xhtml").write_bytes(page)
    run(binary, folder, "validate", "account.xhtml")
    compare(binary, folder, tries, flags, words)


def compare(
    binary: str, folder: pathlib.Path, tries: list[str], flags: list[str], words: list[dict[str, Any]]
) -> None:
    """Compares the first try with another one, by the map of each try between."""
    if not tries[0].endswith(".json"):
        return
    number = len(tries) - 1
    result = run(binary, folder, "compare", tries[0], tries[number], *flags[:number], "--format", "json")
    compared = json.loads(result.stdout)["row_by_row"]
    lists: dict[str, set[str]] = {name: set() for name in ("fixed", "still_failing", "newly_failing")}
    for email in words[0]:
        before, after = words[0][email], words[number].get(email, words[0][email])
        if after == "no-result":
            after = before
        if before == "no-result":
            break
        if before is not True:
            lists["fixed" if after is True else "still_failing"].add(email)
        elif after is not True:
            lists["newly_failing"].add(email)
    for name, rows in lists.items():
        expect(compared[name]["rows"] == len(rows), "compare says", compared[name], "instead of", len(rows), name)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    add_seed(parser)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--only", type=int, help="one case alone")
    options = parser.parse_args()
    failures = 0
    for number in range(options.count) if options.only is None else [options.only]:
        rng = random.Random(f"{options.seed}:{number}")
        with tempfile.TemporaryDirectory(prefix="oracle-tries-") as folder:
            try:
                check(options.binary, rng, pathlib.Path(folder))
            except Failure as failure:
                failures += 1
                print(f"seed {options.seed}, case {number}: {failure}")
    print(f"seed {options.seed}: {options.count} cases, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
