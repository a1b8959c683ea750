"""Renders escaped texts with GitHub's own renderer and checks that each is inert and comes back.

    markdown_inert.py FILE

A line of FILE is a text and what the program escaped it to, both in hexadecimal. Exit status: 0 all inert, 1 not.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser

import cmarkgfm
import escaped_pairs
from cmarkgfm.cmark import Options

EXTENSIONS = ["table", "autolink", "strikethrough", "tagfilter", "tasklist"]
# Unsafe, so that HTML that was not escaped shows.
OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES

CONTEXTS = {
    "paragraph": "TEXT\n\n[^1]: a note\n",
    "sentence": "**Word.** TEXT and more.\n",
    "heading": "#### TEXT\n\nAfter.\n",
    "list item": "- 3 × TEXT (e.g. row 7: TEXT)\n- next\n",
    "bare list item": "- TEXT\n- next\n",
    "table cell": "| Code | Rows |\n| :--- | ---: |\n| TEXT | 1 |\n| a TEXT | TEXT |\n",
    "quotation": "> **The error.** TEXT: TEXT\n",
}
MARK = "Qtextq"
SPACE = " \t\n\v\f\r\x85\xa0\u2028\u2029"

# Patterns that GitHub looks for in rendered text.
LURES = [
    re.compile(r"@[0-9A-Za-z]"),
    re.compile(r"#[0-9A-Za-z]"),
    re.compile(r"(?i)gh-[0-9]"),
    re.compile(r"(?i)(https?|ftp)://"),
    re.compile(r"(?i)www\."),
    re.compile(r":[a-z0-9_+-]*[a-z+-][a-z0-9_+-]*:|:100:|:1234:"),
    re.compile(r"\$[^\u200b]"),
]


class Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(f"<{tag} {sorted(attrs)}>")
        self.text += " "

    def handle_endtag(self, tag: str) -> None:
        self.elements.append(f"</{tag}>")
        self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.elements.append(f"<!--{data}-->")

    handle_decl = handle_pi = unknown_decl = handle_comment


def render(source: str) -> Page:
    return Page(cmarkgfm.markdown_to_html_with_extensions(source, options=OPTIONS, extensions=EXTENSIONS))


def is_replaced(char: str) -> bool:
    code = ord(char)
    control = code < 0x20 or 0x7F <= code < 0xA0
    return (
        (control and char not in SPACE)
        or 0x202A <= code <= 0x202E
        or 0x2066 <= code <= 0x2069
        or code in (0xFEFF, 0xFFFE, 0xFFFF)
    )


def folded(text: str) -> str:
    return " ".join(text.replace("\u200b", "").split())


def faults(text: str, escaped: str) -> list[str]:
    found = []
    if "\n" in escaped or "\r" in escaped:
        found.append("more than one line")
    # White space at the ends is dropped, as in HTML.
    shown = "".join("\ufffd" if is_replaced(char) else char for char in text.strip(SPACE))
    for name, context in CONTEXTS.items():
        plain = render(context.replace("TEXT", MARK if shown else ""))
        page = render(context.replace("TEXT", escaped))
        if page.elements != plain.elements:
            extra = [each for each in page.elements if each not in plain.elements]
            found.append(f"{name}: other elements, {extra or page.elements}")
        elif folded(page.text) != folded(plain.text.replace(MARK, shown)):
            found.append(f"{name}: reads {folded(page.text)!r}")
    page = render(f"{escaped}\n")
    for lure in LURES:
        if match := lure.search(page.text.rstrip(" \n")):
            found.append(f"GitHub would act on {match.group()!r}")
    return found


if __name__ == "__main__":
    sys.exit(escaped_pairs.check(faults))
