import Base
import Engine
import Foundation
import ModelFormat

/// A format that other programs read, by the name of its file.
package enum ExportFormat: String, Sendable, CaseIterable {
    /// ONNX, opset 17, 32-bit floating point.
    case onnxFloat = "float.onnx"
    /// ONNX, opset 17, 8 bit (QDQ form); only of a model with an int8 form.
    case onnxInt8 = "int8.onnx"
    /// A package of the BioImage Model Zoo.
    case bioImage = "bioimageio.zip"

    /// Those that a model can be written in.
    package static func formats(of manifest: ModelManifest) -> [ExportFormat] {
        allCases.filter { $0 != .onnxInt8 || manifest.precisions.contains(.int8) }
    }

    /// Writes a model aside and puts it in the place of `url`. Blocks.
    ///
    /// - Parameters:
    ///   - title: what a package calls it.
    ///   - version: of the program.
    ///   - backend: answers the test picture of a package.
    /// - Throws: ``ModelExportError``, `SystemError`, what reading the model throws; nothing is left behind.
    package func write(_ model: ModelDirectory, title: String, version: String, backend: any Backend, to url: URL) throws {
        switch self {
        case .onnxFloat: try AtomicFile.write(ONNXFile.encode(model, .float, version: version), to: url)
        case .onnxInt8: try AtomicFile.write(ONNXFile.encode(model, .int8, version: version), to: url)
        case .bioImage:
            let aside = url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).\(ULID.now()).tmp")
            let plan = try backend.inferencePlan(
                try model.graph(), try model.parameters(), PlanOptions(batch: 1, side: model.manifest.input.size, threads: 1))
            try BioImagePackage.write(model, title: title, version: version, to: aside) { picture in
                try picture.withUnsafeBufferPointer { try plan.run($0, count: 1) }
            }
            guard rename(aside.path, url.path) == 0 else {
                let error = SystemError(call: "rename", subject: url.path)
                unlink(aside.path)
                throw error
            }
        }
    }
}
