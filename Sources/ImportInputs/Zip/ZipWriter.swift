private import CLibArchive

/// Writes a zip with libarchive, file by file.
///
/// The bytes depend only on the names, the contents and libarchive's zlib: every file is dated 1980-01-01 (the first
/// day that a zip can express), belongs to nobody and may be read by everyone. Sizes beyond 4 GB and more than 65,535
/// files are written as Zip64, unless that is ruled out. Memory does not grow with the files' contents; each file's
/// record for the list at the end stays in memory, about 100 bytes plus its path.
///
/// Only one thread at a time may use it.
@safe
package final class ZipWriter {
    /// A failure of libarchive, with its message.
    package struct Failure: Error {
        package let message: String
    }

    private let archive: OpaquePointer
    private let entry: OpaquePointer
    private let sink: ZipSink

    /// - Parameters:
    ///   - allowsZip64: false for a zip for spreadsheet programs, because some do not support Zip64. Every file must
    ///     then be smaller than 4 GB.
    ///   - output: receives the bytes of the zip, in order. If it throws, the call that led to it rethrows the error.
    package init(allowsZip64: Bool = true, to output: @escaping (Span<UInt8>) throws -> Void) throws {
        guard let archive = unsafe archive_write_new(), let entry = unsafe archive_entry_new() else {
            throw Failure(message: "out of memory")
        }
        unsafe self.archive = archive
        unsafe self.entry = entry
        sink = ZipSink(output)
        // zlib's current default level, given explicitly because the default may change.
        let options =
            "zip:compression=deflate,zip:compression-level=6,zip:hdrcharset=UTF-8" + (allowsZip64 ? "" : ",zip:!zip64")
        let isOpen = UTF8Locale.use {
            unsafe archive_write_set_format_zip(archive) == ARCHIVE_OK
                && archive_write_set_options(archive, options) == ARCHIVE_OK
                && archive_write_set_bytes_per_block(archive, 256 * 1024) == ARCHIVE_OK
                // The last block is not padded.
                && archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK
                // The sink lives as long as this object, which frees the archive first.
                && archive_write_open2(
                    archive, Unmanaged.passUnretained(sink).toOpaque(), nil, writeToSink, nil, nil) == ARCHIVE_OK
        }
        guard isOpen else { throw failure }
    }

    deinit {
        // libarchive frees the state of its compressor only when it closes the archive in good health, so what it still
        // writes is discarded.
        sink.isAbandoned = true
        unsafe archive_write_free(archive)
        unsafe archive_entry_free(entry)
    }

    /// Begins a file, which ends the previous one.
    ///
    /// - Parameters:
    ///   - path: with `/` between its parts.
    ///   - byteCount: the exact number of bytes to be written; nil if it is unknown, in which case it follows the data.
    package func beginFile(_ path: String, byteCount: Int?) throws {
        let status = UTF8Locale.use {
            unsafe archive_entry_clear(entry)
            unsafe archive_entry_update_pathname_utf8(entry, path)
            // A plain file and its permissions.
            unsafe archive_entry_set_mode(entry, 0o100_644)
            if let byteCount { unsafe archive_entry_set_size(entry, Int64(byteCount)) }
            return unsafe archive_write_header(archive, entry)
        }
        guard status == ARCHIVE_OK, sink.failure == nil else { throw failure }
    }

    /// Writes more of the current file.
    package func write(_ bytes: Span<UInt8>) throws {
        guard !bytes.isEmpty else { return }
        let count = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe archive_write_data(archive, bytes.baseAddress, bytes.count)
        }
        guard count == bytes.count, sink.failure == nil else {
            throw sink.failure ?? Failure(message: count < 0 ? message : "a file is longer than announced")
        }
    }

    /// Writes the list of files and the end.
    package func finish() throws {
        guard unsafe archive_write_close(archive) == ARCHIVE_OK, sink.failure == nil else { throw failure }
    }

    private var failure: any Error { sink.failure ?? Failure(message: message) }

    private var message: String {
        guard let text = unsafe archive_error_string(archive) else { return "unknown" }
        return unsafe String(cString: text)
    }
}

/// Receives libarchive's output.
private final class ZipSink {
    private let output: (Span<UInt8>) throws -> Void
    private(set) var failure: (any Error)?
    /// Whether to discard what follows.
    var isAbandoned = false

    init(_ output: @escaping (Span<UInt8>) throws -> Void) {
        self.output = output
    }

    /// Discards bytes once something has failed: libarchive would leak if it learned of the failure.
    func take(_ bytes: Span<UInt8>) {
        guard failure == nil, !isAbandoned else { return }
        do {
            try output(bytes)
        } catch {
            failure = error
        }
    }
}

private func writeToSink(
    _: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ bytes: UnsafeRawPointer?, _ count: Int
) -> Int {
    guard let context = unsafe context else { return Int(ARCHIVE_FATAL) }
    let sink = unsafe Unmanaged<ZipSink>.fromOpaque(context).takeUnretainedValue()
    let block = unsafe UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)
    unsafe block.withMemoryRebound(to: UInt8.self) { unsafe sink.take($0.span) }
    return count
}
