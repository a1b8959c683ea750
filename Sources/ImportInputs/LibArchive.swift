private import CLibArchive
private import Glibc
import ImportFoundation

/// An archive or a stream of compressed data that libarchive reads. Only ``ZipWriter`` also uses libarchive.
///
/// Only one thread at a time may use it.
@safe
final class LibArchive {
    private let archive: OpaquePointer
    private let input: ArchiveInput
    private let format: ContainerFormat

    /// Delivered bytes of the entry that are not copied yet. libarchive owns them; they are valid until it is asked for
    /// more.
    private var block = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    /// The offset of `block` in the entry, which is beyond `position` if a hole of zeros comes before it.
    private var blockOffset = 0
    private var position = 0
    /// The end or the failure after `block`, once it is known that no block follows.
    private var ending: Ending?

    private enum Ending {
        case end
        case failed(ReadFailure)
    }

    /// Opens an input that was recognized as `format`.
    init(_ format: ContainerFormat, _ input: ArchiveInput) throws(ReadFailure) {
        guard let archive = unsafe archive_read_new() else { throw ReadFailure(errorNumber: ENOMEM) }
        unsafe self.archive = archive
        self.input = input
        self.format = format
        guard selectFormat(), open() else { throw failure }
    }

    deinit {
        unsafe archive_read_free(archive)
    }

    /// Moves to the next entry, skipping the rest of the previous one.
    func next() -> ArchiveStep {
        unsafe block = UnsafeRawBufferPointer(start: nil, count: 0)
        (blockOffset, position, ending) = (0, 0, nil)
        return UTF8Locale.use {
            var entry: OpaquePointer?
            let status = unsafe archive_read_next_header(archive, &entry)
            switch status {
            case ARCHIVE_OK, ARCHIVE_WARN:
                guard let entry = unsafe entry else { return .failed(failure) }
                let described = unsafe ArchiveEntry(entry)
                if format == .zip, unsafe isDamaged(described, entry) { return withoutKind(described) }
                return .entry(described)
            case ARCHIVE_EOF:
                // Every tar archive ends with zeros. If one is cut off between two entries, only their absence shows
                // it.
                return format == .tar && input.trailingZeros < 512 ? .failed(ReadFailure(.breaksOff(.tar))) : .end
            case ARCHIVE_RETRY, ARCHIVE_FAILED:
                return .damaged(message)
            default:
                return unsafe archive_read_has_encrypted_entries(archive) > 0 ? .encrypted : .failed(failure)
            }
        }
    }

    /// Whether the kind of an entry of a zip must be wrong. No checksum protects it, and it must not hide rows.
    ///
    /// Only files have bytes, as far as the size is known before the data, and the target of a link is a path.
    private func isDamaged(_ described: ArchiveEntry, _ entry: OpaquePointer) -> Bool {
        switch described.kind {
        case .hardLink: false
        case .symbolicLink(let target): !Self.isPath(target)
        case .file, .folder, .special:
            unsafe archive_entry_filetype(entry) & S_IFMT != S_IFREG && archive_entry_size(entry) > 0
        }
    }

    /// Treats an entry as a file if its kind is damaged. libarchive delivers no bytes of others.
    private func withoutKind(_ entry: ArchiveEntry) -> ArchiveStep {
        let failure = ReadFailure(.damaged(.zip, .structure))
        // Only the list has kinds. Without it, the entry will be a file, unless its name is that of a folder.
        if input.isFile { return .failed(failure) }
        ending = .failed(failure)
        var file = entry
        file.kind = .file
        if file.name.last == UInt8(ascii: "/") { file.name.removeLast() }
        return .entry(file)
    }

    /// Whether a link may have this target. A dump, packed or not, has other bytes.
    private static func isPath(_ target: [UInt8]) -> Bool {
        !target.isEmpty && target.count < Int(PATH_MAX)
            && !target.contains { $0 < 0x20 || $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "\"") }
    }

    /// Reads more of the entry; 0 means its end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadFailure) -> Int {
        guard buffer.count > 0 else { return 0 }
        while true {
            if position < blockOffset {
                let hole = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: buffer[..<min(blockOffset - position, buffer.count)])
                unsafe hole.initializeMemory(as: UInt8.self, repeating: 0)
                position += hole.count
                return hole.count
            }
            if unsafe !block.isEmpty {
                let count = unsafe min(block.count, buffer.count)
                unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: block[..<count]))
                unsafe block = UnsafeRawBufferPointer(rebasing: block[count...])
                position += count
                blockOffset = position
                return count
            }
            switch ending {
            case .end: return 0
            case .failed(let failure): throw failure
            case nil: fetchBlock()
            }
        }
    }

    private func fetchBlock() {
        var bytes: UnsafeRawPointer?
        var count = 0
        var offset: Int64 = 0
        let status = unsafe archive_read_data_block(archive, &bytes, &count, &offset)
        switch status {
        case ARCHIVE_EOF:
            blockOffset = max(position, Int(offset))
            ending = faultBehindTheEnd.map { .failed($0) } ?? .end
        case ARCHIVE_OK, ARCHIVE_WARN:
            unsafe block = UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)
            blockOffset = Int(offset)
            // A warning with the last bytes means that their checksum is wrong.
            if status == ARCHIVE_WARN { ending = .failed(failure) }
            guard blockOffset < position else { return }
            unsafe block = UnsafeRawBufferPointer(start: nil, count: 0)
            ending = .failed(ReadFailure(.damaged(format, .structure)))
        default:
            ending = .failed(failure)
        }
    }

    /// The error if anything but padding zeros follows the end of compressed data: libarchive ignores bytes that it
    /// does not recognize as the beginning of another part.
    private var faultBehindTheEnd: ReadFailure? {
        guard !format.isArchive else { return nil }
        input.readToEnd()
        if let failure = input.failure { return failure }
        let unread = unsafe input.bytesRead - Int(archive_filter_bytes(archive, -1))
        return unread > input.trailingZeros ? ReadFailure(.damaged(format, .trailingBytes)) : nil
    }

    /// Why libarchive stopped: the input's own failure or libarchive's message.
    private var failure: ReadFailure {
        if let failure = input.failure { return failure }
        let message = message
        if input.isAtEnd || message.contains("runcated") { return ReadFailure(.breaksOff(format)) }
        if message.contains("bad CRC") { return ReadFailure(.damaged(format, .checksum)) }
        if message.contains("nsupported") || message.contains("not supported") {
            return ReadFailure(.damaged(format, .method(message)))
        }
        return ReadFailure(.damaged(format, .other(message)))
    }

    /// libarchive's message about the last error.
    private var message: String {
        guard let text = unsafe archive_error_string(archive) else { return "" }
        return String(unsafe String(cString: text).prefix(200))
    }
}

// MARK: Opening

extension LibArchive {
    private func selectFormat() -> Bool {
        switch format {
        case .gzip: selectFilter(ARCHIVE_FILTER_GZIP)
        case .zstd: selectFilter(ARCHIVE_FILTER_ZSTD)
        case .xz: selectFilter(ARCHIVE_FILTER_XZ)
        case .bzip2: selectFilter(ARCHIVE_FILTER_BZIP2)
        case .lz4: selectFilter(ARCHIVE_FILTER_LZ4)
        case .tar:
            // Otherwise, archives that were appended to others would be lost.
            unsafe archive_read_set_format(archive, ARCHIVE_FORMAT_TAR) >= ARCHIVE_WARN
                && archive_read_set_format_option(archive, "tar", "read_concatenated_archives", "1") >= ARCHIVE_WARN
        // Both readers: by the list at the end if there is one, otherwise from the front.
        case .zip: unsafe archive_read_support_format_zip(archive) >= ARCHIVE_WARN
        case .sevenZip: unsafe archive_read_set_format(archive, ARCHIVE_FORMAT_7ZIP) >= ARCHIVE_WARN
        }
    }

    /// Selects one filter, with its output as the only entry.
    private func selectFilter(_ filter: CInt) -> Bool {
        unsafe archive_read_set_format(archive, ARCHIVE_FORMAT_RAW) >= ARCHIVE_WARN
            && archive_read_append_filter(archive, filter) >= ARCHIVE_WARN
    }

    private func open() -> Bool {
        // The input lives as long as this object, which closes the archive first.
        unsafe archive_read_set_callback_data(archive, Unmanaged.passUnretained(input).toOpaque())
        unsafe archive_read_set_read_callback(archive, readInput)
        if input.isFile {
            unsafe archive_read_set_skip_callback(archive, skipInput)
            unsafe archive_read_set_seek_callback(archive, seekInput)
        }
        return UTF8Locale.use { unsafe archive_read_open1(archive) } >= ARCHIVE_WARN
    }
}

private func readInput(
    _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ bytes: UnsafeMutablePointer<UnsafeRawPointer?>?
) -> Int {
    guard let context = unsafe context, let bytes = unsafe bytes,
        let block = unsafe Unmanaged<ArchiveInput>.fromOpaque(context).takeUnretainedValue().next()
    else { return Int(ARCHIVE_FATAL) }
    unsafe bytes.pointee = block.baseAddress
    return block.count
}

private func skipInput(_: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ count: Int64) -> Int64 {
    guard let context = unsafe context else { return 0 }
    return Int64(unsafe Unmanaged<ArchiveInput>.fromOpaque(context).takeUnretainedValue().skip(Int(count)))
}

private func seekInput(
    _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ offset: Int64, _ origin: CInt
) -> Int64 {
    guard let context = unsafe context else { return Int64(ARCHIVE_FATAL) }
    let input = unsafe Unmanaged<ArchiveInput>.fromOpaque(context).takeUnretainedValue()
    let place: Int? =
        switch origin {
        case SEEK_SET: input.seek(to: Int(offset))
        case SEEK_CUR: input.seek(by: Int(offset))
        case SEEK_END: input.seek(fromEnd: Int(offset))
        default: nil
        }
    return place.map(Int64.init) ?? Int64(ARCHIVE_FATAL)
}

// MARK: Entries

extension ArchiveEntry {
    /// Copies libarchive's description of an entry.
    fileprivate init(_ entry: OpaquePointer) {
        name = unsafe Self.bytes(archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry))
        isEncrypted = unsafe archive_entry_is_encrypted(entry) != 0
        if let target = unsafe archive_entry_hardlink_utf8(entry) ?? archive_entry_hardlink(entry) {
            kind = .hardLink(target: unsafe Self.bytes(target))
            return
        }
        switch unsafe archive_entry_filetype(entry) & S_IFMT {
        case S_IFDIR: kind = .folder
        case S_IFLNK:
            kind = .symbolicLink(
                target: unsafe Self.bytes(archive_entry_symlink_utf8(entry) ?? archive_entry_symlink(entry)))
        case S_IFIFO: kind = .special(.fifo)
        case S_IFSOCK: kind = .special(.socket)
        case S_IFBLK, S_IFCHR: kind = .special(.device)
        // Some archives store no types, and all their entries are files.
        default: kind = .file
        }
    }

    private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8] {
        guard let text = unsafe text else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
}

/// libarchive converts names to the character set of the locale and drops those that do not fit into it.
enum UTF8Locale {
    /// Created once and never freed.
    private static nonisolated(unsafe) let locale = unsafe newlocale(1 << CInt(LC_CTYPE), "C.UTF-8", nil)

    /// Runs the body with UTF-8 as this thread's character set; the rest of the process keeps its own.
    static func use<Result>(_ body: () -> Result) -> Result {
        guard let locale = unsafe locale else { return body() }
        let before = unsafe uselocale(locale)
        defer { unsafe uselocale(before) }
        return body()
    }
}
