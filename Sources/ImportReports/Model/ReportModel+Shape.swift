extension ReportModel {
    /// Where the model departs from ``shape``; nowhere, or it is at fault.
    package var departures: [String] { root.departures(from: Self.shape) }

    private static let optionalText = ModelShape.section(["text": .text])
    static let redacted = ModelShape.section(["sentence": .text, "keyed": .flag])
    private static let optionalFile = ModelShape.section(["name": .text])
    private static let time = ModelShape.section(["text": .text, "datetime": .section(["value": .text])])

    /// A bar of a chart.
    static let barShape = ModelShape.section(["x": .text, "y": .text, "width": .text, "height": .text])

    /// Rows by outcome, of a job or of many.
    static let rowsShape = ModelShape.section([
        "seen": .section(["count": .text, "share": .section(["text": .text, "basis": .text])]),
        "outcomes": .section([
            "outcome": .text, "label": .text, "count": .text,
            "share": .section(["text": .text, "basis": .text]),
            "segment": .section(["x": .text, "width": .text]),
        ]),
        "bar": .section(["caption": .text]),
    ])

    /// Every name of the model. The checker holds templates against it, and a test the model itself.
    package static let shape: [String: ModelShape] = [
        "title": .text,
        "parts": .flags(ModelLimits.reportParts),
        "shortening": .section(["sentence": .text]),
        "verdict": .section([
            "level": .text, "good": .flag, "warning": .flag, "critical": .flag, "pending": .flag,
            "word": .text, "sentence": .text,
            "salvaged": .section(["sentence": .text, "byte": .text, "line": .text, "column": .text]),
        ]),
        "rows": rowsShape,
        "arithmetic": .section([
            "sentence": .text,
            "checks": .section([
                "field": .text, "against": .text, "declared": .text, "counted": .text, "verdict": .text,
                "agrees": .flag, "differs": .flag, "unknown": .flag,
            ]),
        ]),
        "findings": .section([
            "count": .text, "summary": .text,
            "groups": .section([
                "severity": .text, "critical": .flag, "warning": .flag, "note": .flag, "label": .text, "count": .text,
                "items": .section([
                    "id": .text, "sentence": .text, "count": .text,
                    "rows": .section([
                        "label": .text, "list": .text,
                        "cut": .section(["shown": .text, "total": .text, "file": optionalFile]),
                    ]),
                ]),
            ]),
        ]),
        "shared_records": .section([
            "items": .section(["id": .text, "outcome": .text, "rows": .text, "first_rows": .text, "more": .flag]),
            "cut": .section(["shown": .text, "total": .text, "file": optionalFile]),
        ]),
        "failures": .section([
            "rows": .text, "sentence": .text,
            "positions": .section([
                "caption": .text, "strip": .text, "counts": .text,
                "bars": barShape,
                "buckets": .section(["rows": .text, "failed": .text, "share": .text]),
            ]),
            "stretches": .section([
                "items": .section([
                    "first_row": .text, "last_row": .text, "rows": .text, "code": codeShape, "code_rows": .text,
                ])
            ]),
            "listing": .section([
                "codes": .section([
                    "anchor": .text, "code": codeShape, "rows": .text, "share": .text, "width": .text,
                    "first_row": .text, "last_row": .text, "standing": standingShape(withExplanation: true),
                    "details": .section(["text": .text, "row": .text]),
                    "messages": .section([
                        "pattern": optionalText, "example": optionalText, "rows": .text, "share": .text,
                        "example_row": .text,
                        "slots": .section([
                            "name": .text, "others": .text,
                            "values": .section(["separator": .text, "value": optionalText, "rows": .text]),
                        ]),
                    ]),
                    "cut": .section(["shown": .text, "total": .text, "file": optionalFile]),
                ]),
                "cut": .section([
                    "shown": .text, "total": .text, "label": .text, "rows": .text, "share": .text,
                    "file": optionalFile,
                ]),
                "all": .section(["rows": .text, "share": .text, "first_row": .text, "last_row": .text]),
            ]),
        ]),
        "gate": gateShape,
        "codebook": codeBookShape,
        "job": .section([
            "job_id": optionalText, "bulk": .flag, "status": optionalText,
            "created_at": time, "updated_at": time, "expires_at": time,
            "error": .section(["code": optionalText, "message": optionalText, "details": optionalText]),
        ]),
        "provenance": .section([
            "source": .text, "bytes": .text, "sha256": optionalText, "tool": .text, "version": .text,
            "redacted": redacted,
        ]),
        "files": .section(["items": .section(["name": .text, "description": .text])]),
    ]
}
