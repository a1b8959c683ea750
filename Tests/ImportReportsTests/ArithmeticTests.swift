import ImportAnalysis
import ImportReports
import Testing

/// Comparisons of declared numbers with counted ones.
struct ArithmeticTests {
    struct Case: Sendable, CustomTestStringConvertible {
        /// The job's fields and rows.
        var fields: String
        var rows: String? = "{\"created\":true},{\"error\":{\"code\":\"c\"}}"
        /// For total, processed, succeeded and failed.
        var verdicts: [String]
        var sentence: String
        var testDescription: String { fields }
    }

    static let agrees = "agrees"
    static let undeclared = "not declared"
    static let unchecked = "cannot be checked"
    static let none = "The totals cannot be compared, because not all rows are there yet."

    static let cases: [Case] = [
        Case(
            fields: #""status":"complete","total":2,"processed":2,"succeeded":1,"failed":1"#,
            verdicts: [agrees, agrees, agrees, agrees],
            sentence: "All four totals that the job declares match its rows."),
        Case(
            fields: #""status":"complete","total":3,"processed":2,"succeeded":1,"failed":1"#,
            verdicts: ["differs by 1", agrees, agrees, agrees],
            sentence: "Of the four totals that the job declares, three match and one does not."),
        Case(
            fields: #""status":"complete","total":1000002,"processed":9,"succeeded":2,"failed":3"#,
            verdicts: ["differs by 1,000,000", "differs by 4", "differs by 1", "differs by 2"],
            sentence: "None of the four totals that the job declares matches its rows."),
        Case(
            fields: #""status":"complete","total":2"#, verdicts: [agrees, undeclared, undeclared, undeclared],
            sentence: "The one total that the job declares matches its rows."),
        Case(
            fields: #""status":"complete","failed":2"#, verdicts: [undeclared, undeclared, undeclared, "differs by 1"],
            sentence: "The one total that the job declares does not match its rows."),
        Case(
            fields: #""status":"complete","processed":2,"total":2,"failed":1"#,
            verdicts: [agrees, unchecked, undeclared, agrees],
            sentence: "Of the three totals that the job declares, two match and one cannot be checked."),
        Case(
            fields: #""status":"complete","processed":2,"total":3,"failed":1"#,
            verdicts: ["differs by 1", unchecked, undeclared, agrees],
            sentence: "Of the three totals that the job declares, one matches, one does not and one cannot be checked."),
        Case(
            fields: #""status":"complete""#, verdicts: [undeclared, undeclared, undeclared, undeclared],
            sentence: "The job declares no totals to compare with its rows."),
        Case(
            fields: #""status":"processing","total":5,"succeeded":1"#, rows: nil,
            verdicts: [unchecked, undeclared, unchecked, undeclared], sentence: none),
        Case(
            fields: #""status":"processing","total":5,"processed":3,"succeeded":1,"failed":2"#, rows: nil,
            verdicts: [unchecked, agrees, unchecked, unchecked],
            sentence: "Of the four totals that the job declares, one matches and three cannot be checked."),
        Case(
            fields: #""status":"complete","total":9223372036854775807,"processed":9223372036854775807,"#
                + #""succeeded":9223372036854775807,"failed":1"#,
            verdicts: [
                "differs by 9,223,372,036,854,775,805", "differs by 1", "differs by 9,223,372,036,854,775,806", agrees,
            ],
            sentence: "Of the four totals that the job declares, one matches and three do not."),
    ]

    @Test("The verdict on each declared number", arguments: cases)
    func verdicts(of each: Case) throws {
        let rows = each.rows.map { #","results":[\#($0)]"# } ?? ""
        let arithmetic = Arithmetic(try audit(#"{"job_id":"j",\#(each.fields)\#(rows)}"#))
        #expect(arithmetic.checks.map { $0.field } == ["total", "processed", "succeeded", "failed"])
        #expect(arithmetic.checks.map { $0.agreement.words } == each.verdicts)
        #expect(arithmetic.sentence == each.sentence)
    }
}
