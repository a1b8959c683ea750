import FuzzTargets
import Glibc

/// The target for libFuzzer, named by the environment variable.
private let target: FuzzTarget = {
    guard let name = getenv("IMPORT_AUDIT_FUZZ_TARGET"), let target = FuzzTarget(rawValue: String(cString: name)) else {
        let names = FuzzTarget.allCases.map { $0.rawValue }.joined(separator: ", ")
        fatalError("IMPORT_AUDIT_FUZZ_TARGET names none of \(names)")
    }
    return target
}()

/// Called by libFuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try target.run(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        // libFuzzer saves an input that ends the process.
        fatalError("\(target.rawValue): \(error)")
    }
    return 0
}
