"""Prints the keys of every object of a JSON file, in the order in which they stand: a line for each kind of object.

    json_keys.py FILE
"""

import json
import sys


class Members(list):
    """An object's members in order, distinguishable from an array."""


def walk(value: object, path: str) -> None:
    if isinstance(value, Members):
        keys = [key for key, _ in value]
        assert len(keys) == len(set(keys)), f"a key is repeated in {path}"
        lines.setdefault(f"{path or 'root'}: {' '.join(keys)}")
        for key, member in value:
            walk(member, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for member in value:
            walk(member, f"{path}[]")


lines: dict[str, None] = {}
with open(sys.argv[1], encoding="utf-8") as file:
    walk(json.load(file, object_pairs_hook=Members), "")
print("\n".join(lines))
