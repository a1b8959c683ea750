// swift-tools-version: 6.2
import PackageDescription

// The program that libFuzzer drives. It is a separate package because such a program has no `main` of its own and can
// only be linked with `-sanitize=fuzzer`. `Scripts/fuzz` builds and runs it. What it tries is in `Targets`, a module of
// the main package, so the ordinary tests can try the same inputs again.
let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "import-audit", path: "..")],
    targets: [
        .executableTarget(
            name: "Fuzz", dependencies: [.product(name: "FuzzTargets", package: "import-audit")], path: "Driver",
            swiftSettings: [.unsafeFlags(["-parse-as-library"])],
            // Gold cannot link what libFuzzer was built with, and LLD would drop the coverage counters by default.
            linkerSettings: [.unsafeFlags(["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "nostart-stop-gc"])])
    ],
    swiftLanguageModes: [.v6]
)
