"""Workbooks read and written by Python's own zip and XML, so that nothing is lost on the way: exact digits, escapes."""

from __future__ import annotations

import posixpath
import random
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
DOCUMENTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
GENERAL = 0
# Formats in workbooks made by hand: numbers of formats that programs know, and codes of others.
FORMATS = [0, 10, 14, "yyyy\"<&>\"", "0.000", 44]


class Book:
    sheet: str
    from1904: bool
    # For each row that is not empty, the cells by column, counted from 0: kind, exact value, format.
    rows: list


def local(tag: str) -> str:
    return tag.rpartition("}")[2]


def children(node, name):
    return [child for child in node if local(child.tag) == name]


def text_of(item) -> str:
    """The text of an item: its runs, and not how they are read aloud."""
    parts = []
    for child in item:
        if local(child.tag) == "t":
            parts.append(child.text or "")
        elif local(child.tag) == "r":
            parts += [each.text or "" for each in children(child, "t")]
    return "".join(parts)


def column_of(name: str) -> int:
    number = 0
    for letter in re.match("[A-Z]+", name)[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1


def read(path) -> Book:
    with zipfile.ZipFile(path) as zipped:
        if zipped.testzip() is not None:
            raise AssertionError(f"{path} is damaged")
        names = {name.lower(): name for name in zipped.namelist()}

        def part(name):
            return ElementTree.fromstring(zipped.read(names[name.lower()]))

        def relationships(of):
            folder, base = posixpath.split(of)
            name = posixpath.join(folder, "_rels", base + ".rels")
            found = {}
            for each in part(name):
                target = each.get("Target")
                target = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
                found[each.get("Id")] = (each.get("Type").rpartition("/")[2], target)
            return found

        main = next(target for kind, target in relationships("").values() if kind == "officeDocument")
        book = part(main)
        linked = relationships(main)
        result = Book()
        result.from1904 = any(each.get("date1904") in ("1", "true") for each in children(book, "workbookPr"))
        sheet = children(children(book, "sheets")[0], "sheet")[0]
        result.sheet = sheet.get("name")
        target = linked[next(value for name, value in sheet.items() if local(name) == "id" and name.startswith("{"))][1]

        formats = [GENERAL]
        for kind, name in linked.values():
            if kind == "styles":
                styles = part(name)
                codes = {int(each.get("numFmtId")): each.get("formatCode")
                         for group in children(styles, "numFmts") for each in group}
                formats = [codes.get(int(each.get("numFmtId") or 0), int(each.get("numFmtId") or 0))
                           for group in children(styles, "cellXfs") for each in group] or [GENERAL]
        shared = []
        for kind, name in linked.values():
            if kind == "sharedStrings":
                shared = [text_of(item) for item in part(name)]

        result.rows = []
        for row in children(part(target), "sheetData")[0]:
            cells = {}
            column = -1
            for cell in children(row, "c"):
                column = column_of(cell.get("r")) if cell.get("r") else column + 1
                kind = cell.get("t", "n")
                value = next((each.text or "" for each in children(cell, "v")), None)
                if kind == "inlineStr":
                    value = next((text_of(each) for each in children(cell, "is")), None)
                if value is None or (value == "" and kind not in ("str", "inlineStr")):
                    continue
                if kind == "s":
                    value = shared[int(value)]
                kind = {"n": "number", "b": "boolean", "e": "error", "d": "date"}.get(kind, "text")
                cells[column] = (kind, value, formats[int(cell.get("s", "0"))])
            if any(value for _, value, _ in cells.values()):
                result.rows.append(cells)
        return result


def name_of(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def write(path, sheet: str, rows, draw: random.Random, decoy: bool = False) -> None:
    """Writes rows of cells (kind, value, index of a format; None for an empty one) as few programs would."""
    namespace = draw.choice([MAIN, STRICT])
    prefix = draw.choice(["", "x:"])
    declared = f'xmlns:x="{namespace}"' if prefix else f'xmlns="{namespace}"'
    shared: list[str] = []
    body = []

    def characters(value: str) -> str:
        return escape(value).replace("\r", "&#13;")

    def tag(name, attributes="", content=None):
        if content is None:
            return f"<{prefix}{name}{attributes}/>"
        return f"<{prefix}{name}{attributes}>{content}</{prefix}{name}>"

    def run(value):
        return tag("t", ' xml:space="preserve"', characters(value))

    def item(value):
        """As one text, or as runs with a reading aloud."""
        if draw.random() < 0.5 or len(value) < 2:
            return run(value)
        cut = draw.randrange(1, len(value))
        phonetic = tag("rPh", ' sb="0" eb="1"', run("reading")) if draw.random() < 0.5 else ""
        return (tag("r", "", tag("rPr", "", tag("b")) + run(value[:cut])) + tag("r", "", run(value[cut:])) + phonetic)

    number = 0
    for _, cells in rows:
        number += 1
        if draw.random() < 0.1:
            body.append(tag("row", f' r="{number}"', ""))
            number += 1
        named = draw.random() < 0.8 or number != len(body) + 1
        written = []
        is_named = True
        for column, cell in enumerate(cells):
            if cell is None:
                if draw.random() < 0.5:
                    written.append(tag("c", f' r="{name_of(column)}{number}" s="1"'))
                    is_named = False
                else:
                    is_named = True
                continue
            kind, value, style = cell
            place = f' r="{name_of(column)}{number}"' if is_named or draw.random() < 0.5 else ""
            is_named = False
            style = f' s="{style}"' if style or draw.random() < 0.3 else ""
            formula = tag("f", "", "1+1") if draw.random() < 0.1 else ""
            kinds = {"number": draw.choice(["", ' t="n"']), "boolean": ' t="b"', "error": ' t="e"', "date": ' t="d"'}
            if kind != "text":
                written.append(tag("c", place + style + kinds[kind], formula + tag("v", "", characters(value))))
            elif formula:
                written.append(tag("c", place + style + ' t="str"', formula + tag("v", "", characters(value))))
            elif draw.random() < 0.5:
                shared.append(value)
                written.append(tag("c", place + style + ' t="s"', tag("v", "", str(len(shared) - 1))))
            else:
                written.append(tag("c", place + style + ' t="inlineStr"', tag("is", "", item(value))))
        attributes = (f' r="{number}"' if named else "") + draw.choice(["", ' hidden="1"', ' spans="1:1000000"'])
        body.append(tag("row", attributes, "".join(written) + draw.choice(["", tag("extLst")])))
    data = "".join(draw.choice(["", "\n", "<!-- <c> -->"]) + each for each in body)
    codes = [code for code in FORMATS if isinstance(code, str)]
    ids = [200 + codes.index(code) if isinstance(code, str) else code for code in FORMATS]
    numbers = "".join(
        tag("numFmt", f' numFmtId="{200 + at}" formatCode={quoteattr(code)}') for at, code in enumerate(codes))
    sheets = tag("sheet", f" name={quoteattr(sheet)} sheetId=\"7\" r:id=\"one\"")
    if decoy:
        sheets += tag("sheet", ' name="decoy" sheetId="8" state="hidden" r:id="two"')
    items = "".join(tag("si", "", item(value)) for value in shared)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
                       f'Type="{DOCUMENTS}/officeDocument" Target="{draw.choice(["/", ""])}xl/Book.xml"/></Relationships>',
        "xl/book.xml": f'<{prefix}workbook {declared} xmlns:r="{DOCUMENTS}">'
                       + tag("workbookPr", draw.choice(["", ' date1904="1"', ' date1904="0"']))
                       + tag("sheets", "", sheets) + f"</{prefix}workbook>",
        "xl/_rels/Book.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
                                  f'<Relationship Id="st" Type="{DOCUMENTS}/styles" Target="../xl/./styles.xml"/>'
                                  f'<Relationship Id="sh" Type="{DOCUMENTS}/sharedStrings" Target="/xl/texts.xml"/>'
                                  f'<Relationship Id="two" Type="{DOCUMENTS}/worksheet" Target="two.xml"/>'
                                  f'<Relationship Id="one" Type="{DOCUMENTS}/worksheet" Target="deep/er/one.xml"/>'
                                  "</Relationships>",
        "xl/two.xml": f"<{prefix}worksheet {declared}>{tag('sheetData', '', '')}</{prefix}worksheet>",
        "xl/deep/er/one.xml": f"<{prefix}worksheet {declared}>" + tag("dimension", ' ref="A1:XFD1048576"')
                              + tag("sheetData", "", data)
                              + tag("mergeCells", "", tag("mergeCell", f' ref="A{number + 5}:B{number + 6}"'))
                              + f"</{prefix}worksheet>",
        "xl/texts.xml": f"<{prefix}sst {declared}>{items}</{prefix}sst>",
        "xl/styles.xml": f"<{prefix}styleSheet {declared}>" + tag("numFmts", "", numbers)
                         + tag("cellXfs", "", "".join(tag("xf", f' numFmtId="{each}"') for each in ids))
                         + f"</{prefix}styleSheet>",
    }
    order = list(parts)
    draw.shuffle(order)
    with zipfile.ZipFile(path, "w", draw.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as zipped:
        for name in order:
            encoding = draw.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"])
            declaration = f'<?xml version="1.0" encoding="{"UTF-16" if encoding == "utf-16" else "UTF-8"}"?>\n'
            zipped.writestr(name, (declaration + parts[name]).encode(encoding))


