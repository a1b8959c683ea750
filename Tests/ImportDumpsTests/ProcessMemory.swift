private import Glibc

/// Forbids this process to take more memory for data than it has now and `bytes` more. False if that cannot be done.
func limitMemoryGrowth(to bytes: Int) -> Bool {
    guard let now = dataBytes() else { return false }
    var limits = rlimit()
    limits.rlim_cur = rlim_t(now + bytes)
    limits.rlim_max = limits.rlim_cur
    return setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limits) == 0
}

/// Bytes of data, as Linux counts them for the limit: the sixth number of /proc/self/statm, in pages.
private func dataBytes() -> Int? {
    let file = open("/proc/self/statm", O_RDONLY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = read(file, &buffer, buffer.count)
    let numbers = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
    guard numbers.count > 5, let pages = Int(numbers[5]) else { return nil }
    return pages * Int(getpagesize())
}
