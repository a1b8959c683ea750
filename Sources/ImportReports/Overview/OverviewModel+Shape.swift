extension OverviewModel {
    /// Where the model departs from ``shape``; nowhere, or it is at fault.
    package var departures: [String] { root.departures(from: Self.shape) }

    private static let optionalText = ModelShape.section(["text": .text])
    private static let optionalFile = ModelShape.section(["name": .text])
    private static let cut = ModelShape.section(["shown": .text, "total": .text, "file": optionalFile])
    private static let link = ModelShape.section(["url": .text])
    private static let level: [String: ModelShape] = [
        "level": .text, "good": .flag, "warning": .flag, "critical": .flag, "pending": .flag,
    ]

    private static func withLevel(_ names: [String: ModelShape]) -> ModelShape {
        .section(level.merging(names) { first, _ in first })
    }

    private static let worstJob = withLevel([
        "word": .text, "name": .text, "source": optionalText, "link": link, "status": optionalText,
        "rows": .text, "failed": .text, "share": optionalText, "width": .text, "missing": .text,
        "finding": .section(["id": .text]),
    ])

    /// Every name of the model. The checker holds templates against it, and a test the model itself.
    package static let shape: [String: ModelShape] = [
        "title": .text,
        "parts": .flags(ModelLimits.overviewParts),
        "shortening": .section(["sentence": .text]),
        "verdict": withLevel(["word": .text, "sentence": .text]),
        "rows": ReportModel.rowsShape,
        "jobs": .section([
            "count": .text,
            "levels": withLevel(["label": .text, "count": .text]),
            "statuses": .section(["status": .text, "count": .text, "share": .text]),
            "findings": .text,
        ]),
        "failures": .section([
            "rows": .text, "sentence": .text,
            "listing": .section([
                "codes": .section([
                    "code": ReportModel.codeShape, "rows": .text, "share": .text, "width": .text, "jobs": .text,
                    "standing": ReportModel.standingShape(withExplanation: false),
                ]),
                "cut": .section([
                    "shown": .text, "total": .text, "label": .text, "rows": .text, "share": .text,
                    "file": optionalFile,
                ]),
                "all": .section(["rows": .text, "share": .text]),
            ]),
        ]),
        "gate": ReportModel.gateShape,
        "codebook": ReportModel.codeBookShape,
        "timeline": timeLineShape,
        "worst": .section([
            "items": worstJob,
            "groups": .section(["summary": .text, "items": worstJob]),
            "cut": cut,
        ]),
        "salvaged": .section([
            "sentence": .text, "items": .section(["source": .text, "sentence": .text, "link": link]), "cut": cut,
        ]),
        "unreadable": .section([
            "sentence": .text, "items": .section(["source": .text, "reason": .text]), "cut": cut,
        ]),
        "superseded": .section(["sentence": .text]),
        "provenance": .section(["tool": .text, "version": .text, "redacted": ReportModel.redacted]),
        "files": .section(["items": .section(["name": .text, "description": .text])]),
    ]
}
