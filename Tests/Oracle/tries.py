"""An importer with known rules over several tries, and where each row must stand in the end.

Each row has a fate: the try in which it goes through, if ever, and the codes until then. After each try `rejects` hands
rows back; some are corrected, some are left out, a few that succeeded are sent again by mistake. `account` must say of
every row what this program has noted.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import uuid
from collections import Counter
from typing import Any

from seeds import add_seed

CODES = ["invalid_email", "rate_limited", "dupliçate", "x;y"]


class Failure(Exception):
    pass


def expect(condition: bool, *what: object) -> None:
    if not condition:
        raise Failure(" ".join(str(part) for part in what))


def run(binary: str, folder: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    result = subprocess.run([binary, *arguments], cwd=folder, capture_output=True, timeout=120)
    expect(result.returncode == 0, arguments, result.returncode, result.stdout.decode(), result.stderr.decode())
    return result


def dump(rng: random.Random, emails: list[str], fates: dict[str, list[Any]], tries: Counter[str], cut: bool) -> tuple[dict, list]:
    """The answer to a request, and its result for each row."""
    results, said = [], []
    for email in emails:
        code = fates[email][min(tries[email], len(fates[email]) - 1)]
        tries[email] += 1
        said.append(code)
        if code is True:
            results.append({"id": str(uuid.UUID(int=rng.getrandbits(128))), "created": True})
        else:
            error = {"message": f"'{email}' was refused"}
            if code is not None:
                error["code"] = code
            results.append({"error": error})
    seen = rng.randint(0, len(emails)) if cut else len(emails)
    for index in range(seen, len(emails)):
        said[index] = "no-result"
    results = results[:seen]
    failed = sum("error" in r for r in results)
    return {
        "job_id": str(uuid.UUID(int=rng.getrandbits(128))), "status": "complete", "total": len(emails),
        "processed": seen, "succeeded": seen - failed, "failed": failed, "results": results,
    }, said


def check(binary: str, rng: random.Random, folder: pathlib.Path) -> None:
    count = rng.choice([3, 20, 150])
    emails = [f"u{n}-{rng.randint(0, 10**9)}@mail.example" for n in range(count)]
    fates: dict[str, list[Any]] = {}
    for email in emails:
        failures = [rng.choice([*CODES, None]) for _ in range(rng.choice([0, 0, 1, 2, 3, 9]))]
        fates[email] = failures + [True]
    form = rng.choice(["csv", "csv", "body"])
    name = "people.csv" if form == "csv" else "people.json"
    composed = rng.random() < 0.5

    def source(rows: list[str]) -> bytes:
        if form == "csv":
            out = io.StringIO(newline="")
            writer = csv.writer(out)
            writer.writerow(["Name", "Email"])
            for row in rows:
                writer.writerow([f"the {row[:3]}, say", row])
            return out.getvalue().encode()
        objects = [{"default": {"email": row}} for row in rows]
        return json.dumps({"objects": objects, "options": {"dedupe_by": "email"}}).encode()

    def emails_in(path: pathlib.Path) -> list[str]:
        data = path.read_bytes().decode()
        if form == "csv":
            return [r[-1] for r in list(csv.reader(io.StringIO(data, newline="")))[1:]]
        return [o["default"]["email"] for o in json.loads(data)["objects"]]

    (folder / name).write_bytes(source(emails))
    numbers = {email: index + 1 for index, email in enumerate(emails)}
    sent, tries = emails, Counter()
    state: dict[str, dict[str, Any]] = {e: {"tries": 0, "vain": False, "state": None} for e in emails}
    dumps, maps = [], []
    # For each try, the results of the rows that were sent in it.
    words: list[dict[str, Any]] = []
    current = name
    for attempt in range(1, rng.randint(2, 5) + 1):
        job, said = dump(rng, sent, fates, tries, cut=rng.random() < 0.2)
        dumps.append(f"try{attempt}.json")
        (folder / dumps[-1]).write_text(json.dumps(job))
        words.append(dict(zip(sent, said)))
        for email, word in zip(sent, said):
            row = state[email]
            row["tries"] += 1
            if row["state"] == "succeeded":
                row["vain"] = True
                continue
            row["try"] = attempt
            row["code"] = ""
            if word is True:
                row["state"] = "succeeded"
            elif word == "no-result":
                row["state"] = "no-result"
            else:
                row["state"] = "failed"
                row["code"] = word or ""
        out = f"r{attempt}"
        arguments = ["rejects", dumps[-1], "--source", current, "-o", out, "--trust-order"]
        if composed and maps:
            arguments += ["--map", maps[-1]]
        run(binary, folder, *arguments, *(["--plain"] if rng.random() < 0.3 else []))
        ending = ".csv" if form == "csv" else ".json"
        again = emails_in(folder / out / f"rejects{ending}")
        lost = emails_in(folder / out / f"no-result{ending}")
        if not again and not lost:
            break
        # Rows without a known result may be sent again, and some of them may have succeeded.
        heap = "rejects" if again and (not lost or rng.random() < 0.7) else "no-result"
        sent = again if heap == "rejects" else lost
        current = f"{out}/{heap}{ending}"
        maps.append(f"{out}/reasons.csv")
        last_heap = f"{heap}{ending}"
        maps[-1] += f"#{last_heap}"
    if len(dumps) < 2:
        return
    maps = maps[: len(dumps) - 1]
    flags = [f"--map={m}" for m in maps]
    result = run(binary, folder, "account", *dumps, *flags, "--format", "csv")
    lines = list(csv.reader(io.StringIO(result.stdout.decode(), newline="")))
    expect(lines[0][:3] == ["source", "source_row", "state"], lines[0])
    wanted = [
        [name, str(numbers[e]), state[e]["state"], str(state[e]["try"]), str(state[e]["tries"]), state[e]["code"],
         "true" if state[e]["vain"] else "false"]
        for e in emails
    ]
    for line, want in zip(lines[1:], wanted):
        expect(line == want, "account says", line, "instead of", want)
    expect(len(lines) == count + 1, len(lines))
    totals = json.loads(run(binary, folder, "account", *dumps, *flags, "--format", "json").stdout)
    states = Counter(state[e]["state"] for e in emails)
    expect(totals["succeeded"] == states["succeeded"], totals, states)
    expect(totals["still_failing"] + totals["never_sent_again"] == states["failed"], totals, states)
    expect(totals["no_result"] == states["no-result"], totals, states)
    run(binary, folder, "account", *dumps, *flags)
    # Compare the first two tries: all rows before and after.
    compared = json.loads(
        run(binary, folder, "compare", dumps[0], dumps[1], flags[0], "--format", "json").stdout)["row_by_row"]
    lists = {name: set() for name in ("fixed", "still_failing", "newly_failing")}
    for row, email in enumerate(emails, 1):
        before, after = words[0].get(email), words[1].get(email, words[0].get(email))
        if after == "no-result":
            after = before
        if before == "no-result":
            break
        if before is not True:
            lists["fixed" if after is True else "still_failing"].add(row)
        elif after is not True:
            lists["newly_failing"].add(row)
    for name, rows in lists.items():
        expect(compared[name]["rows"] == len(rows), "compare says", compared[name], "instead of", sorted(rows))
    page = run(binary, folder, "account", *dumps, *flags, "--format", "xhtml").stdout
    (folder / "account.xhtml").write_bytes(page)
    run(binary, folder, "validate", "account.xhtml")


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
