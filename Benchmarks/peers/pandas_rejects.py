"""The failed rows of a CSV file with their errors, with pandas: DUMP SOURCE FOLDER."""

import sys

import orjson
import pandas

dump, source, folder = sys.argv[-3:]
with open(dump, "rb") as file:
    results = orjson.loads(file.read())["results"]
errors = pandas.DataFrame([row.get("error") or {} for row in results])
sent = pandas.read_csv(source, dtype=str, keep_default_na=False)
failed = errors["code"].notna()
sent.join(errors)[failed].to_csv(f"{folder}/rejects.csv", index=False)
