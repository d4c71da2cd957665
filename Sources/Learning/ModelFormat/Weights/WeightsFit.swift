import Engine

/// How the tensors of a file become the parameters of a graph: which name each has there, and what was done to it.
///
/// Three things are tried, none of which changes a number: the prefixes that wrappers put before every name are taken off; the names of the other library are
/// translated (``ForeignNames``) where more of the file fits so; a linear layer's `[outputs, inputs]` and a 1×1 convolution's `[outputs, inputs, 1, 1]` are the same.
package struct WeightsFit: Sendable {
    /// One parameter of the graph in the file.
    package struct Source: Sendable, Equatable {
        /// The parameter's name in the graph.
        package let parameter: String
        /// Its name in the file.
        package let name: String
        package let shape: [Int]
        package let isHead: Bool
        /// A running statistic of a norm: no parameter in the sense of counts.
        package let isStatistic: Bool
        /// Added to each value: ``ForeignNames/varianceShift`` for running variances.
        let shift: Float
    }

    /// In the order of the graph's parameters.
    package let sources: [Source]
    /// The library whose names were translated; nil where the file has the graph's own names.
    package let translatedFrom: String?
    /// What stood before every name, such as `module.`; empty where nothing did.
    package let prefix: String
    package let classesInFile: Int
    /// Whether the file's head has as many classes as the graph.
    package let headFits: Bool

    /// Whether the file can be used by others under the graph's names as it is.
    package var isVerbatim: Bool { translatedFrom == nil && prefix.isEmpty && sources.allSatisfy { $0.parameter == $0.name } }

    /// What wrappers of PyTorch put before names: `DataParallel`, `torch.compile`, Lightning and timm's wrappers.
    private static let wrappers = ["module.", "_orig_mod.", "model."]

    /// - Throws: ``EngineError/parameters(missing:unexpected:wrongShape:)`` with every fault at once. A head may differ in the number of classes alone.
    package init(_ tensors: [WeightsFile.Tensor], for graph: Graph) throws(EngineError) {
        let specifications = graph.parameterSpecifications
        let own = Set(specifications.map(\.name))
        let prefix = Self.commonPrefix(tensors.map(\.name))
        // The name in the graph's terms → the tensor.
        func named(_ rename: (String) -> String?) -> [String: WeightsFile.Tensor] {
            Dictionary(
                tensors.map { (rename(String($0.name.dropFirst(prefix.count))) ?? $0.name, $0) }, uniquingKeysWith: { first, _ in first })
        }
        func fitting(_ tensors: [String: WeightsFile.Tensor]) -> Int { tensors.keys.reduce(0) { $0 + (own.contains($1) ? 1 : 0) } }
        var byName = named { $0 }
        var foreign: ForeignNames?
        if let names = ForeignNames.of(graph.architecture) {
            let translated = named(names.translate)
            if fitting(translated) > fitting(byName) { (byName, foreign) = (translated, names) }
        }

        var sources: [Source] = []
        var wrong: [EngineError.WrongShape] = []
        var headClasses: Set<Int> = []
        for specification in specifications {
            guard let tensor = byName[specification.name] else { continue }
            let shape = Self.adapted(tensor.shape, to: specification.shape)
            if specification.isHead, let classes = shape.first, shape.dropFirst() == specification.shape.dropFirst() {
                headClasses.insert(classes)
            } else if shape != specification.shape {
                wrong.append(EngineError.WrongShape(name: specification.name, got: tensor.shape, expected: specification.shape))
            }
            let shift = specification.role == .runningVariance ? foreign?.varianceShift ?? 0 : 0
            sources.append(
                Source(
                    parameter: specification.name, name: tensor.name, shape: shape, isHead: specification.isHead,
                    isStatistic: !specification.role.isTrainable, shift: shift))
        }
        if headClasses.count > 1, let weight = specifications.last(where: \.isHead) {
            wrong.append(EngineError.WrongShape(name: weight.name, got: byName[weight.name]?.shape ?? [], expected: weight.shape))
        }
        let missing = specifications.map(\.name).filter { byName[$0] == nil }
        let used = Set(sources.map(\.name))
        let unexpected = tensors.map(\.name).filter { !used.contains($0) }.sorted()
        guard missing.isEmpty, unexpected.isEmpty, wrong.isEmpty else {
            throw .parameters(missing: missing, unexpected: unexpected, wrongShape: wrong)
        }
        self.sources = sources
        self.prefix = prefix
        translatedFrom = foreign?.library
        headFits = headClasses == [graph.classes]
        classesInFile = headClasses.first ?? graph.classes
    }

    /// The wrappers' prefixes that stand before every name.
    private static func commonPrefix(_ names: [String]) -> String {
        var prefix = ""
        while let wrapper = wrappers.first(where: { wrapper in !names.isEmpty && names.allSatisfy { $0.hasPrefix(prefix + wrapper) } }) {
            prefix += wrapper
        }
        return prefix
    }

    /// `shape`, or the expected one where they differ in dimensions of 1 at the end alone, outputs aside.
    private static func adapted(_ shape: [Int], to expected: [Int]) -> [Int] {
        let (rank, expectedRank) = (shape.count, expected.count)
        if rank == 2, expectedRank == 4, expected.suffix(2) == [1, 1] { return shape + [1, 1] }
        if rank == 4, expectedRank == 2, shape.suffix(2) == [1, 1] { return Array(shape.prefix(2)) }
        return shape
    }
}
