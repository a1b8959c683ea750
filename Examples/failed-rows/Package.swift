// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "failed-rows",
    dependencies: [.package(name: "import-audit", path: "../..")],
    targets: [
        .executableTarget(
            name: "failed-rows", dependencies: [.product(name: "ImportAudit", package: "import-audit")],
            swiftSettings: [.treatAllWarnings(as: .error)])
    ])
