import Engine
import Foundation
import Tensors

/// `float.safetensors`: a parameter set under its state-dictionary names, F32, every bit kept. Other libraries load it as it is.
package enum FloatFile {
    package static func encode(_ parameters: ParameterSet, graph: Graph) throws(ModelFormatError) -> Data {
        try Safetensors.encode(
            parameters.tensors.map { ($0.key, StoredTensor($0.value)) },
            metadata: ["format": "pt", "architecture": graph.architecture, "classes": String(graph.classes)])
    }

    package static func write(_ parameters: ParameterSet, graph: Graph, to url: URL) throws(ModelFormatError) {
        let tensors = parameters.tensors.map { ($0.key, StoredTensor($0.value)) }
        try Safetensors.write(
            tensors, metadata: ["format": "pt", "architecture": graph.architecture, "classes": String(graph.classes)], to: url)
    }

    /// All tensors as `Float`; `num_batches_tracked` (a counter that no computation reads) is passed over.
    /// - Throws: ``ModelFormatError/wrongElementType(tensor:got:expected:)`` with the tensor's name.
    static func tensors(_ file: SafetensorsFile) throws(ModelFormatError) -> [String: FloatTensor] {
        var tensors: [String: FloatTensor] = [:]
        for (name, tensor) in file.tensors where !isCounter(name) {
            guard tensor.elementType.isFloatingPoint else {
                throw .wrongElementType(tensor: name, got: tensor.elementType, expected: ElementType.allCases.filter(\.isFloatingPoint))
            }
            tensors[name] = try tensor.floats()
        }
        return tensors
    }

    static func isCounter(_ name: String) -> Bool { name == "num_batches_tracked" || name.hasSuffix(".num_batches_tracked") }
}
