"""Audits of saved import-job dumps, for Python: every row as Arrow, pandas, polars or Parquet, and the summaries, checks and
reports of the command ``import-audit``.

    >>> import import_audit
    >>> frame = import_audit.to_pandas("dumps/", outcomes=["failed"])

Whatever is asked, one process of the binary reads the inputs; Python receives its output as a stream. What an input is, how
rows get their outcomes and what is of several dumps of one job, the documents of the command say.
"""

from ._binary import binary, version
from ._commands import CheckResult, check, compare, rejects, report
from ._errors import (
    BinaryNotFound,
    Cancelled,
    ImportAuditError,
    InputIncomplete,
    InputMissing,
    InternalError,
    NotPassed,
    OutputError,
    UsageError,
)
from ._frames import to_pandas, to_polars, write_parquet
from ._inputs import Input, Inputs
from ._rows import failures, rows
from ._schemas import (
    CODES_SCHEMA,
    FINDINGS_SCHEMA,
    JOBS_SCHEMA,
    OUTCOMES,
    ROWS_SCHEMA,
    UNREADABLE_SCHEMA,
)
from ._summary import Code, Finding, Job, Rows, Summary, Totals, Unreadable, jobs, summary

__all__ = [
    "CODES_SCHEMA",
    "FINDINGS_SCHEMA",
    "JOBS_SCHEMA",
    "OUTCOMES",
    "ROWS_SCHEMA",
    "UNREADABLE_SCHEMA",
    "BinaryNotFound",
    "Cancelled",
    "CheckResult",
    "Code",
    "Finding",
    "ImportAuditError",
    "Input",
    "InputIncomplete",
    "InputMissing",
    "Inputs",
    "InternalError",
    "Job",
    "NotPassed",
    "OutputError",
    "Rows",
    "Summary",
    "Totals",
    "Unreadable",
    "UsageError",
    "binary",
    "check",
    "compare",
    "failures",
    "jobs",
    "rejects",
    "report",
    "rows",
    "summary",
    "to_pandas",
    "to_polars",
    "version",
    "write_parquet",
]

__version__ = "0.2.0"
