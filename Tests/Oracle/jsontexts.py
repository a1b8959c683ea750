"""Random texts for `json_readers.py`: JSON in all its forms, and what is almost JSON. Also texts without what readers
disagree about."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

from content import DECOYS, MESSAGES
from dress import Obj, Token, random_style, write

KEYS = ["a", "b", "", "key", "\u00e9", "\U0001f600", "a\0b", "__proto__", "x" * 70, "\\", '"', "//", "\ud800"]
CHARACTERS = 'az09 "\\/\b\f\n\r\t\0\x1f\x7f\x80\u00e9\u2028\u20ac\u65e5\ud7ff\ue000\ufdd0\ufeff\uffff'
CHARACTERS += "\U00010000\U0001f600\U0010ffff"

NOT_NUMBERS = """
    01 -01 00 -00.5 0123 +1 +0 1. -1. .5 -.5 1.e5 1e 1e+ 1E- e5 1e1.5 1e5e5 1..2 1.2.3 -- --1 - -a 1- 1+1 0x1F 0b1 0o7
    1_000 1,000 1a 1f 1L \u0661 1\u0662 \u22121 1e\u0663 1e+-5 0e 0.e1 1/2 $1 1% \u00bd \u00b2
""".split()
NOT_VALUES = r"""
    NaN nan -nan NAN nan1 Infinity -Infinity +Infinity infinity inf None True False TRUE nul tru fals nulll truee null0
    undefined 'text' `text` text a:1 new(1) {a:1} {'a':1} {1:2} {"a"} {"a":} {:1} {"a":1,} {,} {"a"::1} {"a":1:2}
    {"a","b"} {"a"=1} [1,] [,1] [,] [1,,2] [1;2] [1:2] [ [} {] ] } (1) [1}2] <a> ... 1;2 \ \n "a""b" ""a"" "
""".split()
BAD_ESCAPES = rb"""
    \x41 \a \' \0 \U0041 \u \u1 \u12 \u123 \u{41} \u+123 \u00g1 \ud83d\u \ud83d\ude \uD83D\uDE0g
""".split()
BAD_ESCAPES += [rb"\u 123", rb"\ ", b"\\\n", b"\\\0", b"\\\xff", "\\\u00e9".encode(), "\\u\uff11234".encode()]
SURROGATES = rb"""
    \ud800 \udbff \udc00 \uDFFF \ude00\ud83d \ud83d\ud83d\ude00 \ud83d\u0041 \ud83dx\ude00 \ud83d\\ude00 \ud83d\n
    \ud83d\ude00 \uD83D\uDE00
""".split()
BAD_UTF8 = """
    80 bf c080 c1bf c3 c328 e282 e080af e09fbf eda080 edbfbf eda0bdedb880 f09f98 f08fbfbf f4908080 f5808080 f888808080
    fe ff e974e9 c3a9a9
"""
BAD_UTF8 = [bytes.fromhex(each) for each in BAD_UTF8.split()]
SPACE = [each.encode() for each in "\x0b\x0c\0\x1e\x7f\x85\u00a0\u2028\u3000\ufeff\u200b"] + [b"\x85"]
COMMENTS = [b"/**/", b"/* a */", b"// a\n", b"# a\n", b"<!-- a -->", b"--a\n", b"/", b"//", b"/*"]
TELLING = b'{}[]",:\\/ \t\n\r0123456789-+.eEtfnu\x00\x1f\x7f\x80\xbf\xc0\xc3\xe2\xed\xf4\xff'


def make(rng: random.Random) -> tuple[str, bytes]:
    """The kind of a text, and its bytes."""
    if rng.random() < 0.03:
        return "deep", deep(rng)
    text = valid(rng)
    if rng.random() < 0.35:
        return "valid", text
    kind = rng.choice(list(MUTATIONS))
    for _ in range(rng.choice([1, 1, 1, 1, 2, 3])):
        text = MUTATIONS[kind](rng, text)
    return kind, text


# JSON


def valid(rng: random.Random) -> bytes:
    value = tree(rng, rng.choice([0, 0, 1, 2, 3, 5]))
    text = write(value, random_style(rng), rng).encode("utf-8")
    return rng.choice([b"", b"", b" ", b"\t\r\n "]) + text + rng.choice([b"", b"", b"\n", b" " * 70])


def tree(rng: random.Random, depth: int) -> Any:
    if depth and rng.random() < 0.75:
        items = range(rng.choice([0, 1, 2, 3, 5]))
        if rng.random() < 0.5:
            return [tree(rng, depth - 1) for _ in items]
        return Obj([(rng.choice(KEYS), tree(rng, depth - 1)) for _ in items])
    leaf = rng.randrange(8)
    if leaf < 3:
        return Token(number(rng))
    if leaf < 6:
        return string(rng)
    return rng.choice([None, True, False]) if leaf == 6 else rng.choice(DECOYS + MESSAGES["hostile"])


def number(rng: random.Random) -> str:
    def digits(most: int) -> str:
        return "".join(rng.choices("0123456789", k=rng.choice([1, 1, 2, 3, 9, most])))

    whole = rng.choice(["0", rng.choice("123456789") + rng.choice(["", digits(18), digits(320)])])
    fraction = rng.choice(["", "", "." + digits(40)])
    exponent = rng.choice(["", "", rng.choice("eE") + rng.choice(["", "+", "-"]) + digits(5)])
    return rng.choice(["", "", "-"]) + whole + fraction + exponent


def string(rng: random.Random) -> str:
    length = rng.choice([0, 1, 2, 5, 15, 31, 63, 64, 65, 200])
    pool = CHARACTERS if rng.random() < 0.5 else "abc \u00e9"
    return "".join(rng.choices(pool, k=length)) + ("\ud83d" if rng.random() < 0.04 else "")


def deep(rng: random.Random) -> bytes:
    """On either side of the limits of all readers."""
    levels = rng.choice([200, 900, 1000, 1100, 1500, 3000, 9000, 9900, 10_100, 12_000, 30_000])
    opened, closed = rng.choice([(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]"), (b"[[],", b"]")])
    levels //= 2 if opened.startswith(b"[{") else 1
    short = rng.choice([0, 0, 0, 1])
    return opened * levels + b"0" + closed * (levels - short)


# Almost JSON


def _insert(text: bytes, at: int, part: bytes) -> bytes:
    return text[:at] + part + text[at:]


def in_string(parts: list[bytes]) -> Callable[[random.Random, bytes], bytes]:
    """A mutation that puts one of the parts somewhere into a string."""

    def mutate(rng: random.Random, text: bytes) -> bytes:
        strings = [found for found in STRING.finditer(text)]
        if not strings or rng.random() < 0.1:
            before = b"a" * rng.choice([0, 1, 14, 30, 62, 63, 64, 200])
            return b'"' + before + rng.choice(parts) + rng.choice([b"", b"b"]) + b'"'
        found = rng.choice(strings)
        return _insert(text, rng.randrange(found.start() + 1, found.end()), rng.choice(parts))

    return mutate


def between(parts: list[bytes]) -> Callable[[random.Random, bytes], bytes]:
    """A mutation that puts one of the parts between two tokens."""

    def mutate(rng: random.Random, text: bytes) -> bytes:
        places = [0, len(text)] + [found.end() for found in TOKEN.finditer(text)]
        return _insert(text, rng.choice(places), rng.choice(parts))

    return mutate


def as_value(texts: list[str]) -> Callable[[random.Random, bytes], bytes]:
    """A mutation that replaces a value, or the whole text, by one of the texts."""

    def mutate(rng: random.Random, text: bytes) -> bytes:
        scalars = [found for found in SCALAR.finditer(text)]
        new = rng.choice(texts).encode()
        if not scalars or rng.random() < 0.2:
            return rng.choice([b"%s", b"[%s]", b'{"a":%s}', b"[1,%s]", b"[ %s , 2]"]).replace(b"%s", new)
        found = rng.choice(scalars)
        return text[: found.start()] + new + text[found.end() :]

    return mutate


def change_byte(rng: random.Random, text: bytes) -> bytes:
    at = rng.randrange(len(text) or 1)
    byte = bytes([rng.choice(TELLING) if rng.random() < 0.6 else rng.randrange(256)])
    kind = rng.choice(["change", "insert", "delete", "double"])
    if kind == "double":
        return _insert(text, at, text[at : at + rng.choice([1, 1, 5])])
    return text[:at] + (b"" if kind == "delete" else byte) + text[at + (kind != "insert") :]


def cut(rng: random.Random, text: bytes) -> bytes:
    return text[: rng.randrange(len(text) or 1)]


def swap_bracket(rng: random.Random, text: bytes) -> bytes:
    places = [at for at, byte in enumerate(text) if byte in b"[]{}"]
    if not places:
        return rng.choice([b"[1}", b"[", b"{", b'{"a":1]'])
    at = rng.choice(places)
    return text[:at] + rng.choice([b"", b"[", b"]", b"{", b"}"]) + text[at + 1 :]


CONTROLS = [bytes([byte]) for byte in range(0x20)]
MUTATIONS: dict[str, Callable[[random.Random, bytes], bytes]] = {
    "byte": change_byte,
    "cut": cut,
    "brackets": swap_bracket,
    "commas": between([b",", b",", b":", b",,", b'"', b"0"]),
    "bad escape": in_string(BAD_ESCAPES),
    "surrogates": in_string(SURROGATES),
    "bad UTF-8": in_string(BAD_UTF8),
    "bad UTF-8 outside strings": between(BAD_UTF8),
    "control character": in_string(CONTROLS),
    "space": between(SPACE),
    "comment": between(COMMENTS),
    "number": as_value(NOT_NUMBERS),
    "word": as_value(NOT_VALUES),
}

STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[][{},:]|[^][{},:"\s]+', re.DOTALL)
SCALAR = re.compile(rb'(?<=[\[:,])\s*+(?:"(?:[^"\\]|\\.)*+"(?!\s*:)|[-0-9a-z][^][{},:"\s]*)', re.DOTALL)


# Texts without the features about which readers disagree


def _outside(text: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Changes what is outside of strings."""
    parts, at = [], 0
    for found in STRING.finditer(text):
        parts += [change(text[at : found.start()]), found[0]]
        at = found.end()
    return b"".join(parts) + change(text[at:])


_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORD = re.compile(rb"[-+.0-9A-Za-z]+")
_RUN = re.compile(rb"[^][{},: \t\r\n]+")
_C_NUMBER = re.compile(rb"[-+]?(?:nan[0-9]*|inf|infinity|[0-9]*\.?[0-9]*(?:e[-+]?[0-9]+)?)", re.IGNORECASE)
_ESCAPE = re.compile(rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[dD][89a-fA-F]..|\\.", re.DOTALL)


def without_lone_surrogates(text: bytes) -> bytes:
    def repaired(escape: re.Match[bytes]) -> bytes:
        return rb"\ufffd" if len(escape[0]) == 6 and escape[0][2:3] in b"dD" else escape[0]

    return STRING.sub(lambda string: _ESCAPE.sub(repaired, string[0]), text)


def without_large_numbers(text: bytes) -> bytes:
    """Numbers of up to 15 digits, with an exponent of up to two, stay."""

    def small(word: re.Match[bytes]) -> bytes:
        mantissa, _, exponent = word[0].lower().partition(b"e")
        large = sum(byte in b"0123456789" for byte in mantissa) > 15 or len(exponent.lstrip(b"+-0")) > 2
        return b"0" if large and _NUMBER.fullmatch(word[0]) else word[0]

    return _outside(text, lambda part: _WORD.sub(small, part))


def without_odd_numbers(text: bytes) -> bytes:
    """Whatever C's strtod reads as a number, up to a NUL, becomes one of JSON."""

    def plain(token: re.Match[bytes]) -> bytes:
        c_string = token[0].partition(b"\0")[0].lstrip(b"\v\f")
        return b"0" if _C_NUMBER.fullmatch(c_string) and not _NUMBER.fullmatch(token[0]) else token[0]

    return _outside(text, lambda part: _RUN.sub(plain, part))


def without_depth(text: bytes, most: int = 100) -> bytes:
    """Whatever is nested deeper becomes a number."""
    parts: list[bytes] = []
    depth = at = 0
    for found in TOKEN.finditer(text):
        token = found[0]
        if token in (b"[", b"{"):
            depth += 1
            if depth == most + 1:
                parts += [text[at : found.start()], b"0"]
        elif token in (b"]", b"}"):
            if depth == most + 1:
                at = found.end()
            depth -= 1
    return b"".join(parts) + (text[at:] if depth <= most else b"")


def without_mark(text: bytes) -> bytes:
    return text.removeprefix(b"\xef\xbb\xbf")


def without_bad_utf8(text: bytes) -> bytes:
    return text.decode("utf-8", "replace").encode("utf-8")


def without_controls(text: bytes) -> bytes:
    return STRING.sub(lambda string: re.sub(rb"[\0-\x1f]", b" ", string[0]), text)
