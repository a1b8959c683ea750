"""Workbooks that `rejects` refuses, each with its one sentence and nothing written, and some that it takes.

    python3 sheetcases.py --binary PATH [--only NAME]

They are made here part by part, with no other program: most could come from none.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings
import zipfile

import sheetxml
from sheetxml import DOCUMENTS, MAIN, PACKAGE

ROWS = ('<row r="1"><c r="A1" t="str"><v>email</v></c><c r="B1" t="str"><v>age</v></c></row>'
        '<row r="2"><c r="A2" t="str"><v>ann@example.org</v></c><c r="B2"><v>1</v></c></row>'
        '<row r="3"><c r="A3" t="str"><v>bob@example.org</v></c><c r="B3"><v>2</v></c></row>')
RESULTS = [{"id": "abe72624-edce-4501-ae6b-4bb368266110", "created": True},
           {"error": {"code": "bad", "message": "'bob@example.org' is no address"}}]
CELL = '<row r="4"><c r="A4" t="str"><v>x</v></c>{}</row>'


def row(number: int, text: str) -> str:
    return f'<row r="{number}"><c r="A{number}" t="str"><v>{text}</v></c></row>'


def book(sheets=None, data=ROWS, behind="", main="workbook.xml", **parts) -> bytes:
    """A workbook; parts by their names replace those that it has, or are left out if they are None."""
    sheets = sheets or '<sheet name="First" sheetId="1" r:id="rId1"/>'
    all_parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
                       f'Type="{DOCUMENTS}/officeDocument" Target="xl/{main}"/></Relationships>',
        f"xl/{main}": f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENTS}"><sheets>{sheets}</sheets></workbook>',
        f"xl/_rels/{main}.rels":
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{DOCUMENTS}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{DOCUMENTS}/chartsheet" Target="chartsheets/sheet1.xml"/>'
            f'<Relationship Id="rId3" Type="{DOCUMENTS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
                                    + (data if isinstance(data, bytes) else data.encode())
                                    + f"</sheetData>{behind}</worksheet>".encode(),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>one</t></si></sst>',
        **parts,
    }
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, text in all_parts.items():
                if text is not None:
                    zipped.writestr(name, text)
        file.seek(0)
        return file.read()


def sheet_part(text: str) -> dict:
    return {"xl/worksheets/sheet1.xml": text}


def zipped(**files) -> bytes:
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w") as result:
            for name, content in files.items():
                result.writestr(name, content)
        file.seek(0)
        return file.read()


def compound(stream: str) -> bytes:
    """The beginning of a file of Office before 2007, with the folder of its streams in sector 1."""
    header = bytearray(512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    header[30] = 9
    header[48] = 1
    return bytes(header) + bytes(512) + "Root Entry".encode("utf-16-le").ljust(128, b"\0") + stream.encode(
        "utf-16-le").ljust(384, b"\0") + bytes(512)


def bomb() -> bytes:
    """Texts that cells share, of more bytes than are kept: a kilobyte of zip for each megabyte."""
    text = "<si><t>" + "x" * 200_000 + "</t></si>"
    return book(**{"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">' + text * 1400 + "</sst>"})


def other_part_first() -> bytes:
    """As openpyxl writes them."""
    with zipfile.ZipFile(io.BytesIO(book())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped(**{"docProps/app.xml": b"<Properties/>", **parts})


def zip_twice() -> bytes:
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w") as result, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with zipfile.ZipFile(io.BytesIO(book())) as source:
                for name in source.namelist():
                    result.writestr(name, source.read(name))
            result.writestr("XL/worksheets/SHEET1.xml", "<other/>")
        file.seek(0)
        return file.read()


BOMB = ("<?xml version='1.0'?><!DOCTYPE w [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
        f"<worksheet xmlns='{MAIN}'><sheetData><row><c t='str'><v>&b;</v></c></row></sheetData></worksheet>")
HIDDEN = ('<sheet name="Back" sheetId="1" state="hidden" r:id="rId1"/><sheet name="\u202e“Front”" sheetId="2" '
          'r:id="rId2"/>')

# Name, file, and the words that the message must contain.
REFUSED = [
    ("merged", book(behind='<mergeCells><mergeCell ref="B2:B3"/></mergeCells>'), ["sheet “First”, cell B2", "B2:B3 are merged"]),
    ("merged header", book(behind='<mergeCells><mergeCell ref="A1:C1"/></mergeCells>'), ["cell A1", "A1:C1 are merged"]),
    ("merged anywhere", book(behind='<mergeCells><mergeCell ref="B:B"/></mergeCells>'), ["merged cells have the impossible name “B:B”"]),
    ("no stored value", book(data=ROWS + CELL.format('<c r="C4"><f>A1+1</f><v/></c>')), ["cell C4", "formula", "save it again"]),
    ("no value at all", book(data=ROWS + CELL.format('<c r="C4" t="str"><f>A1</f></c>')), ["cell C4", "formula"]),
    ("empty", book(data=""), ["sheet “First”: The sheet is empty"]),
    ("styles only", book(data='<row r="1"><c r="A1" s="0"/></row>'), ["The sheet is empty"]),
    ("only header", book(data=ROWS.split("</row>")[0] + "</row>"), ["a header and no row", "--no-header"]),
    ("hidden", book(HIDDEN), ["sheet “Back”", "first sheet is hidden", "FILE#Sheet", "Front"]),
    ("chart", book('<sheet name="Chart" sheetId="1" r:id="rId2"/>'), ["sheet “Chart”", "This sheet has no cells"]),
    ("no sheets", book("<!-- -->"), ["no sheet"]),
    ("dangling sheet", book('<sheet name="First" sheetId="1" r:id="rId9"/>'), ["nothing says which part it is"]),
    ("lost part", book(**sheet_part(None)), ["lacks its part xl/worksheets/sheet1.xml"]),
    ("lost texts", book(**{"xl/sharedStrings.xml": None}), ["lacks its part xl/sharedStrings.xml"]),
    ("xls", compound("Workbook"), [".xls)", "Save it as .xlsx"]),
    ("old", compound("WordDocument"), ["Office before 2007"]),
    ("encrypted", compound("EncryptedPackage"), ["encrypted", "without a password"]),
    ("xlsb", book(main="workbook.bin"), [".xlsb", "Save it as .xlsx"]),
    ("word", book(**{"xl/workbook.xml": '<w:document xmlns:w="http://example.org"/>'}), ["a Word document"]),
    ("slides", book(**{"xl/workbook.xml": '<p:presentation xmlns:p="http://example.org"/>'}), ["a presentation"]),
    ("opendocument", zipped(**{"mimetype": "x", "META-INF/manifest.xml": "<m/>"}), ["an OpenDocument file"]),
    ("foreign sheet", book(**sheet_part("<worksheet xmlns='http://example.org'/>")), ["This sheet has no cells"]),
    ("no rows", book(**sheet_part(f"<worksheet xmlns='{MAIN}'/>")), ["no rows at all"]),
    ("rows twice", book(behind="<sheetData/>"), ["its rows twice"]),
    ("cut part", book(**sheet_part(f"<worksheet xmlns='{MAIN}'><sheetData>{ROWS}")), ["not well-formed XML", "sheet1.xml"]),
    ("wrong tag", book(data=ROWS.replace("</v></c></row>", "</v></row>")), ["not well-formed XML"]),
    ("not utf-8", book(data=ROWS.replace("ann", "\udcff").encode("utf-8", "surrogateescape")), ["not well-formed XML"]),
    ("entities", book(**sheet_part(BOMB)), ["not well-formed XML", "document type"]),
    ("entities in texts", book(**{"xl/sharedStrings.xml": BOMB}), ["not well-formed XML", "document type"]),
    ("cut zip", book()[:900], ["breaks off", "zip"]),
    ("damaged zip", book().replace(b"PK\x01\x02", b"PK\x09\x09"), ["zip"]),
    ("twice", zip_twice(), ["zip"]),
    ("million columns", book(data=ROWS + CELL.format('<c r="BDWGO4"><v>1</v></c>')), ["row 4", "“BDWGO4”"]),
    ("endless column", book(data=ROWS + CELL.format(f'<c r="{"Z" * 90}4"><v>1</v></c>')), ["row 4", "Z" * 40 + "”"]),
    ("million rows", book(data=ROWS + '<row r="1048577"><c><v>1</v></c></row>'), ["row 3 is followed"]),
    ("rows backwards", book(data=ROWS + '<row r="3"><c><v>1</v></c></row>'), ["row 3 is followed"]),
    ("row zero", book(data='<row r="0"><c><v>1</v></c></row>'), ["row 0 is followed"]),
    ("cells backwards", book(data=ROWS + '<row r="4"><c r="B4"><v>1</v></c><c r="A4"><v>1</v></c></row>'), ["“A4”"]),
    ("cell of another row", book(data=ROWS + '<row r="4"><c r="A5"><v>1</v></c></row>'), ["row 4", "“A5”"]),
    ("no such style", book(data=ROWS + CELL.format('<c r="B4" s="1"><v>1</v></c>')), ["cell B4", "style"]),
    ("no such text", book(data=ROWS + CELL.format('<c r="B4" t="s"><v>1</v></c>')), ["cell B4", "text that does not exist"]),
    ("negative text", book(data=ROWS + CELL.format('<c r="B4" t="s"><v>-1</v></c>')), ["cell B4", "text that does not exist"]),
    ("no such kind", book(data=ROWS + CELL.format('<c r="B4" t="zz"><v>1</v></c>')), ["cell B4", "(zz)"]),
    ("no number", book(data=ROWS + CELL.format('<c r="B4"><v>=1+1</v></c>')), ["cell B4", "should be a number"]),
    ("no truth", book(data=ROWS + CELL.format('<c r="B4" t="b"><v>2</v></c>')), ["cell B4", "true or false"]),
    ("unknown in row", book(data=ROWS + '<row r="4"><Alternate><c r="A4"><v>1</v></c></Alternate></row>'), ["“Alternate”"]),
    ("large cell", book(data=ROWS + CELL.format(f'<c r="B4" t="str"><v>{"x" * 300_000}</v></c>')), ["cell B4", "more than a cell may"]),
    ("large text", book(**{"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>{"x" * 300_000}</t></si></sst>'}), ["longer than a cell"]),
    ("large texts", bomb(), ["256 MiB", "Save the sheet as CSV"]),
    ("full width", book(data=ROWS + CELL.format('<c r="XFD4"><v>1</v></c>')), ["16,384 columns", "--plain"]),
    ("another count", book(data=ROWS + CELL.format("")), ["has 3 rows", "total of 2"]),
    ("shifted", book(data=row(1, "email") + "".join(row(at + 2, f"p{at}@example.org") for at in range(6))),
     ["The values of 5 rows are 1 row further down", "--trust-order"]),
    ("in a zip", zipped(**{"sent.xlsx": book()}), ["archive", "Unpack it"]),
    ("packed", gzip.compress(book()), ["archive", "Unpack it"]),
    ("packed, another part first", gzip.compress(other_part_first()), ["compressed", "Unpack it"]),
    ("in a zip, another part first", zipped(**{"sent.xlsx": other_part_first()}), ["archive", "Unpack it"]),
]
# Workbooks that can be read but are not the source of the job. All others end with 65.
NOT_SENT = {"empty", "styles only", "only header", "another count", "shifted"}
# The rows of the job, for workbooks that need other ones.
BAD = {"error": {"code": "bad", "message": "bad"}}
OTHER_RESULTS = {
    "full width": [*RESULTS, BAD],
    "shifted": [{"error": {"code": "bad", "message": f"'p{at + 1}@example.org' is no address"}} for at in range(6)],
}


def fail(name, run, why):
    sys.exit(f"{name}: {why}\nstatus {run.returncode}\n{run.stdout}{run.stderr}")


class Cases:
    def __init__(self, binary: str, folder: pathlib.Path):
        self.binary = binary
        self.folder = folder
        self.dump = self.write("job.json", self.job(RESULTS))

    def job(self, results, total=None) -> bytes:
        return json.dumps({"job_id": "j", "status": "complete", "total": total or len(results),
                           "results": results}).encode()

    def write(self, name: str, content: bytes) -> pathlib.Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def run(self, source, *options, dump=None, out="out"):
        return subprocess.run(
            [self.binary, "rejects", dump or self.dump, "--source", source, "-o", self.folder / out, *options],
            capture_output=True, text=True, timeout=120)

    def refused(self, name, content, words):
        source = self.write("sent.xlsx", content)
        dump = self.write("refused.json", self.job(OTHER_RESULTS.get(name, RESULTS)))
        run = self.run(source, dump=dump)
        status = 1 if name in NOT_SENT else 65
        if run.returncode != status:
            fail(name, run, f"should have the status {status}")
        lines = [line for line in run.stderr.splitlines() if line.startswith("import-audit: ")]
        if len(lines) != 1 or not lines[0].endswith("Nothing was written.") and "--trust-order" not in lines[0]:
            fail(name, run, "should be refused in one sentence")
        for word in words:
            if word not in lines[0]:
                fail(name, run, f"should say {word!r}")
        if any(character in run.stderr for character in "\u202e\x1b\x07"):
            fail(name, run, "should show no hostile character")
        if (self.folder / "out").exists() and any((self.folder / "out").iterdir()):
            fail(name, run, "should write nothing")
        if source.read_bytes() != content:
            fail(name, run, "should leave the source as it is")

    def taken(self, name, run, rejects, notes=(), out="out"):
        if run.returncode != 0:
            fail(name, run, "should be taken")
        for note in notes:
            if note not in run.stderr:
                fail(name, run, f"should say {note!r}")
        found = sheetxml.read(self.folder / out / "rejects.xlsx").rows[1:]
        values = [[value for _, (_, value, _) in sorted(cells.items())] for cells in found]
        if values != rejects:
            fail(name, run, f"has the rejects {values}, not {rejects}")

    def accepted(self):
        bob = ["2", "j", "2", "failed", "bad", "'bob@example.org' is no address", "bob@example.org", "2"]
        source = self.write("a.xlsx", book())
        runs = [self.run(source, "--threads", threads, out=threads) for threads in ("1", "4")]
        written = [(self.folder / threads / "rejects.xlsx").read_bytes() for threads in ("1", "4")]
        if written[0] != written[1]:
            fail("twice", runs[1], "should write the same bytes")
        macros = book(**{"xl/vbaProject.bin": "x"})
        self.taken("macros", self.run(self.write("a.xlsm", macros)), [bob], ["macros are not handed back"])
        formulas = book(data=ROWS.replace("<v>2</v>", "<f>1+1</f><v>2</v>"))
        self.taken("formula", self.run(self.write("a.xlsx", formulas)), [bob], ["1 cell has a formula"])
        gaps = book(data='<row r="4"/>' + ROWS.replace('"1"', '"5"').replace("A1", "A5").replace("B1", "B5").replace(
            '<row r="2"', '<row r="9"').replace("A2", "A9").replace("B2", "B9").replace('<row r="3"', '<row r="12"').replace(
                "A3", "A12").replace("B3", "B12") + '<row r="20"><c r="A20" t="str"><v></v></c></row>')
        self.taken("gaps", self.run(self.write("a.xlsx", gaps)), [bob], ["5 blank rows were skipped"])
        two, full = (book('<sheet name="First" sheetId="1" r:id="rId1"/><sheet name="it\'s #2" sheetId="2" r:id="rId4"/>', **{
            "xl/_rels/workbook.xml.rels":
                f'<Relationships xmlns="{PACKAGE}/relationships">'
                f'<Relationship Id="rId1" Type="{DOCUMENTS}/worksheet" Target="worksheets/sheet1.xml"/>'
                f'<Relationship Id="rId4" Type="{DOCUMENTS}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{first}</sheetData></worksheet>',
            "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{ROWS}</sheetData></worksheet>'})
            for first in ("", ROWS))
        path = self.write("two#1.xlsx", two)
        self.taken("named", self.run(f"{path}#it's #2"), [bob])
        # An existing file with the full name takes precedence over a sheet.
        self.taken("literal", self.run(self.write("two#1.xlsx#First", book())), [bob])
        # A name without a sheet means the first one.
        full = self.write("full.xlsx", full)
        both = subprocess.run(
            [self.binary, "rejects", self.dump, self.write("other.json", self.job(RESULTS).replace(b'"j"', b'"k"')), "--source",
             full, f"{full}#it's #2", "-o", self.folder / "two-sheets"], capture_output=True, text=True)
        if both.returncode != 0:
            fail("two sheets", both, "should be two sources")
        both = subprocess.run(
            [self.binary, "rejects", self.dump, self.folder / "other.json", "--source", full, f"{full}#First", "-o",
             self.folder / "none"], capture_output=True, text=True)
        if both.returncode != 64 or "source of two jobs" not in both.stderr:
            fail("one sheet twice", both, "should be refused")
        for sheet, words in [("Third", ["sheet “Third”", "no such sheet", "“First”, “it's #2”"]), ("", ["no such sheet"]),
                             ("first", ["no such sheet"])]:
            run = self.run(f"{path}#{sheet}", out="none")
            if run.returncode != 66 or not all(word in run.stderr for word in words):
                fail(f"#{sheet}", run, f"should say {words}")
        csv = self.write("a.csv", b"email,age\nann@example.org,1\nbob@example.org,2\n")
        run = self.run(f"{csv}#First", out="none")
        if run.returncode != 64 or "not a workbook" not in run.stderr:
            fail("#sheet of CSV", run, "should be a wrong usage")

        # A second try with the rejects of the first one, which are not an input.
        second = self.write("second.json", self.job([{"error": {"code": "bad", "message": "'bob@example.org' again"}}]))
        rejects = self.folder / "out" / "rejects.xlsx"
        again = ["1", "j", "1", "failed", "bad", "'bob@example.org' again", *bob[6:]]
        self.taken("second try", self.run(rejects, dump=second, out="again"), [again], out="again")
        mapped = self.run(f"{rejects}#First", "--map", self.folder / "out" / "reasons.csv", dump=second, out="mapped")
        self.taken("second try with its map", mapped, [["2", *again[1:]]], out="mapped")
        reasons = (self.folder / "mapped" / "reasons.csv").read_text().splitlines()[1]
        if not reasons.startswith(f"rejects.xlsx,1,{path}#First,2,j,1,failed"):
            fail("second try with its map", mapped, f"should lead to the first source: {reasons}")
        plain = self.run(rejects, "--plain", dump=second, out="plain")
        self.taken("second try, plain", plain, [bob[6:]], out="plain")
        run = subprocess.run([self.binary, "summary", rejects], capture_output=True, text=True)
        if run.returncode != 65 or "rejects takes them as --source" not in run.stdout + run.stderr:
            fail("rejects as an input", run, "should be told from a dump")
        self.write("out/job.json", self.dump.read_bytes())
        run = subprocess.run([self.binary, "summary", self.folder / "out"], capture_output=True, text=True)
        if run.returncode != 0 or "not read" in run.stdout:
            fail("rejects in a folder", run, "should be skipped")
        run = self.run(rejects, "--force", dump=second)
        if run.returncode != 73 or "would overwrite it" not in run.stderr:
            fail("over itself", run, "should not replace its source")

        run = self.run(self.write("rejects.xlsx.gz", gzip.compress(rejects.read_bytes())), dump=second, out="none")
        if run.returncode != 65 or "Unpack them first" not in run.stderr:
            fail("packed rejects", run, "should be refused")

        # A report is not a source.
        run = subprocess.run([self.binary, "report", self.dump, "--formats", "xlsx", "-o", self.folder / "report"],
                             capture_output=True, text=True)
        run = self.run(self.folder / "report" / "report.xlsx", out="none")
        if run.returncode != 65 or "wrote this workbook as a report" not in run.stderr:
            fail("report", run, "should be refused")

        # By action. Then two workbooks, each with a job and its own styles.
        codes = self.write("codes.yml", b"codes:\n  - code: bad\n    action: fix-data\n")
        run = self.run(self.write("a.xlsx", book()), "--codes", str(codes), "--by-action", out="actions")
        found = sheetxml.read(self.folder / "actions" / "rejects-fix-data.xlsx").rows
        if run.returncode != 0 or found[0][6][1] != "import_action" or found[1][6][1] != "fix-data":
            fail("by action", run, "should have the action")

        def styled(code):
            return book(data=ROWS.replace('r="B3"', 'r="B3" s="1"').replace('r="A3"', 'r="A3" s="2"'), **{
                "xl/_rels/workbook.xml.rels":
                    f'<Relationships xmlns="{PACKAGE}/relationships">'
                    f'<Relationship Id="rId1" Type="{DOCUMENTS}/worksheet" Target="worksheets/sheet1.xml"/>'
                    f'<Relationship Id="rId5" Type="{DOCUMENTS}/styles" Target="styles.xml"/></Relationships>',
                "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="{code}"/></numFmts>'
                                 '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="164"/></cellXfs></styleSheet>'})
        other = self.write("other.json", self.job(RESULTS).replace(b'"j"', b'"k"'))
        run = subprocess.run(
            [self.binary, "rejects", self.dump, other, "--source", self.write("a.xlsx", styled("0.0")),
             self.write("b.xlsx", styled("0.00 &quot;x&quot;")), "-o", self.folder / "two"], capture_output=True, text=True)
        # Nothing defines style 164.
        formats = [(cells[6][2], cells[7][2]) for cells in sheetxml.read(self.folder / "two" / "rejects.xlsx").rows[1:]]
        if run.returncode != 0 or formats != [(0, "0.0"), (0, '0.00 "x"')]:
            fail("two workbooks", run, f"has the formats {formats}")
        run = subprocess.run(
            [self.binary, "rejects", self.dump, other, "--source", self.write("a.xlsx", book()), csv, "-o",
             self.folder / "none"], capture_output=True, text=True)
        if run.returncode != 1 or "another form" not in run.stderr:
            fail("a workbook and CSV", run, "should not be mixed")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only")
    arguments = parser.parse_args()
    for name, content, words in REFUSED:
        if arguments.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory() as folder:
            Cases(arguments.binary, pathlib.Path(folder)).refused(name, content, words)
    if arguments.only in (None, "accepted"):
        with tempfile.TemporaryDirectory() as folder:
            Cases(arguments.binary, pathlib.Path(folder)).accepted()


main()
