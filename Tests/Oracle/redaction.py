"""Plants personal values in every field and name that import-audit reads, and looks for them in all that it writes.

    redaction.py --binary .build/release/import-audit Samples/*.json

Prints what is wrong, and ends with status 1 then. It knows nothing of how values are found or replaced. Of the dumps
that are given, it checks that redaction changes no number.
"""

import argparse
import csv
import glob
import gzip
import html
import io
import json
import os
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse
import zipfile

from seeds import add_seed

parser = argparse.ArgumentParser()
parser.add_argument("--binary", required=True)
parser.add_argument("samples", nargs="*")
add_seed(parser)
options = parser.parse_args()
BINARY = options.binary
FOLDER = ""
KEY = b"Kuckucksuhr-geheim-0123456789"
problems = []

# Secrets that must not be found in any form. Each is part of at least one value that is planted below.
SECRETS = [
    "zorblatt", "qwimbly", "müllerska", "bücherwurm", "4930987654", "98 76 54 32", "555-0199", "ploverhaus",
    "7c9e6679-7425-40de-944b-e07fc1f90ae7", "7c9e6679742540de944be07fc1f90ae7", "c0ffee1234567890abcdef",
    "90817263", "xq7vbn2kd93mzt4p", "grimbald", "hollerbusch", "wintergrün", "tannhäuser", "4567x7719", "31337",
]
# One message for each way to write a value.
MESSAGES = [
    "Address Zorblatt.Qwimbly+news@example.com is taken",
    "Address <ZORBLATT.QWIMBLY@Example.com>, see mailto:zorblatt@example.com?cc=qwimbly@example.com",
    "müllerska@bücherwurm.example is no address; zorblatt%40example.com neither",
    "email=zorblatt@example.com&x=1 bounce+zorblatt=example.org@lists.example.net o'zorblatt@example.com",
    "call +49 30 98 76 54 32 or (030) 555-0199 or 030/98.76.54.32 or +4930987654, not later",
    "no 'zorblatt' and \"Qwimbly, Esq.\" and `ploverhaus` and “müllerska” and „Ploverhaus“ and ‚qwimbly‘",
    "no «zorblatt» and »Qwimbly« and ‹ploverhaus› and ›müllerska‹ and ‘qwimbly’ and ”zorblatt”",
    "the text {\"name\": \"Zorblatt\", \"note\": \"a \\\"qwimbly\\\" b\"} was sent",
    "escaped \\\"zorblatt\\\" and unbalanced 'qwimbly and all the ploverhaus that follows",
    "record 7c9e6679-7425-40de-944b-e07fc1f90ae7, 7C9E6679-7425-40DE-944B-E07FC1F90AE7, rec_7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "record 7c9e6679742540de944be07fc1f90ae7 or c0ffee1234567890abcdef or no. 90817263 or INV90817263x",
    "token xQ7vBn2kD93mZt4p, id: xQ7v9, user_id=zorblatt, recordId: qwimbly7",
    "at https://zorblatt:qwimbly@crm.example.com/people/ploverhaus?name=m%C3%BCllerska#90817263 and www.example.com/zorblatt",
    "word Grimbald in the middle, name: Hollerbusch; key acc-wintergrün-7 GRIMBALD tannhäuser",
    "call (030) 555-0199x31337 or +1 555 123 4567x7719 or +1 555 123 4567 ext. 31337",
    "contact_id: ploverhaus, id:qwimbly, uuid: müllerska; recordId: (zorblatt)",
    "müllerska&qwimbly@example.com or zorblatt/qwimbly@example.com or {\"qwimbly_schmidt_id\": 5} is invalid",
    "Tannhäuser <zorblatt@[192.168.0.1]> @zorblatt zorblatt@localhost \"zorblatt\"@example.com",
]
RULES = """
words: [grimbald, Tannhäuser]
keys: [name, full_name]
patterns: ["acc-*-7"]
keep: [stage]
"""


def row(message=None, code="bad", **fields):
    result = dict(fields)
    if message is not None:
        result["error"] = {"code": code, "message": message}
    return result


def planted_job(number):
    message = MESSAGES[number % len(MESSAGES)]
    rows = [row(m) for m in MESSAGES] + [row(MESSAGES[0], code=m) for m in MESSAGES]
    for text in ["7c9e6679-7425-40de-944b-e07fc1f90ae7", "7C9E6679-7425-40DE-944B-E07FC1F90AE7", "zorblatt",
                 "zorblatt@example.com", "90817263", "+49 30 98 76 54 32", "c0ffee1234567890abcdef", "Qwimbly Esq."]:
        rows += [{"id": text, "created": True}, {"id": text, "existing": True}, {"id": text, "created": True}]
    rows.append({"id": 5, "created": "zorblatt", "zorblatt@example.com": 1, "'qwimbly'": [{"a": message}]})
    rows.append({"error": message})
    rows.append({"error": [message, {"field": "Zorblatt", "müllerska": 90817263}]})
    rows.append({"error": {"code": 90817263, "message": {"a \"qwimbly": [message]}}})
    for details in [{"field": "zorblatt", "value": message}, {"errors": [{"value": "Ploverhaus \\"}, 90817263]},
                    {"details": {"müllerska": {"a": [["\"zorblatt"], 4930987654]}}, "zorblatt@example.com": None}]:
        rows += [{"error": {"code": "bad", **details}}, {"error": details}]
    rows.append({"error": {"code": "", "message": message, "90817263": 1}})
    rows.append({"error": {"code": "bad", "message": "", "ploverhaus": {"zorblatt_id": 31337}, "hollerbusch": 1}})
    return {
        "job_id": ["zorblatt", "90817263", "job-zorblatt@example.com", "7c9e6679-7425-40de-944b-e07fc1f90ae7",
                   None][number % 5],
        "status": ["complete", "'zorblatt' to zorblatt@example.com", "failed", "processing"][number % 4],
        "created_at": ["2026-03-04T10:00:00Z", "by zorblatt@example.com", "90817263"][number % 3],
        "updated_at": "2026-03-04T10:%02d:00Z" % number,
        "expires_at": "'qwimbly'",
        "total": len(rows) + number % 2,
        "succeeded": 1, "failed": 2, "processed": 9,
        "error": {"code": message, "message": message, "zorblatt@example.com": 1},
        "zorblatt@example.com": message, "müllerska@example.com": 1, '"qwimbly"': 1, "id 90817263": 2,
        "results": rows,
    }


def planted_bulk(number):
    """A bulk update: its rows, with a record and a status besides."""
    rows = planted_job(number)["results"]
    for index, each in enumerate(rows):
        each["status"] = ["ok", "error", "for zorblatt@example.com", "'qwimbly'"][index % 4]
        each["record"] = {"email": "zorblatt@example.com", "müllerska": 90817263}
    return {"results": rows, "summary": {"total": len(rows), "zorblatt@example.com": 1}, "zorblatt@example.com": 2}


def write(path, data):
    path = os.path.join(FOLDER, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())
    return path


def job(number):
    return json.dumps(planted_job(number), ensure_ascii=number % 2 == 0)


NAMES = ["zorblatt@example.com", "qwimbly schmidt", "müllerska", "4930987654", "+49 30 98 76 54 32", "a/ploverhaus~b",
         "7c9e6679-7425-40de-944b-e07fc1f90ae7", "7C9E6679-7425-40DE-944B-E07FC1F90AE7", "grimbald.json", "90817263"]


def wrapped(chance, job):
    """A job at a random place of another document, below at least one name that is a value."""
    depth = chance.randint(1, 4)
    planted = chance.randrange(depth)
    value = job
    for level in range(depth):
        name = chance.choice(NAMES) if level == planted else chance.choice(NAMES + ["data", "message", "users", "0"])
        form = chance.randrange(4)
        if form == 0:
            value = json.dumps(value)
        elif form == 1:
            value = [{"note": 1}, value]
        value = {"time": "2026-03-04T10:00:00Z", name: value}
    return value


def plant():
    """Writes the inputs; returns what to give to the program, each with what it is."""
    single = write("in/zorblatt@example.com/qwimbly 90817263.json", job(0))
    write("in/tree/zorblatt/a.json", job(1))
    write("in/tree/zorblatt/b.JSON", job(2))
    write("in/tree/zorblatt/cut-qwimbly.json", job(3)[:-400])
    write("in/tree/broken-zorblatt.json", job(4)[:3000] + "zorblatt")
    write("in/tree/bulk-zorblatt@example.com.json", json.dumps(planted_bulk(10)))
    write("in/tree/sync-zorblatt@example.com.json", job(9))
    chance = random.Random(options.seed)
    for number in range(12):
        write("in/tree/wrapped-%d.json" % number, json.dumps(wrapped(chance, planted_job(20 + number))))
    lines = [json.dumps(wrapped(chance, {"job_id": "w%d" % n, "status": "complete", "total": 1, "results": [row("no")]}))
             for n in range(30)]
    write("in/tree/wrapped.jsonl", "\n".join(lines))
    both = {name: {"job_id": "b%d" % n, "status": "complete", "total": 1, "results": [row("no")]}
            for n, name in enumerate(NAMES)}
    write("in/tree/both.json", json.dumps({"users": both}))
    for number, message in enumerate(MESSAGES):
        write("in/tree/errors/zorblatt-%d.json" % number, json.dumps({"message": message}))
        write("in/tree/errors/string-%d.json" % number, json.dumps({"error": message}))
    write("in/tree/page zorblatt.html", "<html>zorblatt@example.com</html>")
    write("in/tree/other.json", '["zorblatt"]')
    write("in/tree/not-json.txt", "zorblatt@example.com")
    write("in/tree/log-zorblatt.jsonl", "\n".join([job(5), "zorblatt@example.com", job(6), job(6)[:200], job(7)]))
    write("in/tree/cut.json.gz", gzip.compress(job(8).encode())[:-300])
    for target, name in [("/nowhere/zorblatt@example.com", "tree/link-zorblatt"), ("../../zorblatt", "tree/out")]:
        link = os.path.join(FOLDER, "in", name)
        os.path.lexists(link) or os.symlink(target, link)
    long = planted_job(0)
    long["job_id"] = "long"
    # The reader cuts names and texts. The beginning of a value must not remain.
    long["x" * 87 + " zorblatt@example.com"] = 1
    long["results"] = [row("y " * (1024 * 512 - 4) + "zorblatt.qwimbly@example.com")]
    write("in/tree/long.json", json.dumps(long))

    packed = os.path.join(FOLDER, "in/tree/pack-zorblatt.tar.gz")
    with tarfile.open(packed, "w:gz") as tar:
        def add(name, data, **fields):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for key, value in fields.items():
                setattr(info, key, value)
            tar.addfile(info, io.BytesIO(data))
        add("zorblatt@example.com/qwimbly.json", job(10).encode())
        add("zorblatt@example.com/qwimbly.json", job(11).encode())
        add("link-qwimbly", b"", type=tarfile.SYMTYPE, linkname="zorblatt@example.com/ploverhaus")
        add("hard-qwimbly", b"", type=tarfile.LNKTYPE, linkname="zorblatt@example.com/qwimbly.json")
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("müllerska/zorblatt.json", job(12))
        archive.writestr("error zorblatt.json", json.dumps({"message": MESSAGES[0]}))
    write("in/tree/qwimbly.zip", inner.getvalue())
    write("in/tree/broken-zorblatt.zip", inner.getvalue()[:2000])
    return single, os.path.join(FOLDER, "in/tree"), os.path.join(FOLDER, "in/zorblatt@example.com/no-such-qwimbly.json")


def run(*arguments, status=None):
    done = subprocess.run([BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode < 0 or done.returncode == 70 or (status is not None and done.returncode != status):
        problems.append("%s: status %d: %s" % (" ".join(arguments), done.returncode, done.stderr.decode()[:500]))
    return done


def forms(data):
    """The bytes as text, and that with its escapes undone."""
    text = data.decode("utf-8", "replace")
    unescaped = [text, urllib.parse.unquote(text), html.unescape(text)]
    unescaped.append(re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text))
    # Characters that Markdown output contains between letters.
    unescaped += [re.sub(r"[\\\u200b\u2060\u00ad]", "", form) for form in list(unescaped)]
    return [form.casefold() for form in unescaped]


def search(what, data):
    for form in forms(data):
        for secret in SECRETS:
            at = form.find(secret.casefold())
            if at >= 0:
                problems.append("%s: %r in %r" % (what, secret, form[max(0, at - 60):at + 60]))
    for secret in [KEY, KEY.hex().encode()]:
        if secret in data:
            problems.append("%s: the key" % what)


def search_tree(what, folder):
    count = 0
    for path, folders, files in os.walk(folder):
        for name in folders + files:
            search("%s: the name %s" % (what, name), name.encode("utf-8", "surrogateescape"))
        for name in files:
            count += 1
            with open(os.path.join(path, name), "rb") as file:
                search("%s/%s" % (what, name), file.read())
            if name.endswith((".zip", ".xlsx")):
                search_zip("%s/%s" % (what, name), os.path.join(path, name))
    return count


def search_zip(what, path):
    with zipfile.ZipFile(path) as parts:
        search(what + ": comment", parts.comment)
        for part in parts.infolist():
            search("%s: the name %s" % (what, part.filename), part.filename.encode("utf-8"))
            data = parts.read(part)
            search("%s!%s" % (what, part.filename), data)
            if part.filename.endswith(".xlsx"):
                search_zip("%s!%s" % (what, part.filename), io.BytesIO(data))


def canaries():
    single, tree, missing = plant()
    key = write("key", KEY + b"\n")
    rules = write("rules.yml", RULES)
    redact = ["--redact", "--redact-key-file", key, "--redact-rules", rules]
    # First make sure that there is something to find.
    out = os.path.join(FOLDER, "plain")
    run("report", single, "-o", out)
    plain = b"".join(open(file, "rb").read() for file in glob.glob(out + "/*"))
    if not all(any(secret.casefold() in form for form in forms(plain)) for secret in SECRETS):
        problems.append("not every secret is planted")

    expected = {"single": 6, "all": 40}
    for name, inputs in [("single", [single]), ("all", [single, tree, missing])]:
        out = os.path.join(FOLDER, "out-" + name)
        pack = os.path.join(FOLDER, "pack-%s.zip" % name)
        everything = ["--formats", "md,csv,xhtml,json,xlsx", "--pack", pack, "--markdown-limit", "4000", "--csv-bom"]
        for options in [[], ["--verbose", "--threads", "1"], ["--strict", "--fresh"], everything]:
            done = run("report", *inputs, "-o", out, *redact, *options)
            search("report %s %s" % (name, options), done.stdout + done.stderr)
            if options == [] and search_tree(name, out) < expected[name]:
                problems.append("%s: files are missing" % name)
        search_tree(name + " strict and everything", out)
        search_zip("pack " + name, pack)
        done = run("verify", pack, status=0)
        search("verify " + name, done.stdout + done.stderr)
        # Whoever has the dumps can compare them with the pack: the hashes are those of the dumps.
        if name == "single":
            run("verify", pack, single, status=0)
        for command in [["summary"], ["summary", "--format", "json", "--sha256", "--identity"],
                        ["summary", "--every-dump", "--verbose"],
                        ["check", "--max-failed", "0", "--format", "junit", "--verbose"], ["codes"],
                        ["compare", tree], ["compare", tree, "--format", "json"],
                        ["compare", tree, "--format", "markdown"]]:
            if command[0] == "compare" and name != "single":
                continue
            done = run(command[0], *inputs, *command[1:], *redact)
            search(" ".join(command), done.stdout + done.stderr)
            if not done.stdout:
                problems.append("%s: no output" % command)
    selected(single, tree, redact)
    sources(redact)
    details(redact)
    places(tree, redact)
    # With a random key.
    out = os.path.join(FOLDER, "out-random")
    done = run("report", tree, "-o", out, "--redact", "--redact-rules", rules)
    search("random", done.stdout + done.stderr)
    search_tree("random", out)

    merge(single, tree, redact)


def selected(single, tree, redact):
    """Options with values in them."""
    by = ["--job", "zorblatt*", "--job", "*Qwimbly?", "--status", "for zorblatt@example.com", "--status", "complete"]
    for inputs in [[single], [tree]]:
        out, pack = os.path.join(FOLDER, "out-by"), os.path.join(FOLDER, "by.zip")
        done = run("report", *inputs, "-o", out, "--pack", pack, "--force", *by, *redact)
        search("report by options", done.stdout + done.stderr)
        search_tree("by options", out)
        if os.path.exists(pack):
            search_zip("pack by options", pack)
        for command in [["summary"], ["codes"], ["rows"], ["check", "--max-failed", "0"], ["compare", single]]:
            done = run(command[0], *inputs, *command[1:], *by, *redact)
            search("%s by options" % command[0], done.stdout + done.stderr)
    # Jobs without an id are selected by the names of their files, not by pseudonyms.
    nameless = write("in/nameless/qwimbly-1.json", json.dumps({"status": "complete", "total": 1, "results": [row("no")]}))
    counts = [len(json.loads(run("summary", nameless, "--format", "json", "--job", "qwimbly*", *more).stdout)["jobs"])
              for more in [[], redact]]
    if counts != [1, 1]:
        problems.append("--job selects %r jobs by the name of their file" % counts)


def sources(redact):
    """Files that were sent, and what is said if they do not belong to the dumps."""
    jobs = [{"job_id": "job-qwimbly %d" % n, "status": "complete", "total": 2, "results": [row("no 'zorblatt'"), {"created": True}]}
            for n in range(2)]
    names = ["in/sent/zorblatt.json", "in/sent/wrapped-zorblatt.json"]
    dumps = [write(names[0], json.dumps(jobs[0])), write(names[1], json.dumps({"ploverhaus": jobs[1]}))]
    nameless = write("in/sent/nameless-zorblatt.json", json.dumps({"ploverhaus": {
        "status": "complete", "total": 1, "results": [row("no"), row("no")]}}))
    right = write("in/sent/qwimbly.csv", "name\nzorblatt\nb\nzorblatt\nd\n")
    short = write("in/sent/ploverhaus.csv", "name\nzorblatt\n")
    broken = write("in/sent/broken-qwimbly.csv", "name,x\n\"zorblatt\n")
    packed = os.path.join(FOLDER, "in/sent/pack-qwimbly.zip")
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("zorblatt.csv", "name\nzorblatt\n")
    folder, absent = os.path.dirname(right), os.path.join(FOLDER, "in/sent/no-zorblatt.csv")
    missing = os.path.join(FOLDER, "in/sent/no-zorblatt.json")
    for inputs, sent in [(dumps, right), (dumps, short), (dumps[:1], short), (dumps[1:], short), (dumps[:1], broken),
                         (dumps[:1], packed), (dumps, folder), (dumps, absent), ([nameless], right), ([missing], right),
                         (dumps + [missing], right), (dumps, dumps[0]), (dumps[:1], right + "#Zorblatt")]:
        for more in [[], ["--verbose"], ["--trust-order"], ["--first-row", "2"]]:
            out = os.path.join(FOLDER, "out-sent")
            done = run("report", *inputs, "-o", out, "--fresh", "--source", sent, *more, *redact)
            search("report --source %s" % more, done.stdout + done.stderr)
            if os.path.isdir(out):
                search_tree("with a source", out)
    # The output would replace an input.
    out = os.path.join(FOLDER, "out-own")
    os.makedirs(out, exist_ok=True)
    os.path.exists(out + "/summary.json") or os.link(dumps[0], out + "/summary.json")
    for inputs in [[dumps[0]], [folder]]:
        done = run("report", *inputs, "-o", out, *redact, status=73)
        search("report onto an input", done.stdout + done.stderr)
    # Inputs that can be read only once.
    pipe = os.path.join(FOLDER, "pipe-zorblatt")
    os.path.exists(pipe) or os.mkfifo(pipe)
    for command in [["rows", pipe], ["report", pipe, "-o", out + "-pipe", "--source", right]]:
        done = run(*command, *redact, status=64)
        search("%s of a pipe" % command[0], done.stdout + done.stderr)


def details(redact):
    """The details of errors stay JSON."""
    chance = random.Random(options.seed)

    def number():
        whole = str(chance.randrange(10 ** chance.randint(1, 20)))
        return chance.choice(["", "-"]) + whole + chance.choice(["", ".%d" % chance.randrange(10 ** 12)]) + \
            chance.choice(["", "e-7", "E+12"])

    rows = ['{"error": {"code": "c", "message": "m", "id": %s, "more": [%s, {"record_id": %s}, "%s"]}}'
            % (number(), number(), number(), number()) for _ in range(400)]
    dump = write("details.json", '{"job_id": "d", "status": "complete", "total": 400, "results": [%s]}' % ",".join(rows))
    out = os.path.join(FOLDER, "out-details")
    run("report", dump, "-o", out, *redact, status=0)
    with open(os.path.join(out, "failures.csv"), encoding="utf-8", newline="") as file:
        found = [line["error_details"] for line in csv.DictReader(file)]
    for text, source in zip(found, rows):
        try:
            json.loads(text)
        except ValueError:
            problems.append("%s became %r" % (source, text))
    if len(found) != 400:
        problems.append("%d details" % len(found))


def places(tree, redact):
    """Dumps at different places keep different names, and as many as without redaction."""
    def names(*more):
        summary = json.loads(run("summary", tree, "--format", "json", "--every-dump", *more).stdout)
        return [job["source"] for job in summary["jobs"]]

    plain, redacted = names(), names(*redact)
    if len(plain) != len(redacted) or len(set(plain)) != len(set(redacted)):
        problems.append("%d and %d names of dumps" % (len(set(plain)), len(set(redacted))))
    if not any("#/" in name for name in plain):
        problems.append("no dump is in another document")


def merge(single, tree, redact):
    parts = []
    for number, inputs in enumerate([[single], [tree]]):
        done = run("summary", *inputs, "--format", "json", "--sha256", *redact)
        parts.append(write("part%d.json" % number, done.stdout))
    out = os.path.join(FOLDER, "out-merge")
    done = run("merge", *parts, "-o", out, "--format", "json", status=0)
    search("merge", done.stdout + done.stderr)
    search_tree("merge", out)
    whole = json.loads(run("summary", single, tree, "--format", "json", "--sha256", *redact).stdout)
    if json.loads(done.stdout) != whole:
        problems.append("merge of redacted summaries is not the summary of all")
    # Summaries with other keys, or without any, must not be mixed with them.
    other = write("part2.json", run("summary", single, "--format", "json", "--redact").stdout)
    plain = write("part3.json", run("summary", single, "--format", "json").stdout)
    for stranger in [other, plain]:
        done = run("merge", parts[0], stranger, status=65)
        merged = json.loads(done.stdout)
        if merged["totals"]["jobs"] != 1 or merged["unreadable"][0]["source"] != "(summary 2)":
            problems.append("summaries of two keys are merged")


def compared():
    """Summaries of one key compare as their dumps do; those of different keys, or without one, are refused."""
    single, tree, _ = plant()
    key, rules = write("key", KEY), write("rules.yml", RULES)
    redact = ["--redact", "--redact-key-file", key, "--redact-rules", rules]

    def summary(name, *options):
        return write(name, run("summary", single, "--format", "json", *options).stdout)

    keyed, random_key, plain = summary("c1.json", *redact), summary("c2.json", "--redact"), summary("c3.json")
    done = run("compare", keyed, tree, "--format", "json", *redact)
    if not json.loads(done.stdout)["redacted"]["keyed"]:
        problems.append("compare does not say that values are pseudonyms")
    search("compare summaries", done.stdout + done.stderr)
    for before, after, options in [(keyed, random_key, []), (plain, keyed, []), (plain, tree, redact), (keyed, tree, [])]:
        done = run("compare", before, after, *options, status=65)
        if done.stdout:
            problems.append("compare: %s and %s were compared" % (before, after))
    if run("compare", keyed, keyed, status=0).stdout.count(b"pseudonyms") != 1:
        problems.append("compare of summaries does not say that values are pseudonyms")


def again():
    """The same key gives the same bytes, and the next run goes on from what is there."""
    tree = os.path.join(FOLDER, "in/tree")
    key = os.path.join(FOLDER, "key")
    for name in ["again-1", "again-2"]:
        run("report", tree, "-o", os.path.join(FOLDER, name), "--redact", "--redact-key-file", key)
    files = [{os.path.relpath(p, os.path.join(FOLDER, name)): open(p, "rb").read()
              for p in glob.glob(os.path.join(FOLDER, name, "**"), recursive=True) if os.path.isfile(p)}
             for name in ["again-1", "again-2"]]
    if files[0] != files[1]:
        problems.append("the same key gives other bytes")
    done = run("report", tree, "-o", os.path.join(FOLDER, "again-1"), "--redact", "--redact-key-file", key)
    if b"inputs have not changed" not in done.stderr:
        problems.append("a second run with the key does not go on: %r" % done.stderr)
    outputs = [run("summary", tree, "--format", "json", "--redact").stdout for _ in range(2)]
    if outputs[0] == outputs[1] or b'"keyed": false' not in outputs[0]:
        problems.append("two runs without a key are alike")
    for _ in range(2):
        done = run("report", tree, "-o", os.path.join(FOLDER, "again-3"), "--redact")
        if b"have not changed" in done.stderr or b"Nothing has changed" in done.stderr:
            problems.append("a run with a random key goes on from another one")


def numbers(value):
    """A summary without its texts: all that must be the same, but for the order of codes and messages of as many rows."""
    if isinstance(value, dict):
        return {key: numbers(part) for key, part in value.items()}
    if isinstance(value, list):
        return sorted((numbers(part) for part in value), key=json.dumps)
    return "text" if isinstance(value, str) else value


def grouped():
    """Messages of 12 patterns, each with values of one kind, and one code for all."""
    chance = random.Random(options.seed)

    def digits(count):
        return "".join(chance.choice("0123456789") for _ in range(count))

    def name():
        return "".join(chance.choice("abcdefghijklmnoprstuw") for _ in range(8))

    makers = [
        lambda: "address %s.%s@example.com is taken" % (name(), name()),
        lambda: "no record %s-1234-4abc-8def-%s" % (digits(8), digits(12)),
        lambda: "no property '%s' in row %s" % (name(), digits(3)),
        lambda: "no property “%s” in row %s" % (name(), digits(3)),
        lambda: "record %s is locked since 2026-03-%02d" % (digits(9), chance.randint(1, 28)),
        lambda: "call +49 %s %s" % (digits(3), digits(7)),
        lambda: "phone (%s) %s-%s is no number" % (digits(3), digits(3), digits(4)),
        lambda: "see https://crm.example.com/%s?x=%s" % (name(), digits(8)),
        lambda: "hash %s%s%s is wrong" % (digits(8), "abcdef", digits(10)),
        lambda: "row %s of %s: too long" % (digits(2), digits(4)),
        lambda: "user_id=u%s is gone" % digits(4),
        lambda: 'value "%s %s" is no date, id: %s' % (name(), name(), digits(5)),
    ]
    rows = [row(chance.choice(makers)()) for _ in range(1500)]
    return json.dumps({"job_id": "groups", "status": "complete", "total": len(rows), "results": rows})


def samples():
    """Redaction changes no number: outcomes, findings, groups of messages, positions, shared records."""
    key = os.path.join(FOLDER, "key")
    groups = write("groups.json", grouped())
    for sample in options.samples + [groups]:
        command = ["summary", sample, "--format", "json", "--identity", "--sha256"]
        plain = json.loads(run(*command).stdout)
        redacted = json.loads(run(*command, "--redact", "--redact-key-file", key).stdout)
        if redacted.pop("redacted", {}).get("keyed") is not True:
            problems.append("%s: the summary does not say that it is redacted" % sample)
        if sample == groups:
            # The first groups of digits in a phone number become zeros and no longer vary.
            for document in [plain, redacted]:
                for message in document["jobs"][0]["failed_by_code"][0]["messages"]:
                    del message["slots"]
        if numbers(plain) != numbers(redacted):
            problems.append("%s: other numbers" % sample)
        if sample == groups and len(plain["jobs"][0]["failed_by_code"][0]["messages"]) != 12:
            problems.append("the messages are not of 12 patterns")


def main():
    global FOLDER
    with tempfile.TemporaryDirectory() as FOLDER:
        canaries()
        compared()
        again()
        samples()
    for problem in problems[:40]:
        print(problem)
    if len(problems) > 40:
        print("and %d more" % (len(problems) - 40))
    sys.exit(1 if problems else 0)


main()
