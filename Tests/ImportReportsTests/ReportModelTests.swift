import ImportAnalysis
import ImportReports
import Testing

/// The model that templates show: its names are the same whatever the job.
struct ReportModelTests {
    @Test("The model of every sample has the names of the shape, each of its kind", arguments: Repository.sampleJobs)
    func samplesConform(name: String) throws {
        let summary = try audit(sample: name)
        #expect(ReportModel(summary, toolVersion: "1", files: []).departures == [])
        #expect(ReportModel(summary, toolVersion: "1", files: [.rows, .failures, .codes]).departures == [])
    }

    @Test(
        "So does the model of a job that has all that can be cut",
        arguments: [[], [.codes, .failures, .rows]] as [[ReportFile]])
    func cutListsConform(files: [ReportFile]) throws {
        let summary = try audit(crowdedDump)
        #expect(summary.failedByCode.count == 31)
        #expect(ReportModel(summary, toolVersion: "1", files: files).departures == [])
    }
}

/// A dump with more codes, messages and rows of a finding than a page lists, long texts and unknown fields.
let crowdedDump: String = {
    var rows: [String] = []
    for code in 0..<30 {
        for message in 0..<(code % 9 + 1) {
            rows.append(
                #"{"error":{"code":"code_\#(code)","message":"message \#(message) <&> of \#(code)"},"x\#(code)":1}"#)
        }
    }
    rows += Array(repeating: #"{"id":"no uuid","created":true,"existing":true,"created":1}"#, count: 40)
    rows += Array(repeating: #"{"error":{}}"#, count: 25) + ["{}", "7"]
    rows.append(#"{"error":{"code":"code_1","message":"\#(String(repeating: "long é ", count: 3000))"}}"#)
    return #"{"job_id":"crowded","status":"new","results":["# + rows.joined(separator: ",")
        + #"],"total":900,"failed":2}"#
}()
