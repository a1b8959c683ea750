/// What bytes that are no UTF-8 may be instead.
public enum EncodingGuess {
    /// The encoding that bytes may be in which stand where UTF-8 is expected and are none; nil if they look like damage,
    /// or like a character that was cut.
    ///
    /// Text in windows-1252 is ASCII with single bytes beyond it, mostly letters: `M`, `FC`, `ller`. A lead byte of
    /// UTF-8 that is followed by some of what it asks for is a character that something cut.
    ///
    /// - Parameter bytes: from the first wrong byte on; a few are enough.
    public static func encoding(of bytes: Span<UInt8>) -> TextEncoding? {
        guard bytes.count > 0, bytes[0] >= 0x80, TextEncoding.windows1252Characters[Int(bytes[0])] != .max else {
            return nil
        }
        var run = 1
        while run < bytes.count, bytes[run] >= 0x80 {
            guard TextEncoding.windows1252Characters[Int(bytes[run])] != .max else { return nil }
            run += 1
        }
        // A lead byte and what it asks for, all or some of it; else a run may be capitals ("ÄÖÜ"), but no more than a
        // word's worth.
        if let form = UTF8Form(lead: bytes[0]), run > 1, form.second.contains(bytes[1]), run <= form.length {
            return nil
        }
        return run <= 16 ? .windows1252 : nil
    }
}
