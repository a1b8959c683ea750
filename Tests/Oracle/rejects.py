"""Sources of every dress with their dumps: what `rejects` hands back, worked out again by Python's own csv and json.

For each case: rejects and no-result, taken out of their files byte for byte, and what is left of the source are the whole
source, in order; reasons.csv says of each where it is from, and `report --source` on which line it begins. Jobs share a
source or have their own ones, with or without a total, in archives or through pipes. A source that is shifted, shuffled,
swapped with that of another job or another one is refused, and then nothing is written.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import pathlib
import random
import re
import subprocess
import os
import sys
import tarfile
import tempfile
import uuid
import zipfile
from typing import Any
from xml.etree import ElementTree

from seeds import add_seed

CODES = ["invalid_email", "rate_limited", "duplicate", "Internal Error", "tímeout", None]
REASONS = "file,position,source,source_row,job_id,row,outcome,record_id,error_code,error_message,action".split(",")
COLUMNS = [
    "import_source_row", "import_job_id", "import_row", "import_outcome", "import_error_code", "import_error_message",
]

XHTML = "{http://www.w3.org/1999/xhtml}"


class Failure(Exception):
    pass


def expect(condition: bool, *what: object) -> None:
    if not condition:
        raise Failure(" ".join(str(part) for part in what))


# MARK: Sources


def word(rng: random.Random) -> str:
    return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(2, 9)))


def cell(rng: random.Random, delimiter: str, encoding: str) -> str:
    kind = rng.randint(0, 11)
    if kind == 0:
        return ""
    if kind == 1:
        return f"{word(rng)}{delimiter}{word(rng)}"
    if kind == 2:
        return f'say "{word(rng)}" twice'
    if kind == 3:
        return f"{word(rng)}\n{word(rng)}"
    if kind == 4:
        return f"{word(rng)}\r\n{word(rng)}"
    if kind == 5:
        return "=cmd|' /C calc'!A0"
    if kind == 6:
        return "".join(rng.choice("äöüßéèñ" if encoding != "utf-8" else "äöü€漢字🙂\u0301") for _ in range(rng.randint(1, 6)))
    if kind == 7:
        return " " * rng.randint(1, 3) + word(rng)
    if kind == 8:
        return str(rng.randint(-10**6, 10**6))
    return word(rng)


def line_number(before: str) -> int:
    """The line on which what comes behind this text begins."""
    return len(re.findall("\r\n|\n|\r", before)) + 1


class Source:
    """Records as bytes, and the bytes of a whole file of them."""

    def __init__(self, rng: random.Random, count: int) -> None:
        self.rng = rng
        self.form = rng.choice(["csv", "csv", "csv", "lines", "array", "body"])
        self.emails = [f"{word(rng)}{rng.randint(0, 10**9)}@{word(rng)}.example" for _ in range(count)]
        if self.form == "csv":
            self.make_csv(count)
        else:
            self.make_json(count)

    def make_csv(self, count: int) -> None:
        rng = self.rng
        self.delimiter = rng.choice([",", ",", ";", "\t", "|"])
        self.line_end = rng.choice(["\r\n", "\r\n", "\n", "\n", "\r"])
        self.encoding = rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "windows-1252"])
        self.mark = {"utf-8-sig": "\ufeff", "utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(self.encoding, "")
        self.codec = self.encoding.replace("utf-8-sig", "utf-8")
        names = rng.sample(["Name", "E-Mail", "Note", "City", "Größe", 'The "x"', f"a{self.delimiter}b"], rng.randint(2, 6))
        self.email_column = rng.randrange(len(names))
        narrow = "other" if self.codec == "windows-1252" else "utf-8"
        quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
        if self.line_end == "\r":
            # Python quotes only the characters of its own line terminator.
            quoting = csv.QUOTE_ALL

        def line(cells: list[str]) -> str:
            out = io.StringIO(newline="")
            writer = csv.writer(out, delimiter=self.delimiter, lineterminator=self.line_end, quoting=quoting)
            writer.writerow(cells)
            return out.getvalue()

        self.has_header = rng.random() < 0.9
        self.header = line(names).encode(self.codec) if self.has_header else b""
        self.records: list[bytes] = []
        # The cells of each record that a page may show.
        self.cells: list[list[tuple[str, str]]] = []
        shown = names if self.has_header else [f"column {index + 1}" for index in range(len(names))]
        for index in range(count):
            cells = [cell(rng, self.delimiter, narrow) for _ in names]
            cells[self.email_column] = self.emails[index]
            self.cells.append(list(zip(shown, cells)))
            self.records.append(line(cells).encode(self.codec))
        body = list(self.records)
        if rng.random() < 0.3:
            # The last line of a file often has no line ending.
            body[-1] = body[-1][: -len(self.line_end.encode(self.codec))]
            self.records[-1] = body[-1]
        self.blanks = 0
        if rng.random() < 0.2 and self.line_end != "\r":
            self.blanks = rng.randint(1, 3)
            for _ in range(self.blanks):
                place = rng.randint(0, len(body) - 1)
                body.insert(place, self.line_end.encode(self.codec))
        self.bytes = self.mark.encode(self.codec) + self.header + b"".join(body)
        self.lines = []
        before = self.header.decode(self.codec)
        for piece in body:
            text = piece.decode(self.codec)
            if text != self.line_end:
                self.lines.append(line_number(before))
            before += text

    def make_json(self, count: int) -> None:
        rng = self.rng
        self.encoding = rng.choice(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
        self.codec = self.encoding.replace("utf-8-sig", "utf-8")
        self.has_header = True
        objects = []
        for index in range(count):
            member: dict[str, Any] = {word(rng): cell(rng, ",", "utf-8") for _ in range(rng.randint(0, 4))}
            member["email"] = self.emails[index]
            if rng.random() < 0.3:
                member["nested"] = {"list": [1, 2.5e3, None, True, {"x": "}]\\\""}], "e": "é"}
            objects.append(member)
        indent = rng.choice([None, None, 2]) if self.form != "lines" else None
        ascii_only = rng.random() < 0.5
        self.cells = [
            [(key, value if isinstance(value, str) else json.dumps(value)) for key, value in o.items()] for o in objects
        ]
        self.records = [
            json.dumps(o, ensure_ascii=ascii_only, indent=indent, separators=rng.choice([(",", ":"), (", ", ": ")])).encode(self.codec)
            for o in objects
        ]
        self.mark = "" if self.encoding == "utf-8" else "\ufeff"
        opening, closing = "[", "]" + rng.choice(["", "\n"])
        if self.form == "lines":
            gap = rng.choice(["\n", "\r\n"])
            opening, closing = "", gap if rng.random() < 0.7 else ""
        else:
            gap = rng.choice([",", ",\n", " ,\n  "])
            if self.form == "body":
                options = json.dumps({"dedupe_by": "email", "caseInsensitive": True})
                if rng.random() < 0.5:
                    opening, closing = '{"objects": [', '], "options": ' + options + "}"
                else:
                    opening, closing = '{"options":' + options + ',"objects":[', "]}\n"
        self.opening, self.closing, self.gap = (text.encode(self.codec) for text in (opening, closing, gap))
        self.bytes, self.lines = self.part(0, count)

    def part(self, start: int, end: int, records: list[bytes] | None = None) -> tuple[bytes, list[int]]:
        """A file of some of the records, without blank lines, and the line of each of them."""
        chosen = (records or self.records)[start:end]
        lines: list[int] = []
        if self.form == "csv":
            line_end = self.line_end.encode(self.codec)
            chosen = [r if r.endswith(line_end) else r + line_end for r in chosen[:-1]] + chosen[-1:]
            before = self.header.decode(self.codec)
            for record in chosen:
                lines.append(line_number(before))
                before += record.decode(self.codec)
            return self.mark.encode(self.codec) + self.header + b"".join(chosen), lines
        before = self.opening.decode(self.codec)
        for record in chosen:
            lines.append(line_number(before))
            before += record.decode(self.codec) + self.gap.decode(self.codec)
        mark = self.mark.encode(self.codec)
        return mark + self.opening + self.gap.join(chosen) + self.closing, lines

    @property
    def name(self) -> str:
        return "source.csv" if self.form == "csv" else "source.json"

    def arguments(self) -> list[str]:
        if self.form != "csv":
            return []
        # Without a header, the delimiter cannot be detected reliably.
        result = [] if self.has_header else ["--no-header", "--delimiter", {"\t": "tab"}.get(self.delimiter, self.delimiter)]
        return result + (["--encoding", "windows-1252"] if self.encoding == "windows-1252" else [])

    def file(self, chosen: list[bytes], columns: list[list[str]] | None, plain: bool) -> bytes:
        """The file that hands back these records; `columns`: of each the new ones."""
        if self.form == "csv":
            end = self.line_end.encode(self.codec)
            head = b""
            if self.has_header:
                head = b"" if plain else self.new(COLUMNS)
                head += self.header
            parts = [self.mark.encode(self.codec), head]
            for index, record in enumerate(chosen):
                if index and not chosen[index - 1].endswith(end):
                    parts.append(end)
                if columns is not None and not plain:
                    parts.append(self.new(columns[index]))
                parts.append(record)
            return b"".join(parts)
        # In UTF-16, JSON cannot be recognized without its mark; in UTF-8, it needs none.
        mark = self.mark.encode(self.codec) if self.codec.startswith("utf-16") else b""
        if self.form == "lines":
            return mark + "".join(r.decode(self.codec) + "\n" for r in chosen).encode(self.codec)
        return mark + self.opening + ",\n".encode(self.codec).join(chosen) + self.closing

    def new(self, cells: list[str]) -> bytes:
        def shown(text: str) -> str:
            guarded = "'" + text if text[:1] in tuple("=+-@\t\r") else text
            if any(c in text for c in (self.delimiter, '"', "\r", "\n")):
                return '"' + guarded.replace('"', '""') + '"'
            return guarded

        text = "".join(shown(c) + self.delimiter for c in cells)
        return text.encode(self.codec, errors="replace")


# MARK: Jobs


def jobs_of(
    rng: random.Random, source: Source, count: int, allow_tail: bool, cuts: list[int] | None = None
) -> list[dict[str, Any]]:
    """Jobs that share the records, with what the tool must say of each record under `expected`."""
    cuts = sorted(rng.sample(range(1, count), min(rng.choice([0, 0, 1, 2, 5]), count - 1))) if cuts is None else cuts
    jobs = []
    for start, end in zip([0] + cuts, cuts + [count]):
        total = end - start
        seen = total
        if allow_tail and rng.random() < 0.25:
            seen = rng.randint(0, total)
        results: list[Any] = []
        expected: list[dict[str, Any]] = []
        for row in range(seen):
            email = source.emails[start + row]
            outcome = rng.choices(["created", "existing", "failed", "unclassified"], [6, 3, 3, 0.3])[0]
            identity = str(uuid.UUID(int=rng.getrandbits(128)))
            entry: dict[str, Any] = {"outcome": outcome, "id": "", "code": "", "message": ""}
            if outcome == "failed":
                code = rng.choice(CODES)
                message = rng.choice([
                    f"email '{email}' is not valid", f"{email} exists twice", f"the value \"{email}\", is wrong\nsee docs",
                    f"=HYPERLINK({email})",
                ])
                error: dict[str, Any] = {"message": message}
                if code is not None:
                    error["code"] = code
                entry.update(code=code or "", message=message)
                result: dict[str, Any] = {"error": error}
                if rng.random() < 0.2:
                    result["id"] = identity
                    entry["id"] = identity
                results.append(result)
            elif outcome == "unclassified":
                results.append({})
            else:
                results.append({"id": identity, outcome: True})
                entry["id"] = identity
            expected.append(entry)
        expected += [{"outcome": "no-result", "id": "", "code": "", "message": ""}] * (total - seen)
        failed = sum(e["outcome"] == "failed" for e in expected)
        job = {"job_id": str(uuid.UUID(int=rng.getrandbits(128))), "status": "complete", "total": total}
        # Without an id, two dumps without anything of their own may be the same bytes, and count as one.
        if rng.random() < 0.1 and any(entry["id"] or entry["message"] for entry in expected):
            job["job_id"] = None
        if seen:
            job |= {"processed": seen, "succeeded": seen - failed, "failed": failed, "results": results}
        else:
            job |= {"status": "failed", "error": {"code": "internal", "message": "no"}}
        jobs.append({"job": job, "expected": expected, "start": start, "end": end})
    return jobs


# MARK: The check


def run(binary: str, folder: pathlib.Path, arguments: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([binary, "rejects", *arguments], cwd=folder, capture_output=True, timeout=120)


class Sent:
    """The files of a run: one for all jobs, or one for each; plain, compressed, in an archive or as named pipes."""

    def __init__(self, rng: random.Random, source: Source, jobs: list[dict[str, Any]], folder: pathlib.Path) -> None:
        self.folder = folder
        stem, ending = source.name.split(".")
        self.is_shared = len(jobs) == 1 or rng.random() < 0.5
        self.files: list[tuple[str, bytes, list[int]]] = []
        if self.is_shared:
            self.files = [(source.name, source.bytes, source.lines)]
        else:
            for number, job in enumerate(jobs):
                self.files.append((f"{stem}-{number}.{ending}", *source.part(job["start"], job["end"])))
        self.packing = rng.choice(["plain"] * 6 + ["gz", "pipe", "tar", "tgz", "tar.bz2", "zip", "zip.gz"])
        self.write()

    def write(self) -> None:
        """Writes the files. Their names for the tool, and as it shows them, are then known."""
        self.shown = [name for name, _, _ in self.files]
        self.arguments = list(self.shown)
        if self.packing in ("plain", "pipe"):
            for name, data, _ in self.files:
                (self.folder / (name + ".real" if self.packing == "pipe" else name)).write_bytes(data)
            return
        if self.packing == "gz":
            self.arguments = self.shown = [name + ".gz" for name in self.shown]
            for name, (_, data, _) in zip(self.shown, self.files):
                (self.folder / name).write_bytes(gzip.compress(data, mtime=0))
            return
        packed = io.BytesIO()
        if self.packing.startswith("zip"):
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data, _ in self.files:
                    archive.writestr(name, data)
        else:
            mode: Any = {"tar": "w", "tgz": "w:gz", "tar.bz2": "w:bz2"}[self.packing]
            with tarfile.open(fileobj=packed, mode=mode) as archive:
                for name, data, _ in self.files:
                    entry = tarfile.TarInfo(name)
                    entry.size = len(data)
                    archive.addfile(entry, io.BytesIO(data))
        data = packed.getvalue()
        name = f"sent.{self.packing}"
        (self.folder / name).write_bytes(gzip.compress(data, mtime=0) if self.packing == "zip.gz" else data)
        self.arguments = [name]
        self.shown = [f"{name}!{entry}" for entry in self.shown]

    def run(self, arguments: list[str]) -> subprocess.CompletedProcess[bytes]:
        """Runs a command. A pipe can be read once in each run."""
        writers = []
        if self.packing == "pipe":
            for name in self.arguments:
                (self.folder / name).unlink(missing_ok=True)
                os.mkfifo(self.folder / name)
                writers.append(subprocess.Popen(["sh", "-c", f"exec cat {name}.real > {name}"], cwd=self.folder))
        try:
            return subprocess.run(arguments, cwd=self.folder, capture_output=True, timeout=120)
        finally:
            for writer in writers:
                writer.kill()
                writer.wait()


def decoded(source: Source, data: bytes) -> str:
    return data.decode(source.codec)


def check_case(binary: str, rng: random.Random, folder: pathlib.Path, windows: bool) -> str:
    count = rng.choice([1, 2, 3, 10, 40, 200, 3000 if windows else 400])
    source = Source(rng, count)
    jobs = jobs_of(rng, source, count, allow_tail=True)
    sent = Sent(rng, source, jobs, folder)
    for job in jobs[-1:] if sent.is_shared else jobs:
        # Without a total, the job has the rest of its source.
        if "results" in job["job"] and rng.random() < 0.25:
            del job["job"]["total"]
    dumps = []
    for index, job in enumerate(jobs):
        dumps.append(f"{index}.json")
        (folder / dumps[-1]).write_text(json.dumps(job["job"], indent=rng.choice([None, 2])))
    plain = source.form == "csv" and rng.random() < 0.3
    annotated = source.form == "csv" and rng.random() < 0.3
    batch = rng.choice([None, None, 1, 7, 100])
    arguments = dumps + ["--source", *sent.arguments, "-o", "out"] + source.arguments()
    arguments += ["--plain"] if plain else []
    arguments += ["--annotated", "--threads", "1"] if annotated else []
    arguments += ["--batch", str(batch)] if batch else []
    result = sent.run([binary, "rejects", *arguments])
    expect(result.returncode == 0, "status", result.returncode, result.stderr.decode())

    rows = [
        {**entry, "job_id": job["job"]["job_id"] or "", "row": number + 1,
         "source_row": (job["start"] if sent.is_shared else 0) + number + 1,
         "source": 0 if sent.is_shared else file, "record": job["start"] + number}
        for file, job in enumerate(jobs)
        for number, entry in enumerate(job["expected"])
    ]
    heaps: dict[str, list[dict[str, Any]]] = {"rejects": [], "no-result": [], "rest": []}
    for row in rows:
        heap = {"failed": "rejects", "unclassified": "rejects", "no-result": "no-result"}.get(row["outcome"], "rest")
        heaps[heap].append(row)

    def columns(row: dict[str, Any]) -> list[str]:
        return [
            str(row["source_row"]), row["job_id"], str(row["row"]), row["outcome"], row["code"], row["message"],
        ]

    ending = ".csv" if source.form == "csv" else ".json"
    reasons = []
    for heap in ("rejects", "no-result"):
        chunks = [heaps[heap]]
        names = [heap + ending]
        if batch and heap == "rejects":
            chunks = [heaps[heap][i : i + batch] for i in range(0, len(heaps[heap]), batch)]
            names = [f"{heap}-{i + 1:04}{ending}" for i in range(len(chunks))]
        for file, chunk in zip(names, chunks):
            wanted = source.file([source.records[r["record"]] for r in chunk], [columns(r) for r in chunk], plain)
            found = (folder / "out" / file).read_bytes()
            if source.encoding == "utf-8-sig" and source.form != "csv" and found.startswith(b"\xef\xbb\xbf"):
                found = found[3:]
            expect(found == wanted, file, "differs:", found[:600], "instead of", wanted[:600])
            reasons += [(file, i + 1, r) for i, r in enumerate(chunk)]
        present = sorted(p.name for p in (folder / "out").glob(f"{heap}*"))
        expect(present == sorted(names), "files", present, "instead of", names)

    lines = list(csv.reader(io.StringIO((folder / "out" / "reasons.csv").read_bytes().decode(), newline="")))
    expect(lines[0] == REASONS, "header of reasons.csv", lines[0])

    def guarded(text: str) -> str:
        return "'" + text if text[:1] in tuple("=+-@\t\r") else text

    wanted_lines = [
        [file, str(position), sent.shown[r["source"]], str(r["source_row"]), r["job_id"], str(r["row"]), r["outcome"], r["id"], r["code"],
         guarded(r["message"]), ""]
        for file, position, r in sorted(reasons, key=lambda reason: reason[2]["record"])
    ]
    expect(lines[1:] == wanted_lines, "reasons.csv", lines[1:4], "instead of", wanted_lines[:3])

    plan = json.loads((folder / "out" / "plan.json").read_bytes())
    sums = plan["reconciliation"]
    expect(
        (sums["source_rows"], sums["succeeded"], sums["rejects"], sums["no_result"])
        == (count, len(heaps["rest"]), len(heaps["rejects"]), len(heaps["no-result"])), "plan.json", sums)
    hashes = [hashlib.sha256(data).hexdigest() for _, data, _ in sent.files]
    expect([s["sha256"] for s in plan["sources"]] == hashes, "hashes of the sources")
    expect(sum(g["rows"] for a in plan["actions"] for g in a["codes"]) == len(heaps["rejects"]), "rows by action")
    if annotated:
        text = decoded(source, (folder / "out" / "annotated.csv").read_bytes()).lstrip("\ufeff")
        parsed = list(csv.reader(io.StringIO(text, newline=""), delimiter=source.delimiter))
        head = 1 if source.has_header else 0
        own = list(csv.reader(io.StringIO(decoded(source, source.bytes).lstrip("\ufeff"), newline=""), delimiter=source.delimiter))
        own = [record for record in own if record]
        expect(len(parsed) == len(own), "annotated.csv has", len(parsed), "records instead of", len(own))
        if head:
            expect(parsed[0] == COLUMNS + ["import_record_id"] + own[0], "header of annotated.csv")
        for row, record, original in zip(rows, parsed[head:], own[head:]):
            expect(record[7:] == original, "record of annotated.csv", record, original)
            expect(record[:4] == columns(row)[:4] and record[6] == row["id"], "columns of annotated.csv", record, row)
    check_lines(binary, rng, folder, source, dumps, sent, heaps["rejects"])
    return f"{source.form} {sent.packing}"


def check_lines(
    binary: str, rng: random.Random, folder: pathlib.Path, source: Source, dumps: list[str], sent: Sent,
    failed: list[dict[str, Any]],
) -> None:
    """The lines of failed rows in a report, once more where nothing has changed, and where the source has."""
    options = ["--source-encoding" if o == "--encoding" else o for o in source.arguments()]
    command = [binary, "report", *dumps, "--formats", "csv,md,xhtml", "-o", "audit", "--source", *sent.arguments, *options]
    wanted = [[r["job_id"], str(r["row"]), str(sent.files[r["source"]][2][r["source_row"] - 1])] for r in failed]

    def check(what: str) -> None:
        result = sent.run(command)
        expect(result.returncode == 0, what, "status", result.returncode, result.stderr.decode())
        table = list(csv.reader(io.StringIO((folder / "audit" / "failures.csv").read_bytes().decode(), newline="")))
        expect(table[0][-1] == "source_line", "header of failures.csv", table[0])
        found = [[line[0], line[1], line[-1]] for line in table[1:]]
        pairs = zip(found + [None], wanted + [None])
        expect(found == wanted, what, "source_line", next((p for p in pairs if p[0] != p[1]), None), source.bytes[:800])
        check_cells(folder / "audit", source, failed, wanted)

    check("first")
    if rng.random() < 0.3:
        check("again")
    if source.form in ("array", "body"):
        # Different lines, but the same rows.
        for number, (name, data, lines) in enumerate(sent.files):
            start = data.index(source.opening) + len(source.opening)
            data = data[:start] + "\n\n".encode(source.codec) + data[start:]
            sent.files[number] = (name, data, [line + 2 for line in lines])
        sent.write()
        wanted = [[job, row, str(int(line) + 2)] for job, row, line in wanted]
        check("changed")


def plain(text: str) -> str:
    """The letters and digits of a text: how a page shows all else is another matter."""
    return re.sub(r"[\W_]+", "", text)


def check_cells(
    audit: pathlib.Path, source: Source, failed: list[dict[str, Any]], wanted: list[list[str]]
) -> None:
    """What was sent stands beside the rows that pages list: cells of that record, with those that its message names."""
    # Several jobs may have no id. The lines distinguish their rows.
    records = {tuple(place): row["record"] for place, row in zip(wanted, failed)}
    listed = 0
    for page in audit.rglob("report.xhtml"):
        table = list(csv.reader(io.StringIO((page.parent / "failures.csv").read_bytes().decode(), newline="")))
        for line in ElementTree.parse(page).iter(f"{XHTML}tr"):
            sent = [cell for cell in line.findall(f"{XHTML}td") if cell.get("class") == "sent"]
            if not sent:
                continue
            listed += 1
            row = "".join(line.find(f"{XHTML}th").itertext()).split()[0].replace(",", "")
            place = next([cells[0], row, cells[-1]] for cells in table[1:] if cells[1] == row)
            # Rows of jobs without an id, with records on the same line.
            if wanted.count(place) > 1:
                continue
            record = records[tuple(place)]
            cells = [(plain(name), plain(value)) for name, value in source.cells[record]]
            found = [[plain("".join(part.itertext())) for part in cell.iter(f"{XHTML}bdi")] for cell in sent[0]]
            expect(found or not any(value for _, value in cells), "no cell of row", row, cells)
            for name, value in found:
                expect(any(n.startswith(name) and v.startswith(value) for n, v in cells), "cell", name, value, cells)
            email = plain(source.emails[record])
            if email in plain("".join(line.findall(f"{XHTML}td")[-2].itertext())):
                expect(any(value and email.startswith(value) for _, value in found), "the address", email, found)
    expect(listed > 0 or not any(row["outcome"] == "failed" for row in failed), "no row is listed")


def check_refusals(binary: str, rng: random.Random, folder: pathlib.Path) -> str:
    """A source that is not the one that was sent, with as many rows."""
    if rng.random() < 0.25:
        return check_swapped(binary, rng, folder)
    count = rng.choice([30, 100, 400])
    source = Source(rng, count)
    jobs = jobs_of(rng, source, count, allow_tail=False)
    failed = sum(e["outcome"] == "failed" for job in jobs for e in job["expected"])
    if failed < 5 or source.form == "csv" and (source.blanks or source.codec.startswith("utf-16")):
        return "skipped"
    kind = rng.choice(["shifted", "shuffled", "foreign", "short", "long"])
    records = list(source.records)
    if kind == "shifted":
        by = rng.choice([1, -1, 2, 3, -3])
        records = records[by:] + records[:by]
    elif kind == "shuffled":
        rng.shuffle(records)
    elif kind == "foreign":
        for index, email in enumerate(source.emails):
            other = f"{word(rng)}{rng.randint(0, 10**9)}@{word(rng)}.example"
            records[index] = records[index].replace(email.encode(source.codec), other.encode(source.codec))
    elif kind == "short":
        records = records[:-1]
    else:
        records.append(records[0])
    data, _ = source.part(0, len(records), records)
    (folder / source.name).write_bytes(data)
    dumps = []
    for index, job in enumerate(jobs):
        dumps.append(f"{index}.json")
        (folder / dumps[-1]).write_text(json.dumps(job["job"]))
    result = run(binary, folder, dumps + ["--source", source.name, "-o", "out"] + source.arguments())
    expect(result.returncode == 1, kind, source.form, "was not refused:", result.returncode, result.stdout.decode(), result.stderr.decode())
    expect(not (folder / "out").exists(), kind, "left something behind")
    expect(b"Nothing was written" in result.stderr, kind, result.stderr.decode())
    options = ["--source-encoding" if o == "--encoding" else o for o in source.arguments()]
    report = subprocess.run(
        [binary, "report", *dumps, "--source", source.name, "-o", "out", *options], cwd=folder, capture_output=True,
        timeout=120)
    expect((report.returncode, report.stderr) == (1, result.stderr), kind, "report says", report.stderr.decode())
    expect(not (folder / "out").exists(), kind, "report left something behind")
    return kind


def check_swapped(binary: str, rng: random.Random, folder: pathlib.Path) -> str:
    """A source for each job, of which two have changed their places, beside others that are right."""
    count = rng.choice([30, 100, 400])
    source = Source(rng, count)
    # Jobs of one size cannot be told apart by it.
    size = count // rng.choice([3, 4, 6, 10])
    cuts = list(range(size, count, size)) if rng.random() < 0.7 else sorted(rng.sample(range(1, count), 4))
    jobs = jobs_of(rng, source, count, allow_tail=False, cuts=cuts)
    first, second = rng.sample(range(len(jobs)), 2)
    failed = [sum(e["outcome"] == "failed" for e in jobs[index]["expected"]) for index in (first, second)]
    if not any(failed):
        return "skipped"
    parts = [source.part(job["start"], job["end"])[0] for job in jobs]
    parts[first], parts[second] = parts[second], parts[first]
    dumps, names = [], []
    for index, (job, part) in enumerate(zip(jobs, parts)):
        dumps.append(f"{index}.json")
        names.append(f"{index}-{source.name}")
        if rng.random() < 0.3:
            del job["job"]["total"]
        (folder / dumps[-1]).write_text(json.dumps(job["job"]))
        (folder / names[-1]).write_bytes(part)
    arguments = dumps + ["--source", *names, "-o", "out"]
    result = run(binary, folder, arguments + source.arguments())
    expect(result.returncode == 1, "swapped sources were not refused:", result.stdout.decode(), result.stderr.decode())
    expect(not (folder / "out").exists(), "swapped sources left something behind")
    wrong = [names[index] for index in (first, second)]
    expect(any(name in result.stderr.decode() for name in wrong), "neither of", wrong, "in", result.stderr.decode())
    options = ["--source-encoding" if o == "--encoding" else o for o in source.arguments()]
    report = subprocess.run([binary, "report", *arguments, *options], cwd=folder, capture_output=True, timeout=120)
    expect((report.returncode, report.stderr) == (1, result.stderr), "report says", report.stderr.decode())
    return "swapped"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    add_seed(parser)
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--only", type=int, help="one case alone")
    options = parser.parse_args()
    seed = options.seed
    failures = 0
    counts: dict[str, int] = {}
    numbers = range(options.count) if options.only is None else [options.only]
    for number in numbers:
        rng = random.Random(f"{seed}:{number}")
        with tempfile.TemporaryDirectory(prefix="oracle-rejects-") as name:
            try:
                if number % 3 == 2:
                    what = check_refusals(options.binary, rng, pathlib.Path(name))
                else:
                    what = check_case(options.binary, rng, pathlib.Path(name), number % 20 == 0)
                counts[what] = counts.get(what, 0) + 1
            except Failure as failure:
                failures += 1
                print(f"seed {seed}, case {number}: {failure}")
    print(f"seed {seed}: {len(list(numbers))} cases, {failures} failures; {dict(sorted(counts.items()))}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
