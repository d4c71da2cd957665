import Base
import EngineOneDNN
import Foundation
import ModelExport

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
    ///   - title: what a package calls the model; `nil`: its dataset's name.
    /// - Throws: ``AliquotError/model(path:reason:)``.
    public func export(_ format: ExportFormat, to url: URL, title: String? = nil) async throws(AliquotError) {
        let directory = directory
        do {
            try await onThread {
                let name = title ?? directory.manifest.lineage.dataset ?? directory.manifest.architecture
                guard let written = ModelExport.ExportFormat(rawValue: format.rawValue) else { return }
                try written.write(directory, title: name, version: ProgramVersion.current, backend: OneDNNBackend(), to: url)
            }
        } catch { throw AliquotError(error, model: folder.path) }
    }
}
