import ImportAnalysis

extension CheckReport {
    /// The value of the member `format`.
    public static let format = "import-audit.check"
    /// Raised when a name changes its meaning or goes away; new names may come at any time.
    public static let version = 1

    /// For programs, with a line feed at its end.
    public var json: [UInt8] {
        var json = JSONWriter(codes: codes)
        json.object { json in
            json.heading(format: Self.format, version: Self.version)
            json.key("gate")
            MemberTable.gate.write(conclusion.gate ?? [], &json)
            json.key("unreadable")
            json.value(unreadable)
            json.key("salvaged")
            json.value(totals.salvagedJobs)
            if let unused = conclusion.unusedEntries {
                json.key("unused_entries")
                json.array { json in
                    for entry in unused { json.value(entry.key.words) }
                }
            }
            json.key("totals")
            MemberTable.totals.write(totals, &json)
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }
}
