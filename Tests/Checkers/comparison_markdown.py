"""Renders what `compare --format markdown` printed with GitHub's own renderer, and compares it with the JSON.

    comparison_markdown.py JSON MARKDOWN

Every row of every table has its cells, the tables of messages say what the JSON says, and nothing that a dump holds
became anything but text. Exit status: 0 all so, 1 not.
"""

from __future__ import annotations

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import cmarkgfm
from cmarkgfm.cmark import Options

EXTENSIONS = ["table", "autolink", "strikethrough", "tagfilter", "tasklist"]
ALLOWED = {"h1", "h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "strong"}
PATTERNS_LISTED, CODES_LISTED, CHARACTERS_SHOWN = 10, 50, 500


class Page(HTMLParser):
    """The tables of a page by the heading before them, each a list of rows of cells."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[str, list[list[str]]]] = []
        self.unexpected: list[str] = []
        self.heading = self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED or any(name != "align" for name, _ in attrs):
            self.unexpected.append(f"<{tag} {attrs}>")
        if tag in ("td", "th", "h1", "h2", "h3"):
            self.text = ""
        elif tag == "table":
            self.tables.append((self.heading, []))
        elif tag == "tr":
            self.tables[-1][1].append([])

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.tables[-1][1][-1].append(self.text)
        elif tag in ("h1", "h2", "h3"):
            self.heading = self.text

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.unexpected.append(f"<!--{data}-->")


def plain(text: str | None, none: str = "") -> str:
    """What must come through whatever is done to the rest: letters, digits, and the marks that tables live on."""
    return re.sub(r"[^\w|<>`*\[\]]", "", none if text is None else text)


def shown(text: str | None, none: str) -> str:
    if text is None or len(text) <= CHARACTERS_SHOWN:
        return none if text is None else text
    # A pattern as long as patterns are kept was probably longer.
    if 1_020 < len(text.encode("utf-8", "surrogatepass")) <= 1_024:
        return f"{text[:CHARACTERS_SHOWN]}… (cut after {CHARACTERS_SHOWN} characters)"
    return f"{text[:CHARACTERS_SHOWN]}… ({CHARACTERS_SHOWN} of {len(text):,} characters)"


def rows(number: int, exact: bool) -> str:
    return f"{number:,}" if exact else "?" if number == 0 else f"{number:,}+"


def expected(message: dict) -> list[str]:
    text = shown(message["pattern"], "(no message)")
    for side in ("before", "after"):
        own = message[f"pattern_{side}"]
        if own is not None and own != message["pattern"]:
            text += f" ({side}: {shown(own, '')})"
    counts = [rows(message[side], message[f"{side}_exact"]) for side in ("before", "after")]
    return [plain(text), message["change"].replace("-", " "), *counts]


def faults(document: dict, page: Page) -> list[str]:
    found = [f"unexpected {each}" for each in page.unexpected]
    for heading, table in page.tables:
        found += [f"{heading!r}: {row}" for row in table if len(row) != len(table[0])]
    codes = [code for code in document["codes"][:CODES_LISTED] if code.get("messages")]
    tables = [table for table in page.tables if table[1][0][0] == "Message"]
    if len(codes) != len(tables):
        return found + [f"{len(tables)} tables of messages for {len(codes)} codes"]
    for code, (heading, table) in zip(codes, tables):
        if plain(heading) != plain(code["code"], "(no code)"):
            found.append(f"heading {heading!r} of {code['code']!r}")
        wanted = [expected(message) for message in code["messages"][:PATTERNS_LISTED]]
        other = code["other_messages"]
        if other["before"] or other["after"]:
            wanted.append([plain("(patterns that are not listed)"), "", *(f"{other[s]:,}" for s in ("before", "after"))])
        got = [[plain(row[0]), *row[1:4]] for row in table[1:]]
        found += [f"{code['code']!r}: {one} is not {two}" for one, two in zip(got, wanted) if one != two]
        if len(got) != len(wanted):
            found.append(f"{code['code']!r}: {len(got)} rows, not {len(wanted)}")
    return found


def main() -> int:
    document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    markdown = Path(sys.argv[2]).read_text(encoding="utf-8")
    # Unsafe, so that HTML that was not escaped shows.
    page = Page(cmarkgfm.markdown_to_html_with_extensions(markdown, Options.CMARK_OPT_UNSAFE, EXTENSIONS))
    found = faults(document, page)
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
