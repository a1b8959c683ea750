import ImportDumps
import ImportFoundation
import Testing

/// The fields of a dump's job, apart from the rows.
@Suite struct JobFieldTests {
    private static let members = [
        #""job_id":"j""#, #""status":"failed""#, #""total":6"#, #""processed":5"#, #""succeeded":4"#, #""failed":3"#,
        #""created_at":"2020-01-01T00:00:00Z""#, #""updated_at":"2020-01-02T00:00:00Z""#,
        #""expires_at":"2020-01-09T00:00:00Z""#, #""error":{"code":"c","message":"m"}"#,
        #""results":[{"created":true}]"#,
    ]

    private static var expected: DeclaredJob {
        var job = DeclaredJob()
        (job.jobID, job.status) = ("j", "failed")
        (job.total, job.processed, job.succeeded, job.failed) = (6, 5, 4, 3)
        job.createdAt = "2020-01-01T00:00:00Z"
        job.updatedAt = "2020-01-02T00:00:00Z"
        job.expiresAt = "2020-01-09T00:00:00Z"
        job.error = JobError(code: "c", message: "m")
        return job
    }

    /// `results` may come before, after or between the counts.
    @Test(arguments: 0..<11)
    func keysComeInAnyOrder(_ rotation: Int) throws {
        let members = Array(Self.members[rotation...] + Self.members[..<rotation])
        for order in [members, members.reversed()] {
            let reading = try Reading(of: "{" + order.joined(separator: ",") + "}")
            #expect(reading.dump?.job == Self.expected)
            #expect(reading.dump?.results == .complete)
            #expect(reading.rows == ["1 created - - -"])
            #expect(reading.wrongTypes == [] && reading.duplicates == [] && reading.unknown == [])
        }
    }

    @Test(
        arguments: [
            (#""total":1,"total":2"#, "total 1"), (#""status":"x","status":"y""#, "status 1"),
            (#""error":{"code":"a"},"error":{"code":"a"}"#, "error 1"),
            (#""error":{"code":"a","code":"b"}"#, "error.code 1"),
            (#""error":{"message":"a","message":"b","message":"c"}"#, "error.message 2"),
            (#""created_at":null,"created_at":null"#, "created_at 1"),
        ])
    func repeatedKeysAreNoted(_ members: String, _ note: String) throws {
        #expect(try Reading(of: #"{"job_id":null,\#(members)}"#).duplicates == [note])
    }

    @Test func theLastOfARepeatedKeyCounts() throws {
        let text =
            #"{"job_id":"a","job_id":null,"total":1,"total":2,"status":"failed","status":7,"#
            + #""error":{"code":"a","message":"b"},"error":{"code":"c","code":"d"}}"#
        let job = try #require(try Reading(of: text).dump?.job)
        #expect(job.jobID == nil && job.total == 2 && job.status == "7")
        #expect(job.error == JobError(code: "d"))
        #expect(try Reading(of: #"{"job_id":"a","error":{"code":"a"},"error":null}"#).dump?.job.error == nil)
    }

    @Test func theLastResultsCount() throws {
        let text =
            #"{"job_id":"a","results":[{"id":1,"x":1},{"created":true}],"results":[{"existing":true}],"total":1}"#
        let reading = try Reading(of: text)
        #expect(reading.beginnings == 2)
        #expect(reading.rows == ["1 existing - - -"])
        #expect(reading.dump?.rowCount == 1)
        #expect(reading.duplicates == ["results 1"])
        #expect(reading.wrongTypes == [] && reading.unknown == [])
    }

    @Test(
        arguments: [
            ("null", ResultsState.absent, []), ("{}", .wrongType, ["results object 1"]),
            (#""[]""#, .wrongType, ["results string 1"]), ("[]", .complete, []),
        ])
    func resultsMayBeNoArray(_ value: String, _ state: ResultsState, _ notes: [String]) throws {
        for before in ["", #""results":[{}],"#] {
            let reading = try Reading(of: #"{"job_id":null,\#(before)"results":\#(value)}"#)
            #expect(reading.dump?.results == state)
            #expect(reading.dump?.rowCount == 0)
            #expect(reading.rows == [])
            #expect(reading.wrongTypes == notes)
        }
        #expect(try Reading(of: #"{"job_id":null}"#).dump?.results == .absent)
    }

    @Test(
        arguments: [
            (#""job_id":1"#, "job_id number 1"), (#""status":true"#, "status boolean 1"),
            (#""total":"5""#, "total string 1"), (#""processed":[5]"#, "processed array 1"),
            (#""succeeded":{}"#, "succeeded object 1"), (#""failed":false"#, "failed boolean 1"),
            (#""created_at":5"#, "created_at number 1"), (#""updated_at":"5""#, "updated_at stringThatIsNoDateTime 1"),
            (#""expires_at":"""#, "expires_at stringThatIsNoDateTime 1"), (#""error":"e""#, "error string 1"),
            (#""error":[]"#, "error array 1"), (#""error":{"code":1}"#, "error.code number 1"),
            (#""error":{"message":{}}"#, "error.message object 1"),
        ])
    func wrongTypesAreNoted(_ member: String, _ note: String) throws {
        let reading = try Reading(of: #"{"job_id":null,\#(member)}"#)
        #expect(reading.wrongTypes == [note])
    }

    @Test func nullIsNoWrongType() throws {
        let names = KnownField.allCases.map(\.path).filter { $0 != "summary" && !$0.contains(".") && !$0.contains("[") }
        let reading = try Reading(of: "{" + names.map { "\"\($0)\":null" }.joined(separator: ",") + "}")
        #expect(names.count == 11)
        #expect(reading.dump?.job == DeclaredJob())
        #expect(reading.wrongTypes == [] && reading.unknown == [])
    }

    /// A job error of any type but null is an error, and keeps its text.
    @Test(
        arguments: [("{}", nil), (#""e""#, "e"), ("false", "false"), ("0", "0"), ("[]", "[]")] as [(String, String?)])
    func anyJobErrorButNullIsOne(_ value: String, _ message: String?) throws {
        let reading = try Reading(of: #"{"job_id":null,"error":\#(value)}"#)
        #expect(reading.dump?.job.error == JobError(message: message))
    }

    /// The sink receives the members of the job that precede its results.
    @Test func rowsBeginWithWhatIsKnown() throws {
        struct FirstSight: RowSink {
            var job: DeclaredJob?
            mutating func beginRows(of job: DeclaredJob) { self.job = job }
            mutating func consume(_ runs: Span<RowRun>, text: Span<UInt8>) {}
        }
        var sink = FirstSight()
        let text = #"{"job_id":"j","results":[],"total":4}"#
        _ = try DumpReader().read(from: ArraySource(Array(text.utf8)), into: &sink)
        #expect(sink.job?.jobID == "j")
        #expect(sink.job?.total == nil)
    }
}
