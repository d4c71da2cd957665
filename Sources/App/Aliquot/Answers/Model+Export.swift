import Base
import Engine
import EngineOneDNN
import Foundation
import ModelExport
import ModelFormat

extension Model {
    /// A format that other programs read.
    public enum ExportFormat: String, Sendable, CaseIterable {
        /// ONNX, opset 17, 32-bit floating point.
        case onnxFloat = "float.onnx"
        /// ONNX, opset 17, 8 bit (QDQ form); only of a model with an int8 form.
        case onnxInt8 = "int8.onnx"
        /// A package of the BioImage Model Zoo.
        case bioImage = "bioimageio.zip"
    }

    /// Writes the model in another format.
    ///
    /// - Parameters:
    ///   - format: which.
    ///   - url: the file; one that is there is replaced.
    ///   - title: what the package calls the model; `nil`: its dataset's name.
    /// - Throws: ``AliquotError/model(path:reason:)``.
    public func export(_ format: ExportFormat, to url: URL, title: String? = nil) async throws(AliquotError) {
        let (directory, threads) = (self.directory, self.threads)
        do {
            try await onThread {
                switch format {
                case .onnxFloat: try AtomicFile.write(ONNXFile.encode(directory, .float, version: ProgramVersion.current), to: url)
                case .onnxInt8: try AtomicFile.write(ONNXFile.encode(directory, .int8, version: ProgramVersion.current), to: url)
                case .bioImage:
                    let name = title ?? directory.manifest.lineage.dataset ?? directory.manifest.architecture
                    let aside = url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).\(ULID.now()).tmp")
                    let plan = try OneDNNBackend().inferencePlan(
                        try directory.graph(), try directory.parameters(),
                        PlanOptions(batch: 1, side: directory.manifest.input.size, threads: threads))
                    try BioImagePackage.write(directory, title: name, version: ProgramVersion.current, to: aside) { picture in
                        try picture.withUnsafeBufferPointer { try plan.run($0, count: 1) }
                    }
                    guard rename(aside.path, url.path) == 0 else { throw SystemError(call: "rename", subject: url.path) }
                }
            }
        } catch { throw AliquotError(error, model: folder.path) }
    }
}
