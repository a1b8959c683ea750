import ImportAnalysis

extension SummaryJSON {
    /// What is said of values that are pseudonyms.
    static func append(_ redaction: RedactionMark, to json: inout JSONWriter) {
        json.object { json in
            json.key("keyed")
            json.value(redaction.isKeyed)
            json.key("key_id")
            json.value(redaction.keyID)
        }
    }
}

extension SummaryFields {
    /// What a summary says of its values; nil if they are no pseudonyms.
    mutating func readRedaction() throws(SummaryFault) -> RedactionMark? {
        var mark = RedactionMark(isKeyed: false, keyID: "")
        let isThere = try optionalObject("redacted", members: ["keyed", "key_id"]) {
            fields, name throws(SummaryFault) in
            if name == "keyed" {
                mark.isKeyed = try fields.flag(name)
            } else {
                mark.keyID = try fields.text(name)
                let digits = mark.keyID.utf8
                guard digits.count == 8, digits.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else {
                    throw fields.wrong(name, "8 hexadecimal digits")
                }
            }
        }
        return isThere ? mark : nil
    }
}
