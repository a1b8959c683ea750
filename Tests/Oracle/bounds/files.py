"""Bounds of containers, of files that a user writes, of files that were sent, and of names."""

from __future__ import annotations

import functools
import gzip
import hashlib
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

from .bound import CREATED, Bound, Work, beyond, created, dump, failed, most, upto

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
LIMITS = "Docs/audit.md, Limits"
REJECTS = "Docs/rejects.md"
SHEETS = "Docs/spreadsheets.md"
REDACTION = "Docs/redaction.md"


# Containers


def tar(name: str, data: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def archives(work: Work, size: int) -> tuple[int, int]:
    data, name = dump([CREATED]).encode(), "job.json"
    for each in range(size):
        data, name = tar(name, data), f"a{each}.tar"
    done = work.run("summary", "--format", "json", work.file(name, data))
    return done.status, len(done.document["jobs"])


def entry_name(work: Work, size: int) -> tuple[bool, bool, bool]:
    """Whether at most 1,000 bytes of the name are shown, whether these are its beginning, and whether it is cut."""
    folders = "/".join(["d" * 199] * 4)
    name = folders + "/" + "é" * ((size - len(folders) - 1) // 2)
    name += "n" * (size - len(name.encode()))
    source = work.summary(work.file("a.tar", tar(name, dump([CREATED]).encode())))["jobs"][0]["source"]
    shown = source.partition("!")[2]
    return len(shown.encode()) <= 1000, name.startswith(shown.removesuffix("…")), shown != name


@functools.cache
def spaces(count: int) -> bytes:
    return gzip.compress(b" " * count, 9)


def expansion(work: Work, size: int) -> tuple[int, bool, int]:
    """A gzip file of so many bytes: a dump, then spaces. Members of 64 MiB take little time to make."""
    head = dump([CREATED]).encode()
    piece = spaces(64 * MIB)
    whole, rest = divmod(size - len(head), 64 * MIB)
    data = gzip.compress(head) + piece * whole + spaces(rest)
    # The limit also grows with the bytes read, so the file must be too small for that to matter.
    data_limit = 1000 * len(data)
    assert data_limit < 4 * GIB, f"{len(data)} bytes"
    done = work.run("summary", "--format", "json", work.file("job.json.gz", data))
    return done.status, "expands to more than" in done.text, len(done.document["jobs"])


def waiting_lines(work: Work, size: int) -> int:
    """A dump whose line is torn by lines of the other stream of a container, together so many bytes."""
    text = dump([CREATED] * 20)

    def record(stream: str, log: str) -> str:
        return json.dumps({"log": log, "stream": stream, "time": "2026-03-04T10:06:00Z"}) + "\n"

    # Use long lines, because short ones take more memory than their bytes.
    lines = ["x" * (64 * KIB - 1) + "\n"] * (size // (64 * KIB))
    between = "".join(record("stderr", line) for line in lines)
    log = record("stdout", text[:300]) + between + record("stdout", text[300:] + "\n")
    return work.run("summary", work.file("in.log", log)).status


# YAML files


def pattern_word(word: Callable[[int], str]) -> Callable[[Work, int], bool]:
    """Whether a word that a pattern does not match stays."""
    def seen(work: Work, size: int) -> bool:
        rules = work.file("rules.yml", "patterns: [zz-*]\n")
        row = failed(message=f"no {word(size)} here")
        text = work.page(
            work.file("job.json", dump([row])), "--redact", "--redact-rules", rules, formats="csv", name="failures.csv")
        return f"no {word(size)} here" in text

    return seen


def yaml(kind: str, text: Callable[[int], str], says: str = "") -> Any:
    """The status of a run with such a file, and whether the sentence names the file and the reason."""
    def seen(work: Work, size: int) -> tuple[int, bool]:
        name = work.file("import-audit.yml" if kind == "project" else "file.yml", text(size))
        work.file("job.json", dump([CREATED]))
        options = {"codes": ["--codes", name], "rules": ["--rules", name], "project": [],
                   "redaction": ["--redact", "--redact-rules", name]}[kind]
        done = work.run("check" if kind == "rules" else "summary", "job.json", *options)
        return done.status, name in done.said and says in done.said

    return seen


def accepted(at: int) -> Callable[[int], tuple[int, bool]]:
    return lambda size: (0, False) if size <= at else (64, True)


def padded(text: str) -> Callable[[int], str]:
    return lambda size: text + "#" * (size - len(text) - 1) + "\n"


def many(head: str, item: str) -> Callable[[int], str]:
    return lambda size: head + "".join(item.format(each) for each in range(size))


def key_file(work: Work, size: int) -> tuple[int, bool]:
    """A key of so many bytes and a line feed, which does not count."""
    done = work.run("summary", work.file("job.json", dump([CREATED])), "--redact", "--redact-key-file",
                    work.file("key", b"k" * size + b"\n"))
    return done.status, "key" in done.said and "bytes" in done.said


def decimals(work: Work, size: int) -> int:
    return work.run("check", work.file("job.json", dump([CREATED])), "--max-failed", f"0.{'0' * (size - 1)}1%").status


# Sources


def rejects(work: Work, rows: list[str], source: str, data: str | bytes, *options: str) -> tuple[int, str]:
    job, sent = work.file("job.json", dump(rows)), work.file(source, data)
    done = work.run("rejects", job, "--source", sent, "-o", "out", *options)
    return done.status, done.said + done.text


def record(work: Work, size: int) -> tuple[int, bool]:
    # The end of the line is not part of the record.
    status, said = rejects(work, [failed()], "in.csv", "a\n" + "x" * size + "\n")
    return status, "larger than 64 MiB" in said


def nearby(work: Work, size: int) -> str:
    """The evidence if all values are so many records away from their rows."""
    rows = [failed("c", f"'value{each}' is wrong") for each in range(60)]
    lines = [f"value{(each + size) % 60}" for each in range(60)]
    rejects(work, rows, "in.csv", "a\n" + "\n".join(lines) + "\n", "--trust-order")
    return json.loads((work.folder / "out/plan.json").read_text())["pairing"]["evidence"]


def record_ids(work: Work, size: int) -> int:
    """So many ids in a column of the source, in one piece of reading."""
    ids = [f"record-{each:06}" for each in range(size)]
    rejects(work, [*map(created, ids), failed()], "in.csv", "a\n" + "\n".join([*ids, "x"]) + "\n")
    return json.loads((work.folder / "out/plan.json").read_text())["pairing"]["record_ids_found"]


def cells_of_row(work: Work, size: int) -> int:
    """Cells of the record that the page shows beside its row."""
    header = ",".join(f"c{each}" for each in range(size))
    work.file("in.csv", f"{header}\n" + ",".join(f"v{each}v" for each in range(size)) + "\n")
    job = work.file("job.json", dump([failed()]))
    page = work.page(job, "--source", "in.csv", formats="xhtml", name="report.xhtml")
    return len(re.findall(r"v\d+v", page))


def cell_text(what: str) -> Any:
    def seen(work: Work, size: int) -> bool:
        text = "x" * size
        work.file("in.csv", f"{text if what == 'name' else 'a'}\n{'v' if what == 'name' else text}\n")
        job = work.file("job.json", dump([failed()]))
        page = work.page(job, "--source", "in.csv", formats="xhtml", name="report.xhtml")
        return re.search(rf"(?<!x)x{{{size}}}(?!x)", page) is not None

    return seen


# Workbooks


def workbook(rows: str, shared: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    related = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}sheet.main+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{types}sharedStrings+xml"/>'
        f'<Override PartName="/xl/sheet.xml" ContentType="{types}worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{related}"><Relationship Id="r" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{related}">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="sheet.xml"/>'
        f'<Relationship Id="r2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{main}">{shared}</sst>',
        "xl/sheet.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return packed.getvalue()


def column(number: int) -> str:
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet_row(work: Work, size: int) -> int:
    """A value in the row with this number."""
    rows = f'<row r="1">{text_cell("A1", "a")}</row><row r="{size}">{text_cell(f"A{size}", "x")}</row>'
    return rejects(work, [failed()], "in.xlsx", workbook(rows))[0]


def sheet_column(work: Work, size: int) -> int:
    """A value in the column with this number; `--plain` adds no columns."""
    name = column(size)
    rows = "".join(f'<row r="{row}">{text_cell(f"{name}{row}", "x")}</row>' for row in (1, 2))
    return rejects(work, [failed()], "in.xlsx", workbook(rows), "--plain")[0]


def new_columns(work: Work, size: int) -> int:
    """The same with six new columns before them."""
    name = column(size)
    rows = "".join(f'<row r="{row}">{text_cell(f"{name}{row}", "x")}</row>' for row in (1, 2))
    return rejects(work, [failed()], "in.xlsx", workbook(rows))[0]


def shared_texts(work: Work, size: int) -> int:
    """Texts of 32,767 characters, the largest that a cell can have."""
    whole, rest = divmod(size, 32_767)
    shared = f"<si><t>{'x' * 32_767}</t></si>" * whole + f"<si><t>{'x' * rest}</t></si>"
    rows = f'<row r="1">{text_cell("A1", "a")}</row><row r="2"><c r="A2" t="s"><v>0</v></c></row>'
    return rejects(work, [failed()], "in.xlsx", workbook(rows, shared))[0]


def cell_of_report(work: Work, size: int) -> tuple[bool, bool]:
    """Whether the workbook has the text of a cell in full, and whether a note says that it is cut."""
    done = work.run("report", work.file("job.json", dump([failed("c", "x" * size)])), "-o", "out", "--formats", "xlsx")
    assert done.status == 0, done.said
    with zipfile.ZipFile(work.folder / "out/report.xlsx") as archive:
        parts = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("xl/"))
    return re.search(rb"(?<!x)x{%d}(?!x)" % size, parts) is not None, b"(cut here" in parts


def rows_of_sheet(work: Work, size: int) -> bool:
    """Whether the workbook says that it has not all failed rows."""
    done = work.run("report", work.file("job.json", dump([failed()] * size)), "-o", "out", "--formats", "xlsx")
    assert done.status == 0, done.said
    with zipfile.ZipFile(work.folder / "out/report.xlsx") as archive:
        texts = [archive.read(name) for name in archive.namelist() if name.startswith("xl/")]
    return any(f"1,048,574 of {size:,}".encode() in text for text in texts)


# Names, packs


def folder_name(work: Work, size: int) -> bool:
    """Whether the folder of a report has the name of the job, which has so many bytes."""
    work.file("in/a.json", dump([CREATED], "j" * size))
    work.file("in/b.json", dump([CREATED], "b"))
    work.page("in", name="index.md")
    return (work.folder / "out/jobs" / ("j" * size)).is_dir()


def problems(work: Work, size: int) -> tuple[int, int, int]:
    """Of a pack: the status, the problems that are listed, and their number."""
    manifest = {"format": "import-audit.pack", "version": 1, "tool": {"name": "import-audit", "version": "0"},
                "options": [], "inputs": [], "files": [], "outputs": []}
    text = json.dumps(manifest)
    names = {"p/MANIFEST.json": text, "p/SHA256SUMS": f"{hashlib.sha256(text.encode()).hexdigest()}  MANIFEST.json\n"}
    names |= {f"p/x{each:06}": "x" for each in range(size)}
    with zipfile.ZipFile(work.folder / "p.zip", "w") as archive:
        for name in sorted(names):
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, names[name])
    done = work.run("verify", "p.zip", "--format", "json")
    return done.status, len(done.document["problems"]), done.document["problem_count"]


BOUNDS = [
    Bound("archives in archives", LIMITS, 2, archives, lambda size: (0, 1) if size <= 2 else (65, 0)),
    Bound("bytes of the name of an entry", LIMITS, 1000, entry_name,
          lambda size: (True, True, size > 1000)),
    Bound("bytes that a small container expands to", LIMITS, 4 * GIB, expansion,
          lambda size: (0, False, 1) if size <= 4 * GIB else (65, True, 1), slow=True),
    Bound("bytes of other streams that wait", LIMITS, 4 * MIB, waiting_lines,
          lambda size: 0 if size <= 4 * MIB else 65, step=128 * KIB, is_exact=False),
    *(Bound(f"bytes of a {kind} file", f"{where}", MIB, yaml(kind, padded(text), "1 MiB"), accepted(MIB))
      for kind, where, text in (
          ("codes", LIMITS, "codes: []\n"), ("rules", LIMITS, "max-failed: 1%\n"),
          ("project", "Docs/project-file.md", "strict: true\n"), ("redaction", REDACTION, "words: [a]\n"))),
    Bound("entries of a codes file", LIMITS, 10_000, yaml("codes", many("codes:\n", "- code: c{}\n"), "10,000"),
          accepted(10_000)),
    Bound("entries of a rules file", LIMITS, 10_000,
          yaml("rules", many("max-failed-code:\n", "- {{code: c{}, max: 1}}\n"), "10,000"), accepted(10_000)),
    *(Bound(f"{key} of a redaction file", REDACTION, 10_000,
            yaml("redaction", many(f"{key}:\n", "- text{}\n"), "10000"), accepted(10_000))
      for key in ("words", "keys", "keep")),
    Bound("bytes of a word that is compared with patterns", REDACTION, 1024, pattern_word(lambda size: "w" * size), upto(1024)),
    Bound("parts of a word that is compared with patterns", REDACTION, 16,
          pattern_word(lambda size: "-".join(["w"] * size)), upto(16)),
    Bound("patterns of a redaction file", REDACTION, 100, yaml("redaction", many("patterns:\n", "- w{}-*\n"), "100"),
          accepted(100)),
    Bound("bytes of a pattern of redaction", REDACTION, 256,
          yaml("redaction", lambda size: f"patterns: [{'w' * (size - 1)}*]\n", "256"), accepted(256)),
    Bound("bytes of a key, at most", REDACTION, 4096, key_file, accepted(4096)),
    Bound("bytes of a key, at least", REDACTION, 16, key_file, lambda size: (0, False) if size >= 16 else (64, True)),
    Bound("decimals of a percentage", "README.md, check", 6, decimals, lambda size: 0 if size <= 6 else 64),
    Bound("bytes of a record that was sent", REJECTS, 64 * MIB, record,
          lambda size: (0, False) if size <= 64 * MIB else (65, True), step=MIB, slow=True, is_exact=False),
    Bound("records that are searched before a row", REJECTS, 5, nearby,
          lambda size: "shifted" if size <= 5 else "doubtful"),
    Bound("record ids that are looked for", REJECTS, 10_000, record_ids, most(10_000)),
    Bound("cells beside a row", "Docs/audit.md, Lines of failed rows", 5, cells_of_row, most(5)),
    Bound("characters of the name of such a cell", "Docs/audit.md, Lines of failed rows", 24, cell_text("name"),
          upto(24)),
    Bound("characters of such a cell", "Docs/audit.md, Lines of failed rows", 40, cell_text("value"), upto(40)),
    Bound("rows of a sheet that was sent", SHEETS, 1_048_576, sheet_row, lambda size: 0 if size <= 1_048_576 else 65),
    Bound("columns of a sheet that was sent", SHEETS, 16_384, sheet_column, lambda size: 0 if size <= 16_384 else 65),
    Bound("columns with the new ones", SHEETS, 16_384 - 6, new_columns, lambda size: 0 if size <= 16_384 - 6 else 65),
    Bound("bytes of shared texts", SHEETS, 256 * MIB, shared_texts, lambda size: 0 if size <= 256 * MIB else 65,
          step=MIB, slow=True, is_exact=False),
    Bound("UTF-16 units of a cell", LIMITS, 32_767, cell_of_report, lambda size: (size <= 32_767, size > 32_767)),
    Bound("rows of a sheet", LIMITS, 1_048_574, rows_of_sheet, beyond(1_048_574), slow=True),
    Bound("bytes of the name of a folder", "Docs/audit.md, Names of folders", 100, folder_name, upto(100)),
    Bound("problems that verify lists", "Docs/pack.md, What verify proves", 1000, problems,
          lambda size: (1, min(size, 1000), size)),
]
