"""Checks pages in Markdown: every table is one for GitHub, and each of its rows has as many cells as its header.

    markdown_tables.py FILE...

Prints a line for each fault. Exit status: 0 none, 1 some.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import cmarkgfm
from cmarkgfm.cmark import Options

EXTENSIONS = ["table", "autolink", "strikethrough", "tagfilter", "tasklist"]
ALLOWED = {"h1", "h2", "h3", "h4", "p", "em", "strong", "ul", "li", "blockquote", "a", "table", "thead", "tbody", "tr", "th", "td"}
RULE = re.compile(r"\|( :?-+:? \|)+$|\|( \|)+$")


def source_cells(line: str) -> int:
    return len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) - 1


class Page(HTMLParser):
    """Counts the rows of each table as a browser would see them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[int] = []
        self.others: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED:
            self.others.add(tag)
        if tag == "table":
            self.tables.append(0)
        if tag == "tr":
            self.tables[-1] += 1


def faults(text: str) -> list[str]:
    found: list[str] = []
    tables: list[int] = []
    width = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("|"):
            width = 0
            continue
        cells = source_cells(line)
        if width == 0:
            width = cells
            tables.append(0)
        elif cells != width:
            found.append(f"line {number}: {cells} cells in a table of {width}")
        if not re.fullmatch(r"\|( :?-+:? \|)+", line):
            tables[-1] += 1
        if not line.endswith("|"):
            found.append(f"line {number}: a row without its end")
    page = Page(cmarkgfm.markdown_to_html_with_extensions(text, options=Options.CMARK_OPT_UNSAFE, extensions=EXTENSIONS))
    if page.tables != tables:
        found.append(f"rows of the tables: {page.tables} rendered, {tables} written")
    if page.others:
        found.append(f"elements that no page has: {sorted(page.others)}")
    if not text.endswith("\n"):
        found.append("the last line has no end")
    return found


def main() -> int:
    status = 0
    for name in sys.argv[1:]:
        for fault in faults(Path(name).read_text("utf-8")):
            print(f"{name}: {fault}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
