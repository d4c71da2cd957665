// swift-tools-version: 6.2
import PackageDescription

/// Every warning of ours is an error; the optimiser flags stay SwiftPM's own, so that a plain `swift build -c release` works.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// One of our Swift targets in the room `Sources/<room>`.
func room(_ room: String, _ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: room.isEmpty ? "Sources/\(name)" : "Sources/\(room)/\(name)", swiftSettings: strict)
}

/// The specifications of a target, `Tests/<name>Tests`.
func specs(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, path: "Tests/\(name)Tests", swiftSettings: strict)
}

/// A C library of the system, described by a module map in `Sources/Shims/<name>`.
func shim(_ name: String, apt package: String) -> Target {
    .systemLibrary(name: name, path: "Sources/Shims/\(name)", providers: [.apt([package])])
}

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "aliquot",
    products: [.executable(name: "aliquot", targets: ["aliquot"]), .library(name: "Aliquot", targets: ["Aliquot"])],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        // Only for `swift package generate-documentation`.
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // Shims: one C library each; C of our own only where Swift cannot do it.
        shim("COneDNN", apt: "libdnnl-dev"),
        shim("COpenSSL", apt: "libssl-dev"),
        shim("CArchive", apt: "libarchive-dev"),
        shim("CZlib", apt: "zlib1g-dev"),
        shim("CLinux", apt: "libc6-dev"),
        .target(
            name: "CCodecs", path: "Sources/Shims/CCodecs",
            linkerSettings: [
                .linkedLibrary("jpeg"), .linkedLibrary("spng"), .linkedLibrary("tiff"), .linkedLibrary("webp"), .linkedLibrary("webpdemux"),
            ]),
        .target(
            name: "CKernels", path: "Sources/Shims/CKernels", cSettings: [.unsafeFlags(["-O3"])],
            linkerSettings: [.linkedLibrary("gomp"), .linkedLibrary("m")]),

        // Base: identifiers, seeded randomness, atomic files, digests, clocks. Known to all, knows nobody.
        .target(name: "Base", dependencies: ["COpenSSL"], path: "Sources/Base", swiftSettings: strict),

        // Wire
        // Sockets: turns file descriptors into byte streams on event loops, and nothing else.
        room("Wire", "Sockets", ["Base", "CLinux"]),
        // Gzip: compresses and, under an output limit, decompresses.
        room("Wire", "Gzip", ["CZlib"]),
        // HTTP: speaks HTTP/1.1: bytes to requests, responses to bytes, requests to handlers.
        room("Wire", "HTTP", ["Base", "Sockets", httpTypes]),

        // Vision
        // Images: decodes untrusted bytes into 8-bit RGB pixels within limits, resizes, encodes thumbnails.
        room("Vision", "Images", ["Base", "CCodecs"]),
        // Augmentation: changes pictures, always from a given seed.
        room("Vision", "Augmentation", ["Base", "Images"]),
        // SamplePictures: draws the synthetic stained-cell microscopy of the demonstration.
        room("Vision", "SamplePictures", ["Base", "Images"]),

        // Learning
        // Tensors: shape, element type, owned memory.
        room("Learning", "Tensors", ["Base"]),
        // Engine: a network as a static graph; what a plan is; parameters; memory planning; the optimisers' settings.
        room("Learning", "Engine", ["Base", "Tensors"]),
        // EngineOneDNN: compiles a graph into oneDNN primitives: float training, float and int8 inference.
        room("Learning", "EngineOneDNN", ["Base", "Tensors", "Engine", "COneDNN", "CKernels"]),
        // Networks: builds the architectures as graphs, one file per paper.
        room("Learning", "Networks", ["Base", "Tensors", "Engine"]),
        // Evaluation: measures. Pure functions.
        room("Learning", "Evaluation", ["Base"]),
        // ModelFormat: reads and writes models and weights: model directory, safetensors.
        room("Learning", "ModelFormat", ["Base", "Tensors", "Engine"]),
        // ONNXSchema: ONNX's messages, made by protoc-gen-swift from onnx.proto beside it.
        .target(
            name: "ONNXSchema", dependencies: [protobuf], path: "Sources/Learning/ONNXSchema", exclude: ["onnx.proto"],
            swiftSettings: strict),
        // ModelExport: a trained model in other programs' formats: ONNX, BioImage Model Zoo.
        room("Learning", "ModelExport", ["Base", "Images", "Tensors", "Engine", "Evaluation", "ModelFormat", "ONNXSchema", "CArchive"]),
        // Training: the loop: batches in, loss down, checkpoints and events out.
        room("Learning", "Training", ["Base", "Tensors", "Images", "Augmentation", "Engine", "ModelFormat", "Evaluation"]),
        // SemiSupervised: learns from unlabelled images.
        room(
            "Learning", "SemiSupervised", ["Base", "Tensors", "Images", "Augmentation", "Engine", "ModelFormat", "Evaluation", "Training"]),
        // Quantization: float network to int8 network: calibration, the two gates, the report.
        room("Learning", "Quantization", ["Base", "Tensors", "Engine", "ModelFormat", "Evaluation", "Training"]),
        // Explanation: where on a picture a network found what speaks for a class.
        room("Learning", "Explanation", ["Tensors", "Images", "Engine"]),
        // Inference: answers for an image: decode, normalise, run, rank.
        room("Learning", "Inference", ["Base", "Tensors", "Images", "Engine", "ModelFormat", "Evaluation", "Explanation"]),

        // Service
        // DatasetStore: images, labels and immutable dataset revisions: SQLite beside content-addressed blobs.
        room("Service", "DatasetStore", ["Base", "Images", "CArchive", grdb]),
        // ModelStore: immutable model versions and the aliases that point at them.
        room("Service", "ModelStore", ["Base", "ModelFormat"]),
        // WeightsStore: pretrained weights by name: takes files in after holding them against their network, fetches the published ones.
        room("Service", "WeightsStore", ["Base", "Engine", "ModelFormat"]),
        // Jobs: accepts, remembers across crashes, hands out and watches jobs; local worker processes.
        room("Service", "Jobs", ["Base", log, grdb]),
        // TrainingJobs: carries out one job inside a worker process.
        room(
            "Service", "TrainingJobs",
            [
                "Base", "Images", "Augmentation", "Tensors", "Engine", "Networks", "Evaluation", "ModelFormat", "Training",
                "SemiSupervised",
                "Quantization", "Inference", "DatasetStore", "ModelStore", "WeightsStore", "Jobs",
            ]),
        // API: maps HTTP resources onto stores, queue and predictor; decides nothing else.
        room(
            "Service", "API",
            [
                "Base", "Gzip", "HTTP", "Images", "ModelFormat", "ModelExport", "Inference", "DatasetStore", "ModelStore", "WeightsStore",
                "Jobs",
                httpTypes, log,
            ]),

        // App: knows all, known to nobody.
        // Aliquot: the public library: the paper's procedures as calls, without a server.
        room(
            "App", "Aliquot",
            [
                "Base", "Images", "Engine", "EngineOneDNN", "Networks", "ModelFormat", "ModelExport", "Training", "Inference",
                "DatasetStore", "ModelStore", "WeightsStore", "Jobs", "TrainingJobs",
            ]),
        room(
            "App", "AliquotService",
            [
                "Base", "Sockets", "HTTP", "Images", "Engine", "EngineOneDNN", "Networks", "ModelFormat", "ModelExport", "Inference",
                "DatasetStore",
                "ModelStore", "WeightsStore", "Jobs", "TrainingJobs", "API",
                log, lifecycle,
            ]),
        .executableTarget(
            name: "aliquot",
            dependencies: [
                "Aliquot", "API", "AliquotService", "Base", "Images", "SamplePictures", "Tensors", "Engine", "EngineOneDNN", "Networks",
                "ModelFormat",
                "Evaluation", "Training",
                "SemiSupervised", "Quantization", "Inference", "TrainingJobs", "WeightsStore", "Jobs", "Sockets", log, arguments,
            ],
            path: "Sources/App/aliquot-cli", swiftSettings: strict),

        // first-model: the program of docs/first-model, fifteen lines on the library; the end-to-end specs run it.
        .executableTarget(name: "first-model", dependencies: ["Aliquot"], path: "docs/first-model", swiftSettings: strict),

        // Tests
        // TestSupport: places and child processes that several test targets need.
        .target(name: "TestSupport", dependencies: ["Base"], path: "Tests/TestSupport", swiftSettings: strict),
        specs("TestSupport", ["Base"]),
        specs("ModelFormat", ["Base", "Tensors", "Engine", "Networks", "TestSupport"]),
        specs(
            "Quantization",
            ["Base", "Tensors", "Engine", "EngineOneDNN", "Networks", "ModelFormat", "Evaluation", "Images", "Inference", "TestSupport"]),
        specs(
            "ModelExport",
            ["Base", "Tensors", "Engine", "EngineOneDNN", "Networks", "ModelFormat", "Quantization", "ONNXSchema", "TestSupport"]),
        specs("Explanation", ["Base", "Tensors", "Images", "Engine", "EngineOneDNN", "Networks", "TestSupport"]),
        specs("Inference", ["Base", "Tensors", "Engine", "Evaluation", "ModelFormat", "Images", "TestSupport"]),
        // EndToEndTests: the real program over loopback.
        .testTarget(
            name: "EndToEndTests", dependencies: ["TestSupport", "Base", grdb], path: "Tests/EndToEndTests", swiftSettings: strict),
        specs("Evaluation", ["Base", "TestSupport"]),
        // TrainingTestSupport: a network in plain loops, and pictures for it.
        .target(
            name: "TrainingTestSupport", dependencies: ["Base", "Tensors", "Images", "Engine", "Training", "SemiSupervised"],
            path: "Tests/TrainingTestSupport", swiftSettings: strict),
        specs("Training", ["Base", "Engine", "Images", "TrainingTestSupport", "TestSupport"]),
        specs(
            "SemiSupervised", ["Augmentation", "Base", "Images", "Engine", "Evaluation", "Training", "TrainingTestSupport", "TestSupport"]),
        specs(
            "TrainingJobs",
            [
                "Base", "DatasetStore", "Engine", "EngineOneDNN", "Evaluation", "Images", "Jobs", "ModelFormat", "Training",
                "TrainingTestSupport", "TestSupport",
            ]),
        specs("Aliquot", ["Base", "Images", "ModelFormat", "TestSupport", "Training", "TrainingTestSupport"]),
        specs("Jobs", ["Base", "TestSupport", grdb]),
        specs("API", ["Base", "HTTP", "Images", "DatasetStore", "ModelStore", "Jobs", "Inference", "TestSupport", httpTypes, log]),
        specs("AliquotService", ["API", "Base", "Jobs", "Tensors", "Engine", "Networks", "ModelFormat", "Images", "TestSupport", log]),
        specs("Sockets", ["Base"]),
        specs("Gzip"),
        specs("HTTP", ["Base", "Sockets", "TestSupport", httpTypes]),
        specs("Images", ["Base", "CCodecs", "TestSupport"]),
        specs("Augmentation", ["Base", "Images", "TestSupport"]),
        specs("SamplePictures", ["Base", "Images", "TestSupport"]),
        specs("DatasetStore", ["Base", "Images", "CArchive", "TestSupport", grdb]),
        specs("ModelStore", ["Base", "Tensors", "Engine", "ModelFormat", "TestSupport"]),
        specs("WeightsStore", ["Base", "Engine", "HTTP", "ModelFormat", "Sockets", "Tensors", "TestSupport", httpTypes]),
        // RealWeightsTests: published weights and pictures, the whole way to the logits.
        .testTarget(
            name: "RealWeightsTests",
            dependencies: ["Base", "Engine", "EngineOneDNN", "Inference", "ModelFormat", "Networks", "TestSupport"],
            path: "Tests/RealWeightsTests", swiftSettings: strict),
        specs("Networks", ["Base", "Engine", "TestSupport"]),
        specs("Engine", []),
        specs("EngineOneDNN", ["Base", "Tensors", "Engine", "Networks", "Quantization", "TestSupport"]),
        specs("CKernels", ["TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)
