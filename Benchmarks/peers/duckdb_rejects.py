"""The failed rows of a CSV file with their errors, with DuckDB's positional join: DUMP SOURCE FOLDER."""

import sys

import duckdb

dump, source, folder = sys.argv[-3:]
ROW = "STRUCT(error STRUCT(code VARCHAR, message VARCHAR))"
duckdb.execute(
    f"""
COPY (
  SELECT sent.*, result.row.error.code AS import_error_code, result.row.error.message AS import_error_message
  FROM read_csv(?, header = true, all_varchar = true) AS sent
  POSITIONAL JOIN (
    SELECT unnest(results) AS row
    FROM read_json(?, columns = {{results: '{ROW}[]'}}, format = 'unstructured', maximum_object_size = 2147483647)
  ) AS result
  WHERE result.row.error IS NOT NULL
) TO '{folder}/rejects.csv' (HEADER)
""",
    [source, dump],
)
