// swift-tools-version: 6.2
import PackageDescription

/// Every target is built with warnings as errors; those that touch pointers also mark each unsafe use.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let strictMemory: [SwiftSetting] = strict + [.strictMemorySafety()]

/// Whether the package in `Fuzz` builds this one.
let isFuzzed = Context.environment["IMPORT_AUDIT_FUZZING"] != nil

let commandDependencies: [Target.Dependency] = [
    "ImportFoundation", "ImportInputs", "ImportDumps", "ImportSources", "ImportAnalysis", "ImportRedaction",
    "CodeFiles", "ImportReports", "ImportHistory", "Spreadsheets", "WorkbookSources", "XHTMLValidation", "CBuild",
    .product(name: "ArgumentParser", package: "swift-argument-parser"),
]
/// libFuzzer has its own `main`. What it drives is a library, whose `main` gets another name.
let command: Target =
    isFuzzed
    ? .target(
        name: "import-audit", dependencies: commandDependencies,
        swiftSettings: strictMemory + [
            .unsafeFlags(["-Xfrontend", "-entry-point-function-name", "-Xfrontend", "import_audit_main"])
        ])
    : .executableTarget(name: "import-audit", dependencies: commandDependencies, swiftSettings: strictMemory)

let package = Package(
    name: "import-audit",
    // Other programs have no use for the fuzz targets.
    products: isFuzzed
        ? [.library(name: "FuzzTargets", targets: ["FuzzTargets"])]
        : [
            .executable(name: "import-audit", targets: ["import-audit"]),
            .library(name: "ImportAudit", targets: ["ImportAudit"]),
        ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: [
        // C libraries, each behind one shim header with exactly one importer.
        .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
        .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(name: "CLibArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        // Headers only: the library itself is loaded when a workbook is made. Packages link it in.
        .systemLibrary(name: "CXLSXWriter", providers: [.apt(["libxlsxwriter-dev"])]),

        // bytes → rows → summary → report → files
        .target(name: "CRowScan"),
        .target(name: "CSourceScan"),
        .target(name: "ImportFoundation", dependencies: ["CNettle"], swiftSettings: strictMemory),
        .target(
            name: "ImportInputs", dependencies: ["ImportFoundation", "CISAL", "CLibArchive"],
            swiftSettings: strictMemory),
        .target(
            name: "ImportDumps", dependencies: ["ImportFoundation", "CRowScan"], swiftSettings: strictMemory),
        .target(
            name: "ImportSources", dependencies: ["ImportFoundation", "ImportDumps", "CSourceScan"],
            swiftSettings: strictMemory),
        .target(
            name: "ImportAnalysis", dependencies: ["ImportFoundation", "ImportInputs", "ImportDumps", "ImportSources"],
            swiftSettings: strictMemory),
        .target(name: "Spreadsheets", dependencies: ["CXLSXWriter"], swiftSettings: strictMemory),
        .target(
            name: "ImportRedaction",
            dependencies: ["ImportFoundation", "ImportInputs", "ImportDumps", "ImportAnalysis"],
            swiftSettings: strictMemory),
        .target(name: "CBuild"),
        .target(name: "CBuiltInTemplates"),
        .target(
            name: "ImportReports",
            dependencies: [
                "ImportFoundation", "ImportInputs", "ImportDumps", "ImportAnalysis", "Spreadsheets",
                "CBuiltInTemplates",
            ],
            swiftSettings: strictMemory
        ),
        .target(
            name: "CodeFiles",
            dependencies: ["ImportFoundation", "ImportAnalysis", "ImportRedaction", "CYAML"],
            swiftSettings: strictMemory),
        .target(
            name: "ImportHistory", dependencies: ["ImportFoundation", "ImportDumps", "ImportAnalysis", "CSQLite"],
            swiftSettings: strictMemory),
        .target(name: "XHTMLValidation", dependencies: ["CLibXML2", "ImportFoundation"], swiftSettings: strictMemory),
        .target(
            name: "WorkbookSources",
            dependencies: ["ImportFoundation", "ImportInputs", "ImportSources", "XHTMLValidation"],
            swiftSettings: strictMemory),
        // The library for other programs, with all public API.
        .target(
            name: "ImportAudit",
            dependencies: ["ImportFoundation", "ImportInputs", "ImportDumps", "ImportAnalysis", "ImportReports"],
            swiftSettings: strictMemory),
        command,

        // What fuzzing tries on everything that reads bytes from outside, and what a test tries again.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "ImportFoundation", "ImportInputs", "ImportDumps", "ImportSources", "ImportAnalysis", "ImportRedaction",
                "CodeFiles", "ImportReports", "ImportHistory", "WorkbookSources", "XHTMLValidation", "import-audit",
            ],
            path: "Fuzz/Targets", swiftSettings: strict),
        .target(
            name: "TestSupport", path: "Tests/TestSupport", exclude: ["full_disk.c", "failing_calls.c"],
            swiftSettings: strict),
        .testTarget(
            name: "ImportFoundationTests", dependencies: ["ImportFoundation", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ImportInputsTests", dependencies: ["ImportFoundation", "ImportInputs", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ImportDumpsTests", dependencies: ["ImportFoundation", "ImportInputs", "ImportDumps", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ImportSourcesTests",
            dependencies: ["ImportDumps", "ImportFoundation", "ImportSources", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ImportAnalysisTests", dependencies: ["ImportFoundation", "ImportAnalysis", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "SpreadsheetsTests", dependencies: ["Spreadsheets", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ImportRedactionTests",
            dependencies: [
                "ImportFoundation", "ImportInputs", "ImportDumps", "ImportAnalysis", "ImportRedaction", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "CodeFilesTests",
            dependencies: ["ImportFoundation", "ImportAnalysis", "ImportRedaction", "CodeFiles", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ImportHistoryTests",
            dependencies: ["ImportAnalysis", "ImportDumps", "ImportHistory", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ImportReportsTests",
            dependencies: [
                "ImportFoundation", "ImportInputs", "ImportDumps", "ImportAnalysis", "ImportReports", "XHTMLValidation",
                "TestSupport", .product(name: "Mustache", package: "swift-mustache"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "XHTMLValidationTests",
            dependencies: ["XHTMLValidation", "TestSupport"],
            exclude: ["Fixtures"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WorkbookSourcesTests",
            dependencies: ["ImportFoundation", "ImportInputs", "ImportSources", "WorkbookSources", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ImportAuditTests", dependencies: ["ImportAudit", "import-audit", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "import-audit", "ImportFoundation", "ImportInputs", "ImportDumps", "TestSupport",
            ], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

// When fuzzing, undefined behavior in C ends the process.
for target in package.targets where isFuzzed && ["CRowScan", "CSourceScan"].contains(target.name) {
    target.cSettings = [.unsafeFlags(["-fsanitize=undefined", "-fsanitize-trap=undefined"])]
}
