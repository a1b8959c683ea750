"""The contract's CSV: RFC 4180, UTF-8, CRLF, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
import sys

csv.field_size_limit(sys.maxsize)

_GUARDED = ("=", "+", "-", "@", "\t", "\r")
_FIELD = rb'(?:"(?:[^"]|"")*+"|[^",\r\n]*+)'
_RECORD = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+\r\n")


def cell(text: str | None) -> str:
    """What the contract says a cell holds for this text."""
    if text is None:
        return ""
    text = text.replace("\0", "\ufffd")
    return "'" + text if text.startswith(_GUARDED) else text


def table(data: bytes) -> list[list[str]]:
    """The records of a CSV file. Raises ValueError if the bytes are not RFC 4180 with CRLF and UTF-8."""
    end = 0
    while end < len(data):
        record = _RECORD.match(data, end)
        if record is None:
            raise ValueError(f"not a CSV record ended by CRLF, at byte {end}: {data[end:end + 60]!r}")
        end = record.end()
    try:
        return list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
    except csv.Error as error:
        raise ValueError(str(error)) from error
