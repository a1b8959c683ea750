"""All rows of a dump as an Arrow table: by import-audit's own package, pandas or DuckDB. With `parquet`, also as a file.

    arrow_rows.py import-audit|pandas|duckdb DUMP
    arrow_rows.py parquet-import-audit|parquet-pyarrow DUMP FILE

Prints the counts, as all peers do; for `parquet-pyarrow`, the seconds that writing the table took, without making it.
"""

import sys
import time

import pyarrow


def own(dump):
    import import_audit

    return import_audit.rows(dump).read_all()


def with_pandas(dump):
    import json

    import pandas

    with open(dump, encoding="utf-8") as file:
        rows = pandas.DataFrame(json.load(file)["results"])
    errors = rows.pop("error")
    failed = errors.notna()
    texts = pandas.DataFrame(errors[failed].tolist(), index=errors.index[failed], columns=["code", "message"])
    rows["outcome"] = "created"
    rows.loc[rows["existing"].astype(bool), "outcome"] = "existing"
    rows.loc[failed, "outcome"] = "failed"
    rows = rows.drop(columns=["created", "existing"]).astype({"outcome": "category"}).join(texts)
    return pyarrow.Table.from_pandas(rows)


def with_duckdb(dump):
    import duckdb

    row = "STRUCT(id VARCHAR, created BOOLEAN, existing BOOLEAN, error STRUCT(code VARCHAR, message VARCHAR))"
    query = f"""
    SELECT row.id AS id, row.error.code AS code, row.error.message AS message,
           CASE WHEN row.error IS NOT NULL THEN 'failed' WHEN row.existing THEN 'existing' ELSE 'created' END AS outcome
    FROM (SELECT unnest(results) AS row FROM read_json(
        ?, columns = {{results: '{row}[]'}}, format = 'unstructured', maximum_object_size = 2147483647))
    """
    return duckdb.execute(query, [dump]).to_arrow_table()


def counts(table):
    column = table["outcome"].combine_chunks()
    if not pyarrow.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    found = {str(pair["values"]): pair["counts"] for pair in column.cast(pyarrow.string()).value_counts().to_pylist()}
    return [table.num_rows, *(found.get(name, 0) for name in ("created", "existing", "failed"))]


def main():
    who, dump = sys.argv[1:3]
    if who == "parquet-import-audit":
        import import_audit

        import_audit.write_parquet(dump, sys.argv[3])
    elif who == "parquet-pyarrow":
        import pyarrow.parquet

        table = own(dump)
        start = time.perf_counter()
        pyarrow.parquet.write_table(table, sys.argv[3], compression="zstd")
        print(time.perf_counter() - start)
    else:
        print(*counts({"import-audit": own, "pandas": with_pandas, "duckdb": with_duckdb}[who](dump)))


if __name__ == "__main__":
    main()
