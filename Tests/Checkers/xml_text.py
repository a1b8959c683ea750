"""Parses escaped texts with expat, in content and in an attribute, and checks that each comes back.

    xml_text.py FILE

A line of FILE is a text and what the program escaped it to, both in hexadecimal. Exit status: 0 all alike, 1 not.
"""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree

import escaped_pairs

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def faults(text: str, escaped: str) -> list[str]:
    shown = FORBIDDEN.sub("\ufffd", text)
    try:
        element = ElementTree.fromstring(f"<e a=\"{escaped}\" b='{escaped}'>{escaped}</e>".encode("utf-8"))
    except ElementTree.ParseError as error:
        return [f"not well-formed: {error}"]
    found = []
    if len(element) or set(element.attrib) != {"a", "b"}:
        found.append("became markup")
    if (element.text or "") != shown:
        found.append(f"content reads {element.text!r}")
    # A parser replaces literal white space in attributes by spaces (XML 1.0, section 3.3.3).
    for name in "ab":
        if element.get(name) != shown.replace("\t", " ").replace("\n", " "):
            found.append(f"attribute {name} reads {element.get(name)!r}")
    return found


if __name__ == "__main__":
    sys.exit(escaped_pairs.check(faults))
