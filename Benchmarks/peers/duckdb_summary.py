"""The counts of one dump, or with --log of all dumps of a log, by DuckDB's JSON reader, with the types of the rows
given."""

import sys

import duckdb

ROW = "STRUCT(created BOOLEAN, existing BOOLEAN, error STRUCT(code VARCHAR))"
READING = f"columns = {{results: '{ROW}[]'}}, " + (
    "format = 'newline_delimited'"
    if sys.argv[1] == "--log"
    else "format = 'unstructured', maximum_object_size = 2147483647"
)
QUERY = f"""
WITH dump AS (
  SELECT unnest(results) AS row FROM read_json(?, {READING})
), codes AS (
  SELECT row.error IS NOT NULL AS failed, row.error.code AS code,
         count(*) AS rows,
         count(*) FILTER (row.error IS NULL AND coalesce(row.existing, false)) AS existing,
         count(*) FILTER (row.error IS NULL AND NOT coalesce(row.existing, false) AND row.created) AS created
  FROM dump GROUP BY ALL
)
SELECT sum(rows), sum(created), sum(existing), coalesce(sum(rows) FILTER (failed), 0),
       count(*) FILTER (failed), coalesce(sum(rows) FILTER (failed), 0) FROM codes
"""
print(*(int(value) for value in duckdb.execute(QUERY, [sys.argv[-1]]).fetchone()))
