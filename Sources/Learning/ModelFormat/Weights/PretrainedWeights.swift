import Engine
import Foundation
import Tensors

/// Published weights of the same architecture, in any floating-point type, with the parameter names of their library.
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
        let file = try Safetensors.read(url)
        let tensors = try FloatFile.tensors(file)
        let fit = try fit(tensors.mapValues(\.shape), graph)
        guard let odd = tensors.first(where: { !$0.value.values.allSatisfy(\.isFinite) }) else {
            let parameters = fit.headFits ? try ParameterSet(tensors, for: graph) : try into.replacingBody(with: tensors, graph: graph)
            return Loaded(parameters: parameters, headWasLoaded: fit.headFits, classesInFile: fit.classes, metadata: file.metadata)
        }
        throw ModelFormatError.invalidNetwork(["tensor \(odd.key) holds a value that is not a number"])
    }

    /// Whether a file fits an architecture, from its header alone: for an upload that is not to be read whole.
    /// - Returns: the number of classes of the file's head.
    /// - Throws: ``EngineError/parameters(missing:unexpected:wrongShape:)`` with every fault at once.
    @discardableResult
    package static func check(_ header: SafetensorsHeader, for graph: Graph) throws(EngineError) -> Int {
        let entries = header.entries.filter { !FloatFile.isCounter($0.name) }
        return try fit(Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.shape) }), graph).classes
    }

    /// The head fits if it differs from the graph's in nothing; it may differ in the number of classes alone.
    private static func fit(_ shapes: [String: [Int]], _ graph: Graph) throws(EngineError) -> (headFits: Bool, classes: Int) {
        let specifications = graph.parameterSpecifications
        let names = Set(specifications.map(\.name))
        var wrong: [EngineError.WrongShape] = []
        var headClasses: Set<Int> = []
        for specification in specifications {
            guard let shape = shapes[specification.name] else { continue }
            if specification.isHead, let classes = shape.first, shape.dropFirst() == specification.shape.dropFirst() {
                headClasses.insert(classes)
            } else if shape != specification.shape {
                wrong.append(EngineError.WrongShape(name: specification.name, got: shape, expected: specification.shape))
            }
        }
        if headClasses.count > 1, let weight = specifications.last(where: \.isHead) {
            wrong.append(EngineError.WrongShape(name: weight.name, got: shapes[weight.name] ?? [], expected: weight.shape))
        }
        let missing = specifications.map(\.name).filter { shapes[$0] == nil }
        let unexpected = shapes.keys.filter { !names.contains($0) }.sorted()
        guard missing.isEmpty, unexpected.isEmpty, wrong.isEmpty else {
            throw .parameters(missing: missing, unexpected: unexpected, wrongShape: wrong)
        }
        return (headClasses == [graph.classes], headClasses.first ?? graph.classes)
    }
}
