import Foundation
import TestSupport

/// Real pictures for the tests: drawn once by `aliquot sample`, in the layout of an archive.
enum Pictures {
    /// A fresh folder with `labelled/CLASS/*`, `unlabelled/*` and `test/CLASS/*`.
    static func folder(labelledPerClass: Int = 6, unlabelled: Int = 16, testPerClass: Int = 3, side: Int = 64) async throws -> URL {
        let url = try TestSupport.temporaryDirectory().appendingPathComponent("cells")
        try await Program.run([
            "sample", url.path, "--labelled", "\(labelledPerClass)", "--unlabelled", "\(unlabelled)", "--test", "\(testPerClass)", "--side",
            "\(side)", "--seed", "7",
        ])
        return url
    }

    /// The folder as a `.tar.gz` beside it.
    static func archive(_ folder: URL) async throws -> URL {
        let url = folder.appendingPathExtension("tar.gz")
        let arguments = ["-C", folder.deletingLastPathComponent().path, "-czf", url.path, folder.lastPathComponent]
        let result = try await ChildProcess.run(URL(fileURLWithPath: "/bin/tar"), arguments)
        guard result.status == 0 else {
            throw EndToEndError.programFailed(arguments: arguments, status: result.status, errors: result.errorText)
        }
        return url
    }

    /// All pictures below a folder, in the order of their paths.
    static func files(below folder: URL) throws -> [URL] {
        try everyFile(below: folder).filter { ["png", "jpg"].contains($0.pathExtension) }
    }

    /// All regular files below a folder, in the order of their paths.
    static func everyFile(below folder: URL) throws -> [URL] {
        let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        return try (walk?.allObjects as? [URL] ?? []).filter { try $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true }
            .sorted { $0.path < $1.path }
    }
}
