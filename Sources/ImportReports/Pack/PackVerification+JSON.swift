extension PackVerification {
    /// The value of the member `format`.
    package static let format = "import-audit.verification"
    /// Raised when a name changes its meaning or goes away; new names may come at any time.
    package static let version = 1

    /// For programs, with a line feed at its end.
    package var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.heading(format: Self.format, version: Self.version)
            json.key(isFolder ? "folder" : "zip")
            json.value(name)
            json.key("bytes")
            json.value(bytes)
            json.key("sha256")
            json.value(sha256)
            json.key("verified")
            json.value(isVerified)
            json.key("signed")
            json.value(false)
            json.key("tool_version")
            json.value(toolVersion)
            json.key("files")
            Self.append(files, to: &json)
            json.key("inputs")
            if let inputs {
                Self.append(inputs, byName: inputsByName, to: &json)
            } else {
                json.value(String?.none)
            }
            json.key("problems")
            json.array { json in
                for problem in problems { Self.append(problem, to: &json) }
            }
            json.key("problem_count")
            json.value(problemCount)
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }

    private static func append(_ tally: Tally, byName: Int? = nil, to json: inout JSONWriter) {
        json.object { json in
            json.key("listed")
            json.value(tally.listed)
            json.key("matching")
            json.value(tally.matching)
            guard let byName else { return }
            json.key("by_name")
            json.value(byName)
        }
    }

    private static func append(_ problem: Problem, to json: inout JSONWriter) {
        json.object { json in
            json.key("kind")
            json.value(problem.kind.rawValue)
            json.key("subject")
            json.value(problem.subject.rawValue)
            json.key("name")
            json.value(problem.name)
            json.key("detail")
            json.value(problem.detail)
        }
    }
}
