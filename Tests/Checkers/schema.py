"""Validates JSON files against a schema; prints a line for each fault. Members that the schema does not declare are
faults too, although it allows them: later versions of the program may add some.

    schema.py SCHEMA FILE...
"""

import json
import sys

import jsonschema


def closed(schema: object) -> object:
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {name: closed(part) for name, part in schema.items()}
    # A member may have the name "properties": it is a keyword only in the schema of an object.
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        result.setdefault("additionalProperties", False)
    return result


with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(closed(schema))
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        for fault in validator.iter_errors(json.load(file)):
            print(f"{path}: {fault.json_path}: {fault.message[:200]}")
