/// Something that lay around a dump and was taken off to read it.
public enum Wrapping: Sendable, Hashable {
    /// The text was in this encoding, by its IANA name, and was converted to UTF-8.
    case encoding(String)
    /// Each line had a prefix, or was a record, of a container's or a system's log.
    case log(LogFormat)
    /// Lines of an event stream (`data: …`).
    case eventStream
    /// The head of an HTTP answer, as `curl -i` shows it, is before the dump.
    case httpResponse
    /// The dump is the value at this place of another JSON document: a JSON Pointer (RFC 6901).
    case member(pointer: String)
    /// The dump is the text of the string at this place of another JSON document: a JSON Pointer (RFC 6901).
    case string(pointer: String)
    /// That text was in Base64 (RFC 4648).
    case base64

    /// The formats of logs that are taken off.
    public enum LogFormat: String, Sendable, Hashable, CaseIterable {
        /// One JSON record for each line, as Docker's driver `json-file` writes them.
        case dockerJSON
        /// A time, a stream and a tag before each line, as container runtimes write them under Kubernetes.
        case cri
        /// A time before each line.
        case timestamps
        /// The name of a container before each line, as Docker Compose and `kubectl logs --prefix` write it.
        case containerNames
        /// Time, host and program before each line, as in syslog and the journal.
        case syslog
    }
}
