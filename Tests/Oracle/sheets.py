"""Random workbooks that were sent, and what `rejects` must hand back of them.

    python3 sheets.py --binary PATH --seed 1 --count 40

Workbooks are made by openpyxl, by libxlsxwriter and by hand (`sheetxml.py`: what the format allows and few programs
write). For each there is a job with rows that succeeded, failed and have no result. The rows of rejects.xlsx,
no-result.xlsx and created.xlsx together must be those of the source, in order, each once, cell by cell: kind, exact
value, format. What was written is read twice, by `sheetxml.py` and by openpyxl.
"""

from __future__ import annotations

import argparse
import ctypes
import datetime
import hashlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import traceback
import warnings
import zipfile

try:
    import openpyxl
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont
except ImportError:
    sys.exit(77)

import sheetxml
from seeds import add_seed

NEW = ["import_source_row", "import_job_id", "import_row", "import_outcome", "import_error_code", "import_error_message"]
FORMATS = ["General", "0", "0.00", "0%", "0.00%", "@", "yyyy-mm-dd", "mm-dd-yy", "#,##0.00 €", '"<&>" 0', "[$-409]d/m/yy",
           "[Red]-0.0", "h:mm:ss"]
TEXTS = ["", " ", "a", "Zoë", "=1+1", "+1", "-1", "@x", "=HYPERLINK(\"http://example.org\",\"x\")", "http://example.org/",
         "mailto:a@example.org", "007", "1e5", "TRUE", "#N/A", "<b>&amp;\"'", " lead", "trail ", "two\nlines", "tab\there",
         "x" * 32767, "é" * 300, "😀", "_x0041_", "]]>", "2026-01-02", "\u202eabc", "'quoted"]
NUMBERS = [0, 1, -1, 0.1, 0.1 + 0.2, 1 / 3, 1e-300, 1.7976931348623157e308, 123456789012345678, 5e-324, 9007199254740993,
           46000, 45999.75, 0.5]
SHEETS = ["Contacts", "it's", "a \"b\" & <c>", "Лист", "x#y", "1", "a" * 31, " s "]


class Case:
    """A workbook that was sent: what its rows are comes from reading it, not from the one who made it."""

    def __init__(self, number: random.Random, path: pathlib.Path):
        self.number = number
        self.path = path
        self.sheet = number.choice(SHEETS)
        self.columns = number.randint(1, 8)
        self.count = number.choice([1, 2, 7, 30, 200])
        # True if it uses what the format allows but other programs do not write. openpyxl cannot read that.
        self.is_by_hand = False

    def key(self, row: int) -> str:
        return f"person{row}@example.org"

    def value(self):
        draw = self.number
        kind = draw.randrange(8)
        if kind == 0:
            return None
        if kind == 1:
            return draw.random() < 0.5
        if kind == 2:
            return datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=draw.randrange(10**8))
        if kind in (3, 4):
            return draw.choice([*NUMBERS, draw.random(), draw.uniform(-1e9, 1e9), draw.randrange(10**12)])
        return draw.choice(TEXTS)

    def by_openpyxl(self) -> None:
        draw = self.number
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = self.sheet
        if draw.random() < 0.3:
            book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        book.create_sheet("another").append(["not", "sent"])
        left = draw.choice([1, 1, 3])
        top = draw.choice([1, 1, 4])
        for column in range(self.columns + 1):
            sheet.cell(top, left + column, "email" if column == 0 else draw.choice([f"c{column}", column, None]))
        at = top
        for row in range(1, self.count + 1):
            at += 1 + (draw.random() < 0.1) * draw.randint(1, 3)
            sheet.cell(at, left, self.key(row))
            for column in range(1, self.columns + 1):
                cell = sheet.cell(at, left + column)
                choice = draw.random()
                if choice < 0.05:
                    cell.value = "#DIV/0!"
                elif choice < 0.1:
                    cell.value = CellRichText("a ", TextBlock(InlineFont(b=True), "bold"), " z")
                else:
                    cell.value = self.value()
                    if isinstance(cell.value, str) and cell.data_type == "f":
                        cell.data_type = "s"
                if draw.random() < 0.5 or cell.data_type == "d":
                    cell.number_format = draw.choice(FORMATS)
            if draw.random() < 0.1:
                sheet.row_dimensions[at].hidden = True
        if draw.random() < 0.3:
            sheet.column_dimensions["B"].hidden = True
        if draw.random() < 0.3:
            sheet.merge_cells(start_row=at + 2, end_row=at + 3, start_column=1, end_column=4)
        if draw.random() < 0.3:
            sheet.cell(at, left).hyperlink = "http://example.org/"
            sheet.cell(at, left).value = self.key(self.count)
        book.save(self.path)

    def by_libxlsxwriter(self) -> None:
        draw = self.number
        library = ctypes.CDLL("libxlsxwriter.so.4")
        for name in ["workbook_new", "workbook_add_worksheet", "workbook_add_format"]:
            getattr(library, name).restype = ctypes.c_void_p
        book = ctypes.c_void_p(library.workbook_new(str(self.path).encode()))
        sheet = ctypes.c_void_p(library.workbook_add_worksheet(book, self.sheet.encode()))
        styles = []
        for code in FORMATS:
            style = ctypes.c_void_p(library.workbook_add_format(book))
            library.format_set_num_format(style, code.encode())
            styles.append(style)

        def write(row, column, value, style=None):
            place = (sheet, ctypes.c_uint32(row), ctypes.c_uint16(column))
            if isinstance(value, bool):
                library.worksheet_write_boolean(*place, ctypes.c_int(value), style)
            elif isinstance(value, str):
                library.worksheet_write_string(*place, value.encode(), style)
            elif value is None:
                library.worksheet_write_blank(*place, style)
            else:
                library.worksheet_write_number(*place, ctypes.c_double(value), style)

        for column in range(self.columns + 1):
            write(0, column, "email" if column == 0 else f"c{column}")
        for row in range(1, self.count + 1):
            write(row, 0, self.key(row))
            for column in range(1, self.columns + 1):
                value = self.value()
                if isinstance(value, datetime.datetime):
                    value = 46000 + draw.random()
                if draw.random() < 0.1:
                    library.worksheet_write_formula_num(
                        sheet, ctypes.c_uint32(row), ctypes.c_uint16(column), b"=1+1", None,
                        ctypes.c_double(draw.random()))
                else:
                    write(row, column, value, draw.choice([None, *styles]))
        if library.workbook_close(book):
            raise SystemExit("libxlsxwriter cannot write")

    def by_hand(self) -> None:
        draw = self.number
        self.is_by_hand = True
        rows = [(None, [("text", "email", 0)] + [("text", f"c{column}", 0) for column in range(self.columns)])]
        for row in range(1, self.count + 1):
            cells = [("text", self.key(row), 0)]
            for _ in range(self.columns):
                cells.append(draw.choice([
                    None, ("number", draw.choice(["1", "-0", "1E3", "0.30000000000000004", ".5", "5.", "+7", "1e400"]), 0),
                    ("number", repr(draw.uniform(0, 50000)), draw.randrange(len(sheetxml.FORMATS))),
                    ("boolean", draw.choice(["0", "1"]), 0), ("error", draw.choice(["#N/A", "#NULL!", "#REF!"]), 0),
                    ("date", "2026-03-01T10:00:00", 2), ("text", draw.choice(TEXTS), draw.randrange(3)),
                    ("text", draw.choice(["_x0007_", "_x005F_x0041_", "a_x000D_\nb", "\r", "_", "\"\"", "\""]), 0),
                ]))
            rows.append((row, cells))
        sheetxml.write(self.path, self.sheet, rows, draw, decoy=draw.random() < 0.5)


def compare(kind: str, what, wanted) -> None:
    if what != wanted:
        raise AssertionError(f"{kind}:\n  is     {str(what)[:600]}\n  not    {str(wanted)[:600]}")


def check(binary: str, case: Case, folder: pathlib.Path) -> None:
    draw = case.number
    source = sheetxml.read(case.path)
    header, rows = source.rows[0], source.rows[1:]
    compare("rows of the source", len(rows), case.count)
    seen = draw.choice([case.count, case.count, draw.randint(0, case.count)])
    results, outcomes = [], []
    for row in range(1, case.count + 1):
        if row > seen:
            outcomes.append("no-result")
        elif draw.random() < 0.4:
            outcomes.append("failed")
            results.append({"error": {"code": draw.choice(["a", "=b", "\x07"]),
                                      "message": f"'{case.key(row)}' is no address\x0b, =1+1"}})
        else:
            outcomes.append("created")
            results.append({"id": f"abe72624-edce-4501-ae6b-{row:012d}", "created": True})
    dump = folder / "job.json"
    dump.write_text(json.dumps({"job_id": "=job", "status": "complete", "total": case.count, "results": results}))
    plain = draw.random() < 0.3
    batch = draw.choice([None, None, 3])
    named = draw.random() < 0.5
    name = f"{case.path}#{source.sheet}" if named else str(case.path)
    options = (["--plain"] if plain else []) + (["--batch", str(batch)] if batch else [])
    before = case.path.read_bytes()
    run = subprocess.run(
        [binary, "rejects", dump, "--source", name, "-o", folder / "out", "--created", "--annotated", *options],
        capture_output=True, text=True)
    if run.returncode != 0:
        raise AssertionError(f"status {run.returncode}: {run.stdout}{run.stderr}")
    compare("the source", case.path.read_bytes() == before, True)

    shift = 0 if plain else len(NEW)

    def moved(cells, by):
        return {column + by: cell for column, cell in cells.items()}

    def text(value):
        return ("text", value, sheetxml.GENERAL)

    def wanted(row, outcome, has_id):
        cells = {0: ("number", str(row), sheetxml.GENERAL), 1: text("=job"), 2: ("number", str(row), sheetxml.GENERAL),
                 3: text(outcome)}
        if outcome == "failed":
            error = results[row - 1]["error"]
            cells[4] = text(error["code"].replace("\x07", "_x0007_"))
            cells[5] = text(error["message"].replace("\x0b", "_x000B_"))
        if has_id and outcome == "created":
            cells[6] = text(results[row - 1]["id"])
        return cells

    def expect(files, kinds, is_plain, has_id):
        picked = [row for row in range(1, case.count + 1) if outcomes[row - 1] in kinds]
        by = 0 if is_plain else len(NEW) + has_id
        found = []
        for file in files:
            written = sheetxml.read(file)
            compare("sheet", written.sheet, source.sheet)
            compare("1904", written.from1904, source.from1904)
            head = {} if is_plain else {at: text(column) for at, column in enumerate(
                NEW + ["import_record_id"] * has_id)}
            compare(f"header of {file.name}", written.rows[0], {**head, **moved(header, by)})
            found += written.rows[1:]
            check_openpyxl(case, file, by)
        compare(f"rows of {files}", len(found), len(picked))
        for row, cells in zip(picked, found):
            new = {} if is_plain else wanted(row, outcomes[row - 1], has_id)
            compare(f"row {row} of {kinds}", cells, {**new, **moved(rows[row - 1], by)})

    out = folder / "out"
    failed = sorted(out.glob("rejects-*.xlsx")) if batch else [out / "rejects.xlsx"]
    expect(failed, ["failed"], plain, False)
    expect([out / "no-result.xlsx"], ["no-result"], plain, False)
    expect([out / "created.xlsx"], ["created"], False, True)
    expect([out / "annotated.xlsx"], ["failed", "no-result", "created"], False, True)
    plan = json.loads((out / "plan.json").read_text())
    compare("hash", plan["sources"][0]["sha256"], hashlib.sha256(before).hexdigest())
    if "failed" in outcomes:
        compare("evidence", plan["pairing"]["evidence"], "confirmed")


def check_openpyxl(case: Case, file: pathlib.Path, by: int) -> None:
    """No cell is a formula or a link, and the last row that openpyxl finds in the source is one of its rows."""
    book = openpyxl.load_workbook(file)
    compare("creator", book.properties.creator, "import-audit")
    sheet = book.worksheets[0]
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f" or cell.hyperlink is not None:
                raise AssertionError(f"{file.name} {cell.coordinate} is a formula or a link")
    if case.is_by_hand:
        return
    original = openpyxl.load_workbook(case.path, data_only=True)
    sent = next(each for each in original.worksheets if each.title == sheet.title)
    by_key = {}
    for row in sent.iter_rows():
        for index, cell in enumerate(row):
            if isinstance(cell.value, str) and cell.value.startswith("person"):
                by_key[cell.value] = (index, row)
                break
    for row in sheet.iter_rows(min_row=2):
        keys = [at for at, cell in enumerate(row) if isinstance(cell.value, str) and cell.value in by_key]
        if not keys:
            raise AssertionError(f"{file.name}: row {row[0].row} is of no row of the source")
        at = keys[0]
        first, other = by_key[row[at].value]
        for offset, cell in enumerate(other[first:]):
            if at + offset >= len(row):
                compare("missing cell", cell.value in (None, ""), True)
                continue
            copy = row[at + offset]
            # openpyxl removes escapes from some shared texts but not from others, and drops empty texts in one of the
            # files.
            if isinstance(cell.value, str) and ("_x" in cell.value or cell.value == "" or "_x" in str(copy.value)):
                continue
            if cell.value is None:
                compare(cell.coordinate, copy.value in (None, ""), True)
                continue
            compare(f"{file.name} {copy.coordinate}", (repr(copy.value), copy.number_format), (repr(cell.value), cell.number_format))


def mutate(binary: str, case: Case, folder: pathlib.Path, count: int) -> None:
    """Whatever is changed in the parts of a workbook, or in its zip, it is read or refused, and never crashed over."""
    draw = case.number
    with zipfile.ZipFile(case.path) as zipped:
        parts = {name: zipped.read(name) for name in zipped.namelist()}
    whole = case.path.read_bytes()
    dump = folder / "job.json"
    for number in range(count):
        changed = dict(parts)
        if draw.random() < 0.3:
            content = bytearray(whole)
            for _ in range(draw.choice([1, 1, 20])):
                content[draw.randrange(len(content))] = draw.randrange(256)
            case.path.write_bytes(content[:draw.choice([len(content), draw.randrange(len(content))])])
        else:
            name = draw.choice(list(parts))
            text = bytearray(parts[name])
            for _ in range(draw.choice([1, 1, 5])):
                at = draw.randrange(len(text) + 1)
                end = min(len(text), at + draw.choice([0, 0, 1, 1, 8, 300]))
                new = draw.choice([b"", b"<", b">", b"&", b"\0", b'"', b"\xff", b"9" * 20, b"A", b"-", b"<x/>", b"<!--",
                                   bytes([draw.randrange(256)]), bytes(text[draw.randrange(len(text) + 1):][:30])])
                text[at:end] = new
            changed[name] = bytes(text)
            if draw.random() < 0.1:
                del changed[name]
            with zipfile.ZipFile(case.path, "w") as zipped:
                for name, content in changed.items():
                    zipped.writestr(name, content)
        run = subprocess.run(
            [binary, "rejects", dump, "--source", case.path, "-o", folder / "mutated", "--force", "--created"],
            capture_output=True, text=True, timeout=60)
        # A zip that is no longer recognized as a workbook is an archive of other files.
        if run.returncode not in (0, 1, 64, 65) or run.returncode and not run.stderr:
            kept = pathlib.Path(tempfile.gettempdir()) / f"mutated-{case.sheet.encode().hex()}-{number}.xlsx"
            kept.write_bytes(case.path.read_bytes())
            raise AssertionError(f"mutation {number}: status {run.returncode}, kept as {kept}: {run.stderr}")


def main() -> None:
    # Some numbers are beyond all dates but formatted as dates.
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--mutate", type=int, default=0, help="change each workbook so many times")
    parser.add_argument("--only", type=int)
    add_seed(parser)
    arguments = parser.parse_args()
    for index in range(arguments.count):
        if arguments.only not in (None, index):
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            case = Case(random.Random(f"{arguments.seed}:{index}"), folder / "sent.xlsx")
            maker = [case.by_openpyxl, case.by_libxlsxwriter, case.by_hand][index % 3]
            maker()
            try:
                check(arguments.binary, case, folder)
                if arguments.mutate:
                    mutate(arguments.binary, case, folder, arguments.mutate)
            except Exception as error:
                traceback.print_exc()
                sys.exit(f"seed {arguments.seed}, case {index} ({maker.__name__}): {type(error).__name__}: {error}\n"
                         f"repeat with --seed {arguments.seed} --only {index}")


main()
