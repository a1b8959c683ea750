"""Reports of dumps with hostile texts: six CSV readers find the same cells in each CSV file, those of the dumps.

    csv_readers.py --binary PATH --seed 1 --count 120

The readers are Python's csv (strict), sqlite3's .import, DuckDB, Arrow (PyPI pyarrow), Perl's Text::CSV_XS (strict) and
Miller. The files are what `rows` prints and all CSV files of `report`, with and without `--csv-raw` and `--csv-bom`.
Exit status: 0 all agree, 1 not (the file is kept).
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pyarrow.csv

import compare
import csvtext
import jsontext
from check import run
from content import CODES, IDS_NOT_UUID, MESSAGES
from readers import Failure, fail, parse

Table = list[list[str]]
Tables = list[Table]

BATCH = 20
MARK = b"\xef\xbb\xbf"
LONGEST = 300_000  # Larger than the buffers of all readers. The program's own limit is 1 MiB.

PARTS = [*",;\"'|\\#=+-@ \t\r\n\0\x0b\x0c\x1a\x1b\x1c\x1e\x1f\x7f\x85"]
PARTS += "\u00a0\u00e9\u00ff\u2028\u202e\ud800\udc00\ufeff\ufffd\ufffe\uffff"
PARTS += ["\r\n", "\n\r", '""', '\\"', "e\u0301", "\u65e5\u672c", "\U0001f600", "\U0001f468\u200d\U0001f469", *"ab01."]
PARTS += "NULL null NA NaN \\N true 1e5 0x1F 007 2025-03-04 // sep=, =1+1 @SUM(A1) -2+3 +1".split()


# The dumps


def text(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.3:
        return rng.choice([each or "" for each in CODES["hostile"] + MESSAGES["hostile"] + CODES["plain"]])
    if kind < 0.98:
        return "".join(rng.choices(PARTS, k=rng.choice([1, 1, 2, 3, 5, 12])))
    size = rng.choice([254, 255, 1023, 4095, 4096, 8191, 32_767, 65_536, LONGEST])
    return "".join(rng.choices(PARTS, k=12)) + rng.choice(["x", '"', "\r\n", "\u65e5", ","]) * (size // 2)


def row(rng: random.Random) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if rng.random() < 0.6:
        made["id"] = rng.choice([text(rng), rng.choice(IDS_NOT_UUID)])
    if rng.random() < 0.25:
        return {**made, rng.choice(["created", "existing"]): True}
    error: dict[str, Any] = {}
    if rng.random() < 0.9:
        error["code"] = text(rng)
    if rng.random() < 0.9:
        error["message"] = text(rng)
    if rng.random() < 0.3:
        error["field"] = text(rng)
    return {**made, "error": error}


def job(rng: random.Random, number: int) -> dict[str, Any]:
    rows = [row(rng) for _ in range(rng.choice([0, 1, 2, 5, 30, 80]))]
    made = {"job_id": f"{text(rng)[:300]} {number}", "status": "complete", "total": len(rows), "results": rows}
    # In JSON, two adjacent halves of a surrogate pair are a pair.
    return json.loads(json.dumps(made))


def rows_of(job: dict[str, Any], raw: bool, source: str | None) -> Table:
    """What `rows.csv` holds, or with a source what `rows` prints."""

    def cell(value: str | None) -> str:
        clean = jsontext.clean(value or "")
        return clean.replace("\0", "\ufffd") if raw else csvtext.cell(clean)

    table = []
    for number, each in enumerate(job["results"], 1):
        error = each.get("error")
        outcome = "failed" if error is not None else "created" if each.get("created") else "existing"
        error = error or {}
        details = jsontext.compact(jsontext.Members([("field", error["field"])])) if "field" in error else ""
        message = error.get("message") if "code" in error or "message" in error else details
        cells = [job["job_id"], str(number), outcome, each.get("id"), error.get("code"), message]
        cells = [source, *cells] if source is not None else [*cells, details]
        table.append([cell(value) for value in cells])
    return table


# The readers: each reads all files and returns their records, including the header


def read_python(files: list[Path]) -> Tables:
    tables = []
    for file in files:
        try:
            tables.append(csvtext.table(file.read_bytes().removeprefix(MARK)))
        except ValueError as error:
            raise Failure(f"Python: {error}", file) from error
    return tables


def read_sqlite(files: list[Path]) -> Tables:
    """Cells come as hexadecimal, so that nothing is lost on the way back."""
    script = ".bail on\n"
    for number, file in enumerate(files):
        columns = [f"c{column}" for column in range(_width(file))]
        script += f"CREATE TABLE t{number} ({', '.join(f'{column} TEXT' for column in columns)});\n"
        script += f'.import --csv "{file}" t{number}\n.print ={number}\n.separator . "\\n"\n'
        script += f"SELECT {', '.join(f'hex({column})' for column in columns)} FROM t{number} ORDER BY rowid;\n"
    return _tables("sqlite3", ["sqlite3", ":memory:"], script, len(files))


PERL = r"""
use strict;
use Text::CSV_XS;
my $number = 0;
for my $file (@ARGV) {
    open my $in, "<:raw", $file or die;
    my $mark = "";
    read($in, $mark, 3) == 3 && $mark eq "\xef\xbb\xbf" or seek $in, 0, 0;
    my $csv = Text::CSV_XS->new({binary => 1, strict => 1, decode_utf8 => 0, eol => "\r\n"});
    print "=", $number++, "\n";
    while (my $record = $csv->getline($in)) { print join(".", map { unpack "H*", $_ } @$record), "\n" }
    $csv->eof or die $file, ": ", join(" ", $csv->error_diag), "\n";
}
"""


def read_perl(files: list[Path]) -> Tables:
    return _tables("Text::CSV_XS", ["perl", "-e", PERL, *map(str, files)], "", len(files))


def _tables(name: str, command: list[str], script: str, count: int) -> Tables:
    """Reads lines `=FILE`, each followed by a line of cells for each record."""
    done = subprocess.run(command, input=script.encode(), capture_output=True, timeout=300)
    if done.returncode or done.stderr:
        raise Failure(f"{name}: exit status {done.returncode}, {done.stderr[-300:].decode('utf-8', 'replace')}")
    tables: Tables = [[] for _ in range(count)]
    for line in done.stdout.decode().splitlines():
        if line.startswith("="):
            table = tables[int(line[1:])]
        else:
            table.append([bytes.fromhex(cell).decode("utf-8") for cell in line.split(".")])
    return tables


def _width(file: Path) -> int:
    with file.open("rb") as opened:
        return opened.readline().count(b",") + 1


def read_duckdb(files: list[Path]) -> Tables:
    options = "delim = ',', quote = '\"', escape = '\"', header = false, all_varchar = true, auto_detect = false"
    options += ", strict_mode = true, max_line_size = 16000000, buffer_size = 64000000"
    tables = []
    with duckdb.connect(config={"threads": 1}) as connection:
        for file in files:
            columns = ", ".join(f"'c{column}': 'VARCHAR'" for column in range(_width(file)))
            query = f"SELECT * FROM read_csv(?, {options}, columns = {{{columns}}})"
            try:
                records = connection.execute(query, [str(file)]).fetchall()
            except duckdb.Error as error:
                raise Failure(f"DuckDB: {error}", file) from error
            # An empty cell is NULL.
            tables.append([["" if cell is None else cell for cell in record] for record in records])
    return tables


def read_arrow(files: list[Path]) -> Tables:
    tables = []
    for file in files:
        names = [f"c{column}" for column in range(_width(file))]
        try:
            table = pyarrow.csv.read_csv(
                file,
                pyarrow.csv.ReadOptions(use_threads=False, block_size=1 << 26, column_names=names),
                pyarrow.csv.ParseOptions(newlines_in_values=True),
                pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pyarrow.string())),
            )
        except pyarrow.ArrowException as error:
            raise Failure(f"Arrow: {error}", file) from error
        tables.append([list(record) for record in zip(*(column.to_pylist() for column in table.columns))])
    return tables


def read_miller(files: list[Path]) -> Tables:
    command = ["mlr", "-S", "--icsv", "--ojsonl", "--implicit-csv-header", "put", "$file = FILENAME"]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, timeout=300)
    if done.returncode:
        raise Failure(f"Miller: exit status {done.returncode}, {done.stderr[-300:].decode('utf-8', 'replace')}")
    tables: dict[str, Table] = {str(file): [] for file in files}
    for line in done.stdout.decode("utf-8").split("\n")[:-1]:
        # Miller's JSON contains raw control characters.
        record = json.loads(line, strict=False)
        tables[record.pop("file")].append(list(record.values()))
    return list(tables.values())


READERS: dict[str, Callable[[list[Path]], Tables]] = {
    "Python": read_python,
    "sqlite3": read_sqlite,
    "DuckDB": read_duckdb,
    "Arrow": read_arrow,
    "Text::CSV_XS": read_perl,
    "Miller": read_miller,
}

# How readers change cells, and why. The cells are changed in the same way before the comparison.
DIFFERENCES: dict[str, tuple[str, Callable[[str], str]]] = {
    "Miller": (
        "Go's encoding/csv, which it uses up to 6.8, reads CR LF in a cell as LF",
        lambda cell: cell.replace("\r\n", "\n"),
    ),
}


# One batch


def check(binary: str, rng: random.Random, first: int, count: int, folder: Path, tally: Counter) -> None:
    jobs = [job(rng, number) for number in range(first, first + count)]
    for number, each in enumerate(jobs):
        (folder / f"{number:03}.json").write_text(json.dumps(each), encoding="utf-8")
    options = [option for option in ("--csv-raw", "--csv-bom") if rng.random() < 0.5]
    raw = "--csv-raw" in options
    names = [f"{number:03}.json" for number in range(count)]
    inputs = [str(folder / name) for name in names]
    printed = _program([binary, "rows", *options, *inputs])
    (folder / "printed.csv").write_bytes(printed)
    _program([binary, "report", "-o", str(folder / "audit"), "--formats", "csv", *options, *inputs])
    files = [folder / "printed.csv", *sorted((folder / "audit").rglob("*.csv"))]
    for file in files:
        if file.read_bytes().startswith(MARK) != ("--csv-bom" in options):
            raise Failure(f"{options}: a byte order mark, or none", file)

    plain = read_python(files)
    expected: dict[str, Table] = {each["job_id"]: rows_of(each, raw, None) for each in jobs}
    printed_rows = [cells for path, each in zip(inputs, jobs) for cells in rows_of(each, raw, path)]
    _compare("the dumps", printed_rows, plain[0][1:], files[0])
    found = sorted(table[1:] for file, table in zip(files, plain) if file.name == "rows.csv")
    if sum(map(len, found)) != sum(map(len, expected.values())):
        raise Failure(f"{sum(map(len, found))} rows in all rows.csv, not {sum(map(len, expected.values()))}")
    for right, table in zip(sorted(expected.values()), found):
        _compare("the dumps", right, table, folder / "audit")
    for name, read in READERS.items():
        if name == "Python":
            continue
        for file, right, table in zip(files, plain, read(files), strict=True):
            if name in DIFFERENCES:
                right = [list(map(DIFFERENCES[name][1], record)) for record in right]
            _compare(name, right, table, file)
    tally["files"] += len(files)
    tally["cells"] += sum(len(record) for table in plain for record in table)


def _program(command: list[str]) -> bytes:
    status, printed, errors = run(command)
    if status:
        raise Failure(f"{command[1]}: exit status {status}, stderr {errors[-300:]!r}")
    return printed


def _compare(reader: str, expected: Table, found: Table, file: Path) -> None:
    if expected == found:
        return
    for number, (right, cells) in enumerate(zip(expected, found), 1):
        if right != cells:
            pair = next((pair for pair in zip(right, cells) if pair[0] != pair[1]), (right, cells))
            why = f"record {number}: {compare.short(pair[1])}, not {compare.short(pair[0])}"
            raise Failure(f"{reader}: {why}", file)
    raise Failure(f"{reader}: {len(found)} records, not {len(expected)}", file)


def main() -> int:
    options = parse(__doc__, 120, "dumps")
    rng = random.Random(f"csv:{options.seed}")
    tally: Counter = Counter()
    for first in range(0, options.count, BATCH):
        with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
            try:
                check(options.binary, rng, first, min(BATCH, options.count - first), Path(folder), tally)
            except Failure as failure:
                return fail(options, failure.file.name if failure.file else "a batch", failure)
    agree = f"{', '.join(READERS)} agree"
    print(f"{tally['files']} files, {tally['cells']} cells of {options.count} dumps: {agree} (seed {options.seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
