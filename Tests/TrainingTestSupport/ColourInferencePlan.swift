import Engine

final class ColourInferencePlan: FloatInferencePlan {
    let batch: Int
    let classes: Int
    let activationBytes = 0
    let network: FusedNetwork
    private var arithmetic: ColourArithmetic

    init(_ graph: Graph, _ parameters: ParameterSet, _ options: PlanOptions) {
        batch = options.batch
        classes = graph.classes
        network = FusedNetwork(architecture: graph.architecture, classes: graph.classes, layers: [])
        arithmetic = ColourArithmetic(parameters, classes: graph.classes)
    }

    func load(_ parameters: ParameterSet) { arithmetic = ColourArithmetic(parameters, classes: classes) }

    func run(_ pictures: UnsafeBufferPointer<Float>, count: Int) throws(EngineError) -> [Float] {
        guard (1...batch).contains(count) else { throw .wrongCount(what: "pictures", got: count, expected: batch) }
        return ColourArithmetic.means(pictures, count: count).flatMap { arithmetic.logits(arithmetic.hidden($0)) }
    }

    func explain(repeats: Int) -> [PrimitiveTiming] { [] }

    func observe(_ pictures: UnsafeBufferPointer<Float>, count: Int, visit: (Int, UnsafeBufferPointer<Float>) -> Void) throws(EngineError) {
        throw .unsupported(what: "observe", by: "ColourInferencePlan")
    }
}
