import ImportAnalysis
import ImportDumps
import ImportFoundation

extension ReportModelBuilder {
    var job: ModelValue {
        let job = summary.job
        let error = job.error.map { error -> ModelObject in
            [
                "code": .textOrNothing(error.code.map(limits.name)),
                "message": .textOrNothing(error.message.map(limits.text)),
                "details": .textOrNothing(error.details.map(limits.details)),
            ]
        }
        return .object([
            "job_id": .textOrNothing(job.jobID.map(limits.name)),
            "bulk": .flag(job.kind == .bulk),
            "status": .textOrNothing(job.status.map(limits.name)),
            "created_at": time(job.createdAt),
            "updated_at": time(job.updatedAt),
            "expires_at": time(job.expiresAt),
            "error": .objectOrNothing(error),
        ])
    }

    /// A time in full; as the dump has it if it is no date-time.
    private func time(_ text: String?) -> ModelValue {
        guard let text else { return .nothing }
        guard let time = DateTime(text) else {
            return .object(["text": .text(limits.name(text)), "datetime": .nothing])
        }
        let machine = time.globalDateTime.map { value -> ModelObject in ["value": .text(value)] }
        return .object(["text": .text(time.inFull), "datetime": .objectOrNothing(machine)])
    }
}

extension DateTime {
    static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]

    /// For people, in the zone in which it was written: "4 March 2026, 09:15:02 UTC".
    var inFull: String {
        "\(day) \(Self.monthNames[month - 1]) \(year), "
            + "\(hour.digits(2)):\(minute.digits(2)):\(second.digits(2)) UTC\(zone)"
    }

    /// For programs, as HTML's element `time` wants it; nil for what HTML has no form for (a leap second, the year 0).
    var globalDateTime: String? {
        guard second < 60, year > 0 else { return nil }
        let date = "\(year.digits(4))-\(month.digits(2))-\(day.digits(2))"
        return date + "T\(hour.digits(2)):\(minute.digits(2)):\(second.digits(2))\(zone.isEmpty ? "Z" : zone)"
    }

    /// The distance from UTC, as in "+02:00"; empty for none.
    private var zone: String {
        guard offsetMinutes != 0 else { return "" }
        let distance = abs(offsetMinutes)
        return "\(offsetMinutes < 0 ? "-" : "+")\((distance / 60).digits(2)):\((distance % 60).digits(2))"
    }
}
