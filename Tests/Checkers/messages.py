"""Reads the messages of a report as their receivers do, and holds them against the published limits.

    messages.py FOLDER...

FOLDER has `report.*` or `index.*` of the formats eml, slack, teams and github. One line for each fault, then one line of
JSON for each folder with what was read.
"""

from __future__ import annotations

import email
import email.policy
import html.parser
import json
import re
import sys
import xml.etree.ElementTree
from pathlib import Path
from typing import Any

HEADERS = {"Date", "Subject", "Message-ID", "X-Unsent", "MIME-Version", "Content-Type"}
ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
# HTML elements without an end tag.
VOID = {"meta", "br"}
ALLOWED = VOID | {
    "html", "head", "title", "body", "div", "p", "bdi", "h1", "h2", "table", "tr", "td", "strong", "span", "ul", "li",
}  # fmt: skip


class Page(html.parser.HTMLParser):
    """The text of HTML, and its errors."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED:
            self.faults.append(f"<{tag}> in the mail")
        for name, value in attributes:
            if name.startswith("on") or name in ("href", "src") or "url(" in (value or ""):
                self.faults.append(f"{name} in the mail")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> does not fit")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def mail(path: Path) -> tuple[list[str], dict[str, Any]]:
    raw = path.read_bytes()
    faults = []
    if re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
        faults.append("a line does not end with CR LF")
    longest = max(len(line) for line in raw.split(b"\r\n"))
    if longest > 78:
        faults.append(f"a line of {longest} bytes")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    if not set(message.keys()) <= HEADERS or len(message.keys()) != len(set(message.keys())):
        faults.append(f"headers {message.keys()}")
    parts = list(message.walk())
    faults += [f"{part.get_content_type()}: {defect}" for part in parts for defect in part.defects]
    types = [part.get_content_type() for part in parts]
    if types != ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/xhtml+xml"]:
        return [*faults, f"parts {types}"], {}
    text, markup = (part.get_content().replace("\r\n", "\n") for part in parts[2:4])
    if ACTING.search(text):
        faults.append("the text has a character that acts")
    page = Page()
    page.feed(markup)
    page.close()
    faults += page.faults + [f"<{tag}> is not closed" for tag in page.open]
    if ACTING.search("".join(page.text)):
        faults.append("the HTML has a character that acts")
    attached = parts[4].get_content()
    xml.etree.ElementTree.fromstring(attached)
    if b'href="report.css"' in attached or b'href="failures.csv"' in attached:
        faults.append("the attached page points to a file that is not there")
    return faults, {
        "subject": message["Subject"], "date": message["Date"], "text": text, "html": "".join(page.text),
        "page": parts[4].get_filename(),
    }  # fmt: skip


def texts(value: Any) -> list[tuple[str, str]]:
    """Each text of a JSON value with the type of the object that it is in."""
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    if not isinstance(value, dict):
        return []
    own = [(str(value.get("type")), value["text"])] if isinstance(value.get("text"), str) else []
    return own + [text for item in value.values() for text in texts(item)]


def slack(path: Path) -> tuple[list[str], dict[str, Any]]:
    message = json.loads(path.read_text())
    faults = []
    blocks = message["blocks"]
    if len(blocks) > 50:
        faults.append(f"{len(blocks)} blocks")
    for block in blocks:
        if block["type"] == "header" and not 0 < len(block["text"]["text"]) <= 150:
            faults.append("the header is too long")
        fields = block.get("fields", [])
        if len(fields) > 10 or any(not 0 < len(field["text"]) <= 2000 for field in fields):
            faults.append("the fields are too many or too long")
        if block["type"] == "context" and len(block["elements"]) > 10:
            faults.append("too many elements")
    for kind, text in texts(blocks):
        if kind not in ("plain_text", "text"):
            faults.append(f"text in {kind}, where markup is read")
        if not text or ACTING.search(text):
            faults.append(f"{text!r} is empty or has a character that acts")
    # The fallback is read as markup, where mentions and links are in angle brackets.
    if re.search("[<>]|&(?!(amp|lt|gt);)", message["text"]) or len(message["text"]) > 4000:
        faults.append(f"the fallback {message['text']!r}")
    return faults, {"all": "".join(text for _, text in texts(blocks))}


def teams(path: Path) -> tuple[list[str], dict[str, Any]]:
    faults = []
    if path.stat().st_size > 28 * 1024:
        faults.append(f"{path.stat().st_size} bytes")
    message = json.loads(path.read_text())
    card = message["attachments"][0]["content"]
    for block in card["body"]:
        if block["type"] != "RichTextBlock" or any(run["type"] != "TextRun" for run in block["inlines"]):
            faults.append(f"{block['type']}, where Markdown may be read")
    for _, text in texts(card):
        if ACTING.search(text):
            faults.append(f"{text!r} has a character that acts")
    return faults, {"all": "".join(text for _, text in texts(card))}


def unescaped(text: str) -> str:
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def github(annotations: Path, summary: Path) -> tuple[list[str], dict[str, Any]]:
    faults = []
    counts: dict[str, int] = {}
    read = []
    for line in annotations.read_text().splitlines()[1:]:
        match = re.fullmatch(r"::(error|warning|notice) title=([^:,]*)::(.*)", line)
        if match is None:
            faults.append(f"{line!r} is no annotation")
            continue
        counts[match[1]] = counts.get(match[1], 0) + 1
        read.append([match[1], unescaped(match[2]), unescaped(match[3])])
    if any(count > 10 for count in counts.values()):
        faults.append(f"more than are shown: {counts}")
    if summary.stat().st_size > 1024 * 1024:
        faults.append("the step summary is too large")
    return faults, {"annotations": read}


def main(folders: list[str]) -> None:
    for name in folders:
        folder = Path(name)
        stem = "index" if (folder / "index.eml").exists() else "report"
        result: dict[str, Any] = {"folder": name}
        for key, read in [
            ("mail", mail(folder / f"{stem}.eml")),
            ("slack", slack(folder / f"{stem}.slack.json")),
            ("teams", teams(folder / f"{stem}.teams.json")),
            ("github", github(folder / f"{stem}.github.txt", folder / f"{stem}.github.md")),
        ]:
            for fault in read[0]:
                print(f"{name}: {key}: {fault}")
            result[key] = read[1]
        print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
