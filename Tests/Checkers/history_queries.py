"""Runs the queries of Docs/history.md on a history: in SQLite, in DuckDB, and over HTTP in Datasette. All give the same rows.

history_queries.py DOCUMENT HISTORY
"""

import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import urllib.parse

import duckdb
import duckdb_extension_sqlite_scanner


def rounded(rows):
    def plain(value):
        return round(float(value), 9) if isinstance(value, (int, float)) and not isinstance(value, bool) else value

    return [tuple(plain(value) for value in row) for row in rows]


def main() -> None:
    document, history = (pathlib.Path(argument) for argument in sys.argv[1:])
    blocks = re.findall(r"^```sql( duckdb)?\n(.*?)^```", document.read_text(), re.M | re.S)
    shared = [query for kind, query in blocks if not kind]
    own = [query for kind, query in blocks if kind]
    assert len(shared) >= 5 and len(own) == 1, "the document has other queries"

    lite = sqlite3.connect(f"file:{history}?mode=ro", uri=True)
    folder = pathlib.Path(duckdb_extension_sqlite_scanner.__file__).parent
    extension = next(folder.glob("extensions/*/sqlite_scanner.duckdb_extension"))
    duck = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    duck.execute(f"LOAD '{extension}'")
    for query in own:
        assert "'imports.sqlite'" in query
        assert duck.execute(query.replace("'imports.sqlite'", f"'{history}'")).fetchall()
    names = [row[0] for row in lite.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    for name in names:
        # DuckDB reports an error unless each column has a single type.
        duck.execute(f"SELECT * FROM {name}").fetchall()
    for query in shared:
        expected = rounded(lite.execute(query).fetchall())
        assert expected, ("no rows", query)
        found = rounded(duck.execute(query.rstrip().rstrip(";")).fetchall())
        # Rows with the same key may be in any order.
        assert sorted(found, key=repr) == sorted(expected, key=repr), ("DuckDB", query, found[:3], expected[:3])
        address = f"/{history.stem}.json?" + urllib.parse.urlencode({"sql": query.rstrip().rstrip(";")})
        page = subprocess.run(
            [sys.executable, "-m", "datasette", "serve", str(history), "--get", address], capture_output=True, text=True)
        assert page.returncode == 0, page.stderr
        assert rounded(json.loads(page.stdout)["rows"]) == expected, ("Datasette", query)
    for name in names:
        page = subprocess.run(
            [sys.executable, "-m", "datasette", "serve", str(history), "--get", f"/{history.stem}/{name}"],
            capture_output=True, text=True)
        assert page.returncode == 0, (name, page.stderr)
        # Text of a dump must be plain text on the pages.
        assert "<script>alert" not in page.stdout and "<svg/onload" not in page.stdout, name
    print(len(shared), "queries,", len(names), "tables and views")


main()
