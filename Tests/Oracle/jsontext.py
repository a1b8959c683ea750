"""Strict JSON (RFC 8259) with nothing lost: members in file order, numbers as they are written."""

from __future__ import annotations

import json
import re
import sys
from decimal import Decimal
from typing import Any

BOM = b"\xef\xbb\xbf"

# Python's json recurses. The corpus is nested 1,000 levels deep, which exceeds Python's default limit.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 5000))


class Number(str):
    """A number as it is written: `1e2` stays `1e2`, and a number of 10,000 digits is no trouble."""


class Members(list):
    """An object as its (key, value) pairs, duplicates kept."""


def _refuse_constant(name: str) -> Any:
    # Python's json accepts NaN and the infinities, RFC 8259 does not.
    raise ValueError(f"{name} is not JSON")


def decoder() -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=Members,
        parse_int=Number,
        parse_float=Number,
        parse_constant=_refuse_constant,
        strict=True,
    )


def load(data: bytes) -> Any:
    """The value of one JSON text in UTF-8, one leading BOM allowed. Raises ValueError."""
    try:
        return decoder().decode(data.removeprefix(BOM).decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deep") from None


def accepts(data: bytes) -> bool:
    try:
        load(data)
    except ValueError:
        return False
    return True


def clean(text: str) -> str:
    """Lone surrogates become U+FFFD, one for one (json has already joined the pairs)."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def compact(value: Any) -> str:
    """The text of a value without white space: numbers as they are written, strings with no escape but what must be."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        return _string(clean(value))
    if isinstance(value, Members):
        return "{" + ",".join(_string(clean(key)) + ":" + compact(member) for key, member in value) + "}"
    return "[" + ",".join(map(compact, value)) + "]"


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
LARGEST_COUNT = 2**63 - 1


def whole(number: Number) -> int | None:
    """The exact whole number from 0 to 2^63-1 that is written here, in any form; None if it is no such number."""
    sign, digits, fraction, exponent = _NUMBER.fullmatch(number).groups()
    significant = (digits + (fraction or "")).lstrip("0")
    if not significant:
        return 0
    power = (exponent or "0").lstrip("+-0") or "0"  # Python refuses integers with thousands of digits, even zeros.
    if sign or len(power) > 9:
        return None
    power = int(power) * (-1 if exponent and exponent[0] == "-" else 1) - len(fraction or "")
    if len(significant) + power > 20:
        return None
    if power < 0:
        kept, dropped = significant[:power], significant[power:]
        if dropped.strip("0"):
            return None
        value = int(kept or 0)
    else:
        value = int(significant) * 10**power
    return value if value <= LARGEST_COUNT else None


def load_output(data: bytes) -> Any:
    """A JSON document that the program wrote: plain dictionaries, decimals kept exact."""
    return json.loads(data.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse_constant)
