"""The counts of a log of dumps, one on each line, by DuckDB's JSON reader, with the types of the jobs given."""

import sys

import duckdb

ROW = "STRUCT(created BOOLEAN, existing BOOLEAN, error STRUCT(code VARCHAR))"
QUERY = f"""
WITH log AS (
  SELECT unnest(results) AS row
  FROM read_json(?, format = 'newline_delimited', columns = {{job_id: 'VARCHAR', results: '{ROW}[]'}})
), codes AS (
  SELECT row.error IS NOT NULL AS failed, row.error.code AS code,
         count(*) AS rows,
         count(*) FILTER (row.error IS NULL AND coalesce(row.existing, false)) AS existing,
         count(*) FILTER (row.error IS NULL AND NOT coalesce(row.existing, false) AND row.created) AS created
  FROM log GROUP BY ALL
)
SELECT sum(rows), sum(created), sum(existing), coalesce(sum(rows) FILTER (failed), 0),
       count(*) FILTER (failed), coalesce(sum(rows) FILTER (failed), 0) FROM codes
"""
print(*(int(value) for value in duckdb.execute(QUERY, [sys.argv[1]]).fetchone()))
