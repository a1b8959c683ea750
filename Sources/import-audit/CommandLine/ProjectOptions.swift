import ArgumentParser
import CodeFiles
import Glibc
import ImportAnalysis

/// Reads options from `import-audit.yml` in the working directory and nowhere else. Options on the command line win.
enum ProjectOptions {
    static let file = "import-audit.yml"
    static let ignoringFlag = "--no-project-file"

    /// Returns the arguments, with those of the file inserted after the command's name.
    ///
    /// - Parameter arguments: without the name of the program.
    static func add(to arguments: [String]) throws(CommandFailure) -> [String] {
        guard let name = name(of: arguments), ProjectKey.all.contains(where: { $0.commands.contains(name) }) else {
            return arguments
        }
        let words = name.utf8.count { $0 == UInt8(ascii: " ") } + 1
        let options = Set(
            arguments.dropFirst(words).prefix { $0 != "--" }.filter { $0.utf8.first == UInt8(ascii: "-") })
        guard options.isDisjoint(with: [ignoringFlag, "-h", "--help", "--version"]), isThere else { return arguments }
        let settings = try settings()
        let given = Set(options.map { String($0.prefix { $0 != "=" }) })
        var added: [String] = []
        var used: [String] = []
        for (key, setting) in settings where key.commands.contains(name) {
            let option = key.option(of: name)
            guard !given.contains(option), !given.contains("--rules") || !ProjectKey.rules.contains(key.name),
                key.name != "formats" || !given.contains("--format")
            else { continue }
            if let needed = key.needs[name], !given.contains(needed), needed != "--output" || !given.contains("-o") {
                continue
            }
            // Printed output has one format and no folder.
            if ["formats", "css"].contains(key.name), given.contains("--stdout") { continue }
            // The file is known to have a redact key. With "redact: false", the user gives --redact when needed.
            if key.name.hasPrefix("redact-"), !given.contains("--redact"), !isOn("redact", settings) { continue }
            let arguments = Self.arguments(key, setting, option)
            if !arguments.isEmpty { used.append(key.name) }
            added += arguments
        }
        if !used.isEmpty, !options.contains("--quiet") {
            Console.say("Options from \(file): \(used.joined(separator: ", "))")
        }
        return arguments.prefix(words) + added + arguments.dropFirst(words)
    }

    /// Returns the name of the command, such as `history add`, whose first word is no command of its own.
    private static func name(of arguments: [String]) -> String? {
        guard let first = arguments.first, first == HistoryCommand.configuration.commandName else {
            return arguments.first
        }
        return arguments.prefix(2).joined(separator: " ")
    }

    private static func arguments(
        _ key: ProjectKey, _ setting: ProjectFile.Setting, _ option: String
    ) -> [String] {
        switch key.kind {
        case .flag: setting.isOn ? [option] : []
        case .list where key.isJoined: ["\(option)=\(setting.values.map { $0.text }.joined(separator: ","))"]
        case .text, .list: setting.values.map { "\(option)=\($0.text)" }
        }
    }

    private static func isOn(_ name: String, _ settings: [(key: ProjectKey, setting: ProjectFile.Setting)]) -> Bool {
        settings.contains { $0.key.name == name && $0.setting.isOn }
    }

    /// Whether anything has the file's name. If it is not a file, that is an error, too: it was put there for a reason.
    private static var isThere: Bool {
        var status = stat()
        return unsafe lstat(file, &status) == 0
    }

    private static func settings() throws(CommandFailure) -> [(key: ProjectKey, setting: ProjectFile.Setting)] {
        guard InputFile.isRegular(file) else {
            throw failure(file, "This is not a file.")
        }
        let bytes: [UInt8]?
        do throws(CommandFailure) {
            bytes = try InputFile(file).readAll(limit: YAMLFile.maximumSize)
        } catch {
            throw failure(file, error.reason)
        }
        do throws(FileFault) {
            guard let bytes else { throw FileFault(.tooLarge) }
            let settings = try ProjectFile.settings(from: bytes, keys: ProjectKey.all.map { ($0.name, $0.kind) })
            var result: [(key: ProjectKey, setting: ProjectFile.Setting)] = []
            for setting in settings {
                guard let key = ProjectKey.all.first(where: { $0.name == setting.key }) else { continue }
                for value in setting.values { try check(value, key) }
                result.append((key, setting))
            }
            try checkRedaction(result)
            return result
        } catch {
            throw failure(error.place(in: file), error.explanation)
        }
    }

    private static func check(_ value: ProjectFile.Value, _ key: ProjectKey) throws(FileFault) {
        do {
            try key.check(value.text)
        } catch let error as ValidationError {
            // Some messages name their option themselves.
            let place = error.message.hasPrefix("--") ? "" : "\(key.name): "
            throw value.fault(.other(place + error.message))
        } catch {
            throw value.fault(.other("\(key.name): the value cannot be used."))
        }
    }

    /// Fails for a redact-* key without `redact`, a mistake that would expose personal values.
    private static func checkRedaction(
        _ settings: [(key: ProjectKey, setting: ProjectFile.Setting)]
    ) throws(FileFault) {
        guard !settings.contains(where: { $0.key.name == "redact" }),
            let other = settings.first(where: { $0.key.name.hasPrefix("redact-") })
        else { return }
        throw FileFault(
            .other(
                "\(other.key.name) needs “redact: true” here, or “redact: false” if you give --redact only when needed."
            ),
            line: other.setting.line, column: other.setting.column)
    }

    private static func failure(_ place: String, _ reason: String) -> CommandFailure {
        CommandFailure(.usage, of: place, "\(reason) Use \(ignoringFlag) to ignore this file.")
    }
}

/// The option that ignores the project file. It is looked for before the options are parsed.
struct ProjectFileOptions: ParsableArguments {
    static let help: ArgumentHelp = "Do not read options from import-audit.yml in the working directory."

    @Flag(name: .customLong("no-project-file"), help: ProjectFileOptions.help)
    var isIgnored = false
}

/// The number of threads.
enum Threads {
    static func count(_ text: String) throws -> Int {
        guard let count = Int(text), (1...256).contains(count) else {
            throw ValidationError("--threads takes a number from 1 to 256.")
        }
        return count
    }
}
