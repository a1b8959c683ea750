"""Prints what openpyxl finds in a workbook, as JSON: an independent reader of what import-audit writes."""
import datetime
import json
import re
import sys

try:
    import openpyxl
except ImportError:
    sys.exit(77)


def shown(cell):
    value = cell.value
    # openpyxl leaves the escapes in inline strings unchanged.
    if cell.data_type in ("s", "inlineStr") and isinstance(value, str):
        value = re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), value)
    if isinstance(value, datetime.datetime):
        value = value.isoformat()
    return {
        "value": value,
        "type": cell.data_type,
        "format": cell.number_format,
        "bold": bool(cell.font.b),
        "link": cell.hyperlink is not None,
    }


book = openpyxl.load_workbook(sys.argv[1])
properties = book.properties
json.dump(
    {
        "title": properties.title,
        "created": properties.created.isoformat(),
        "modified": properties.modified.isoformat(),
        "sheets": [
            {
                "name": sheet.title,
                "frozen": sheet.freeze_panes,
                "filter": sheet.auto_filter.ref,
                "size": sheet.dimensions,
                "width": sheet.column_dimensions["A"].width,
                "rows": [[shown(cell) for cell in row] for row in sheet.iter_rows()],
            }
            for sheet in book
        ],
    },
    sys.stdout,
)
