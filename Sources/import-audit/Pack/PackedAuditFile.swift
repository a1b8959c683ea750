import Glibc
import ImportAnalysis
import ImportFoundation
import ImportInputs
import ImportReports

/// A zip to verify, open for reading.
struct PackedAuditFile: ~Copyable {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws(CommandFailure) {
        self.path = path
        // Opening a pipe must not wait for a writer.
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw CommandFailure(.noInput, of: path, SystemFailure.last.description) }
    }

    deinit {
        close(descriptor)
    }

    /// Checks the zip against its manifest.
    ///
    /// - Parameter listed: called with each input that the manifest lists, and with each file that was sent.
    func verify(_ listed: (ListedInAudit) throws -> Void) throws -> PackVerification {
        try reading {
            var verifier = try PackVerifier(name: path, descriptor: descriptor) {
                if Interruption.isRequested { throw Interrupted() }
            }
            return try verifier.verify(listed: listed)
        }
    }

    /// Passes on everything in the manifest again.
    func forEachListed(_ body: (ListedInAudit) throws -> Void) throws {
        try reading { try PackVerifier.forEachListed(descriptor: descriptor, body) }
    }

    private func reading<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let fault as ZipFault {
            throw CommandFailure(.inputNotReadWhole, of: path, fault.explanation)
        } catch let failure as ReadFailure {
            throw CommandFailure(.inputNotReadWhole, of: path, failure.description)
        }
    }
}
