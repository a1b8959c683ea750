"""Groups messages by their patterns, by the rules of Docs/audit.md, with regular expressions."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

WORD = "[A-Za-z0-9_]"
# Letters and digits of any script, and other characters that are not punctuation.
LETTER = "[A-Za-z0-9_\u00c0-\u1fff\u2c00-\u2fff\u3040-\ufeff\uff10-\U0010ffff]"
OTHER_DIGIT = r"(?:(?![0-9])\d)"
OTHER_NUMBER = rf"{OTHER_DIGIT}+(?:[.,\u066b\u066c]{OTHER_DIGIT}+)*"
# Opening and closing marks, and whether the opening mark must not follow a letter.
QUOTATIONS = [
    ("«", "»", False), ("»", "«", True), ("‘", "’", True), ("‚", "‘’", False), ("“", "”", False),
    ("”", "”", True), ("„", "“”", False), ("‹", "›", False), ("›", "‹", True), ("「", "」", False), ("『", "』", False),
]  # fmt: skip
OTHER_QUOTED = "|".join(
    (f"(?<!{LETTER})" if apart else "") + f"{first}(?P<q{index}>.*?)(?:[{last}](?<!’)|’(?<=[{last}])(?!{LETTER}))"
    for index, (first, last, apart) in enumerate(QUOTATIONS)
)
TOKEN = rf"{WORD}+(?:(?:[-.+](?={WORD})|(?<=[0-9])[,:](?=[0-9])){WORD}+)*"
QUOTED = rf"(?<!{WORD})(?P<quote>['\"`])(?P<straight>.*?)(?P=quote)(?!{WORD})|{OTHER_QUOTED}"
EMAIL = re.compile(rf"{TOKEN}@(?={WORD})(?P<domain>{TOKEN})")
URL = re.compile(rf"(?=[A-Za-z_]){TOKEN}://(?P<rest>[!-~]+)")
DATE = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?=[Tt][0-9]{{2}}:[0-9]{{2}}|$)")
TIME = re.compile(rf"(?= [0-9]{{2}}:[0-9]{{2}}) {TOKEN}")
UUID = re.compile("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
NUMBER = re.compile(rf"[0-9]+(?:[.,][0-9]+)*|{OTHER_NUMBER}")
HEX = re.compile("[0-9A-Fa-f]{8,}|0[xX][0-9A-Fa-f]+")
START = re.compile(rf"{QUOTED}|(?P<token>[-+]?{TOKEN})|(?P<number>[-+]?{OTHER_NUMBER})", re.DOTALL)
TOKEN_ALONE = re.compile(TOKEN)

MESSAGE_BYTES, VALUE_BYTES = 1024, 96
SLOTS_COUNTED, VALUES_SHARED, VALUES_LISTED = 8, 8192, 10


def values_told(codes: int, patterns: int) -> int:
    """How many values of a slot are told apart in a job with so many codes, for a code with so many patterns."""
    shares = 2 ** codes.bit_length() * 2 ** (patterns - 1).bit_length()
    return min(max(VALUES_SHARED // shares, 8), 2048)


def cut(text: str, limit: int) -> str:
    return text.encode("utf-8")[:limit].decode("utf-8", "ignore")


def values(message: str) -> list[tuple[int, int, str]]:
    """Start, end and kind of each value; "token" for what is a number, hexadecimal or an id."""
    found, at = [], 0
    while match := START.search(message, at):
        if match["number"] is not None:
            found.append((*match.span(), "token"))
            at = match.end()
            continue
        if match["token"] is None:
            names = ["straight", *(f"q{index}" for index in range(len(QUOTATIONS)))]
            group = next(name for name in names if match[name] is not None)
            found.append((*match.span(group), "text"))
            at = match.end()
            continue
        start = match.start()
        signed = message[start] in "-+"
        if signed and not message[start + 1].isdigit():
            at = start + 1
            continue
        end, kind = value(message, start + signed)
        if kind == "token" and signed and NUMBER.fullmatch(message, start + 1, end):
            found.append((start, end, kind))
        elif kind:
            found.append((start + signed, end, kind))
        at = end
    return found


def value(message: str, start: int) -> tuple[int, str | None]:
    """The end and the kind of what begins with the word at `start`."""
    email = EMAIL.match(message, start)
    if email and "." in email["domain"]:
        return email.end(), "email"
    url = URL.match(message, start)
    if url:
        rest = re.split("[\"'`<>]", url["rest"])[0].rstrip(".,;:!?)]}")
        if rest:
            return url.start("rest") + len(rest), "url"
    token = TOKEN_ALONE.match(message, start)
    assert token
    text, end = token[0], token.end()
    if not re.search("[0-9]", text):
        return end, None
    if UUID.fullmatch(text):
        return end, "uuid"
    if DATE.match(text):
        time = TIME.match(message, end) if len(text) == 10 else None
        return (time.end() if time else end), "date"
    return end, "token"


@dataclass
class Slot:
    """What stands in one place of a pattern."""

    kind: str
    texts: Counter = field(default_factory=Counter)

    def name(self) -> str:
        if self.kind != "token":
            return self.kind
        if all(NUMBER.fullmatch(text.lstrip("+-")) for text in self.texts):
            return "number"
        return "hex" if all(HEX.fullmatch(text) for text in self.texts) else "id"

    def summary(self, index: int, rows: int, told: int) -> dict:
        shown: Counter = Counter()
        for text, number in self.texts.items():
            shown[cut(text, VALUE_BYTES)] += number
        known = index < SLOTS_COUNTED and len(shown) <= told
        order = sorted(shown.items(), key=lambda item: (-item[1], item[0].encode("utf-8")))
        listed = [{"value": text, "rows": number} for text, number in order[:VALUES_LISTED]] if known else []
        return {
            "name": self.name(),
            "distinct_values": len(shown) if known else None,
            "values": listed,
            "other_values_rows": rows - sum(each["rows"] for each in listed),
        }


@dataclass
class Pattern:
    """Rows whose messages differ in their values only."""

    example: str
    first_row: int
    found: list[tuple[int, int, str]]
    slots: list[Slot]
    rows: int = 0
    last_row: int = 0

    def text(self) -> str:
        result, at = "", 0
        for (start, end, _), slot in zip(self.found, self.slots):
            result += doubled(self.example[at:start])
            result += doubled(self.example[start:end]) if len(slot.texts) == 1 else "{" + slot.name() + "}"
            at = end
        return result + doubled(self.example[at:])

    def listed_slots(self, told: int) -> list[dict]:
        return [slot.summary(i, self.rows, told) for i, slot in enumerate(self.slots) if len(slot.texts) > 1]


def doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def mask(message: str, found: list[tuple[int, int, str]]) -> tuple[str, ...]:
    """What messages of one pattern have in common: text and kinds of values in turn."""
    key: list[str] = []
    at = 0
    for start, end, kind in found:
        key += [message[at:start], kind]
        at = end
    return (*key, message[at:])


def group(rows: list[tuple[int, str]]) -> list[Pattern]:
    """The patterns of messages with their row numbers, in the order of their first rows."""
    patterns: dict[tuple, Pattern] = {}
    for number, whole in rows:
        message = cut(whole, MESSAGE_BYTES)
        found = values(message)
        key = mask(message, found)
        pattern = patterns.get(key)
        if pattern is None:
            slots = [Slot(kind) for _, _, kind in found]
            pattern = patterns[key] = Pattern(message, number, found, slots)
        pattern.rows += 1
        pattern.last_row = number
        for slot, (start, end, _) in zip(pattern.slots, found):
            slot.texts[message[start:end]] += 1
    return list(patterns.values())
