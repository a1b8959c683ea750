internal import CLibXML2

/// Compiles the patterns of a grammar, to find broken ones: libxml2 does so only when a document comes to them.
enum PatternCheck {
    static func check(_ grammar: XMLDocument, faults: inout FaultLog) {
        var found = FaultLog()
        grammar.forEachElement(withTextOf: "param") { element in
            let isPattern = element.attributes.contains { $0.name == "name" && $0.value == "pattern" }
            guard isPattern, let pattern = element.text, !compiles(pattern) else { return }
            found.add(
                .grammar, at: element.offset,
                "The pattern \"\(pattern.shortened)\" is not a regular expression as XML Schema has them.")
        }
        faults.append(found)
    }

    private static func compiles(_ pattern: String) -> Bool {
        LibXML2.droppingStrayErrors {
            var bytes = Array(pattern.utf8) + [0]
            guard let compiled = unsafe xmlRegexpCompile(&bytes) else { return false }
            unsafe xmlRegFreeRegexp(compiled)
            return true
        }
    }
}
