"""Writes one tree of values as JSON text in any of its legal dresses."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from typing import Any


class Token(str):
    """Text that is written as it stands: a number in a chosen form."""


class Obj(list):
    """An object as (key, value) pairs, so that order and duplicates are the generator's choice."""


@dataclass(frozen=True)
class Style:
    newline: str = ""  # "" for minified
    indent: str = ""
    colon: str = ":"
    comma: str = ","
    odd: float = 0.0  # the probability of white space between two tokens
    ascii: bool = False
    escaped: float = 0.0  # the probability that a character is needlessly escaped


SHORT = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SURROGATE = re.compile("[\ud800-\udfff]")


def random_style(rng: random.Random) -> Style:
    layout = rng.choice(["minified"] * 4 + ["indent2", "indent4", "crlf", "tab", "spaced", "odd", "odd"])
    dress = {
        "minified": {},
        "indent2": dict(newline="\n", indent="  ", colon=": "),
        "indent4": dict(newline="\n", indent="    ", colon=": "),
        "crlf": dict(newline="\r\n", indent="  ", colon=": "),
        "tab": dict(newline="\n", indent="\t", colon=" : "),
        "spaced": dict(colon=": ", comma=", "),
        "odd": dict(odd=rng.choice([0.05, 0.4, 0.9])),
    }[layout]
    return Style(ascii=rng.random() < 0.4, escaped=rng.choice([0, 0, 0, 0, 0.01, 0.2, 1.0]), **dress)


def write(value: Any, style: Style, rng: random.Random) -> str:
    parts: list[str] = []
    _write(value, style, rng, style.newline, parts)
    if style.odd:
        parts = [part + _space(style, rng) for part in parts]
        parts.insert(0, _space(style, rng))
    return "".join(parts)


def _space(style: Style, rng: random.Random) -> str:
    if rng.random() >= style.odd:
        return ""
    return "".join(rng.choices(" \t\n\r", k=rng.choice([1, 1, 2, 3, 17, 70])))


def _write(value: Any, style: Style, rng: random.Random, line: str, parts: list[str]) -> None:
    if isinstance(value, Token):
        parts.append(value)
    elif isinstance(value, str):
        parts.append(_string(value, style, rng))
    elif value is None or isinstance(value, bool):
        parts.append(json.dumps(value))
    elif isinstance(value, Obj):
        _container("{}", value, style, rng, line, parts)
    else:
        _container("[]", value, style, rng, line, parts)


def _container(
    brackets: str, items: list, style: Style, rng: random.Random, line: str, parts: list[str]
) -> None:
    deeper = line + style.indent
    parts.append(brackets[0])
    for position, item in enumerate(items):
        if position:
            parts.append(style.comma)
        if style.newline:
            parts.append(deeper)
        if brackets == "{}":
            key, item = item
            parts.append(_string(key, style, rng))
            parts.append(style.colon)
        _write(item, style, rng, deeper, parts)
    if items and style.newline:
        parts.append(line)
    parts.append(brackets[1])


def _string(text: str, style: Style, rng: random.Random) -> str:
    if not style.escaped:
        plain = json.dumps(text, ensure_ascii=style.ascii)
        # A lone surrogate cannot be encoded in UTF-8, only escaped.
        return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", plain)
    return '"' + "".join(_character(character, style, rng) for character in text) + '"'


def _character(character: str, style: Style, rng: random.Random) -> str:
    code = ord(character)
    forced = code < 0x20 or character in '"\\' or 0xD800 <= code <= 0xDFFF or (style.ascii and code > 0x7E)
    if not forced and rng.random() >= style.escaped:
        return character
    if character in SHORT and rng.random() < 0.7:
        return SHORT[character]
    digits = rng.choice(["{:04x}", "{:04X}"])
    if code > 0xFFFF:
        code -= 0x10000
        return "\\u" + digits.format(0xD800 + (code >> 10)) + "\\u" + digits.format(0xDC00 + (code & 0x3FF))
    return "\\u" + digits.format(code)
