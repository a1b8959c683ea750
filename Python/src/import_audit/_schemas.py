"""The schemas of all tables. They change only with the version of the package, and then only by new columns at the end."""

from __future__ import annotations

import pyarrow as pa

OUTCOMES = ("created", "existing", "failed", "unclassified", "applied")
"""All outcomes. Every row has exactly one."""

_code = pa.dictionary(pa.int32(), pa.string())
_time = pa.string()

ROWS_SCHEMA = pa.schema(
    [
        pa.field("source", _code, nullable=False),
        pa.field("job_id", _code),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("outcome", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("record_id", pa.string()),
        pa.field("error_code", _code),
        pa.field("error_message", pa.string()),
    ]
)
"""A row of a job: ``row`` counts from 1, as rows were sent."""

JOBS_SCHEMA = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("job_id", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("status", pa.string()),
        pa.field("total", pa.int64()),
        pa.field("processed", pa.int64()),
        pa.field("succeeded", pa.int64()),
        pa.field("failed", pa.int64()),
        pa.field("rows_seen", pa.int64(), nullable=False),
        pa.field("rows_created", pa.int64(), nullable=False),
        pa.field("rows_existing", pa.int64(), nullable=False),
        pa.field("rows_failed", pa.int64(), nullable=False),
        pa.field("rows_unclassified", pa.int64(), nullable=False),
        pa.field("rows_missing", pa.int64()),
        pa.field("rows_applied", pa.int64(), nullable=False),
        pa.field("created_at", _time),
        pa.field("updated_at", _time),
        pa.field("expires_at", _time),
        pa.field("findings_critical", pa.int64(), nullable=False),
        pa.field("findings_warning", pa.int64(), nullable=False),
        pa.field("bytes", pa.int64()),
        pa.field("sha256", pa.string()),
    ]
)
"""A job: what it declares (``total`` to ``failed``), and what its rows say. Times are the texts of the dump."""

CODES_SCHEMA = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("job_id", pa.string()),
        pa.field("error_code", pa.string()),
        pa.field("rows", pa.int64(), nullable=False),
        pa.field("first_row", pa.int64()),
        pa.field("last_row", pa.int64()),
        pa.field("message_patterns", pa.int64()),
        pa.field("top_message_pattern", pa.string()),
    ]
)
"""The failed rows of a job with one code, or without one."""

FINDINGS_SCHEMA = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("job_id", pa.string()),
        pa.field("finding", pa.string(), nullable=False),
        pa.field("severity", pa.string(), nullable=False),
        pa.field("message", pa.string()),
        pa.field("count", pa.int64()),
    ]
)
"""What the audit noticed of a job."""

UNREADABLE_SCHEMA = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)
"""An input, or a part of one, that could not be read."""
