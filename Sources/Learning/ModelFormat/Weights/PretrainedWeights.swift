import Engine
import Foundation
import Tensors

/// Published weights of the same architecture, in any floating-point type, with the parameter names of torchvision or timm: safetensors or PyTorch's `.pth`.
///
/// The one way in: jobs, uploads and the command line all come through here.
package enum PretrainedWeights {
    /// What was loaded, and whether the head came with it.
    package struct Loaded: Sendable {
        package let parameters: ParameterSet
        /// False where the file's head has another number of classes: then the head is that of the parameters given.
        package let headWasLoaded: Bool
        /// Classes of the file's head.
        package let classesInFile: Int
        package let metadata: [String: String]
    }

    /// The parameters of `into`, everything replaced by the file's; the head too if it has as many classes.
    ///
    /// - Parameter into: fresh parameters of `graph`.
    /// - Throws: ``EngineError/parameters(missing:unexpected:wrongShape:)`` with every fault at once, or ``ModelFormatError`` for what is wrong with the file itself.
    package static func load(_ url: URL, for graph: Graph, into: ParameterSet) throws -> ParameterSet {
        try loadReporting(url, for: graph, into: into).parameters
    }

    /// ``load(_:for:into:)``, saying what became of the head.
    package static func loadReporting(_ url: URL, for graph: Graph, into: ParameterSet) throws -> Loaded {
        let file = try WeightsFile(opening: url)
        let fit = try WeightsFit(file.tensors, for: graph)
        var tensors: [String: FloatTensor] = [:]
        try floats(of: file, fit) { parameter, tensor in tensors[parameter] = tensor }
        let parameters = fit.headFits ? try ParameterSet(tensors, for: graph) : try into.replacingBody(with: tensors, graph: graph)
        return Loaded(parameters: parameters, headWasLoaded: fit.headFits, classesInFile: fit.classesInFile, metadata: file.metadata)
    }

    /// Whether a file fits an architecture, from its names and shapes alone.
    /// - Throws: as ``loadReporting(_:for:into:)``.
    package static func check(_ url: URL, for graph: Graph) throws -> WeightsFit {
        try WeightsFit(WeightsFile(opening: url).tensors, for: graph)
    }

    /// The parameters that a file holds under the graph's names, one after the other, every value looked at.
    ///
    /// - Throws: ``ModelFormatError/wrongElementType(tensor:got:expected:)``, ``ModelFormatError/notFinite(tensor:)``, both with the name in the file.
    package static func floats(of file: WeightsFile, _ fit: WeightsFit, _ body: (String, FloatTensor) -> Void) throws(ModelFormatError) {
        let sources = Dictionary(uniqueKeysWithValues: fit.sources.map { ($0.name, $0) })
        try file.read(fit.sources.map(\.name)) { name, stored throws(ModelFormatError) in
            guard let source = sources[name] else { throw .missingEntry(name) }
            guard stored.elementType.isFloatingPoint else {
                throw .wrongElementType(tensor: name, got: stored.elementType, expected: ElementType.allCases.filter(\.isFloatingPoint))
            }
            var values = try stored.floats().values
            guard values.allSatisfy(\.isFinite) else { throw .notFinite(tensor: name) }
            if source.shift != 0 { for index in values.indices { values[index] += source.shift } }
            do { body(source.parameter, try FloatTensor(shape: source.shape, values: values)) } catch {
                throw .wrongByteCount(tensor: name, got: stored.bytes.count, expected: stored.count * stored.elementType.byteCount)
            }
        }
    }

    /// The file again as safetensors under the graph's names: element types kept, except where a value was changed for the other library's sake (F32 then).
    /// - Throws: `ModelFormatError`, as ``floats(of:_:_:)``.
    package static func converted(_ file: WeightsFile, _ fit: WeightsFit, metadata: [String: String]) throws(ModelFormatError) -> Data {
        let sources = Dictionary(uniqueKeysWithValues: fit.sources.map { ($0.name, $0) })
        var tensors: [(String, StoredTensor)] = []
        try file.read(fit.sources.map(\.name)) { name, stored throws(ModelFormatError) in
            guard let source = sources[name] else { throw .missingEntry(name) }
            guard source.shift != 0 else {
                tensors.append(
                    (source.parameter, try StoredTensor(elementType: stored.elementType, shape: source.shape, bytes: stored.bytes)))
                return
            }
            let values = try stored.floats().values.map { $0 + source.shift }
            tensors.append(
                (source.parameter, try StoredTensor(elementType: .float32, shape: source.shape, bytes: values.withUnsafeBytes { Data($0) }))
            )
        }
        return try Safetensors.encode(tensors, metadata: metadata)
    }
}
