import Engine
import Tensors

final class ColourTrainingPlan: TrainingPlan {
    let graph: Graph
    let batch: Int
    let activationBytes = 0
    private var network: ColourArithmetic
    private var state = OptimiserState(bodySteps: 0, headSteps: 0, first: [:], second: [:])
    private var means: [[Float]] = []
    private var hidden: [[Float]] = []
    private var latest: [String: [Float]] = [:]
    private var averages: ColourArithmetic?

    init(_ graph: Graph, _ options: PlanOptions) {
        self.graph = graph
        batch = options.batch
        network = ColourArithmetic(ParameterSet.initial(for: graph, seed: 0), classes: graph.classes)
        for (name, values) in network.values {
            state.first[name] = [Float](repeating: 0, count: values.count)
            state.second[name] = [Float](repeating: 0, count: values.count)
        }
    }

    func load(_ parameters: ParameterSet) { network = ColourArithmetic(parameters, classes: graph.classes) }
    func parameters() throws(EngineError) -> ParameterSet { try network.parameters(graph) }
    func optimiserState() -> OptimiserState { state }
    func load(optimiser: OptimiserState) { state = optimiser }
    func gradients() -> [String: [Float]] { latest }

    func forward(_ pictures: UnsafeBufferPointer<Float>, seed: UInt64) throws(EngineError) -> [Float] {
        means = ColourArithmetic.means(pictures, count: batch)
        hidden = means.map(network.hidden)
        return hidden.flatMap(network.logits)
    }

    func backward(_ logitGradient: [Float], headOnly: Bool) throws(EngineError) {
        let classes = graph.classes
        let features = ColourArithmetic.features
        latest = network.values.mapValues { [Float](repeating: 0, count: $0.count) }
        for picture in 0..<batch {
            for row in 0..<classes {
                let gradient = logitGradient[picture * classes + row]
                latest["head.bias"]?[row] += gradient
                for column in 0..<features { latest["head.weight"]?[row * features + column] += gradient * hidden[picture][column] }
            }
            if headOnly { continue }
            for column in 0..<features {
                let gradient = (0..<classes).reduce(Float(0)) {
                    $0 + logitGradient[picture * classes + $1] * network.at("head.weight", $1 * features + column)
                }
                latest["body.bias"]?[column] += gradient
                for channel in 0..<3 { latest["body.weight"]?[column * 3 + channel] += gradient * means[picture][channel] }
            }
        }
    }

    func update(_ step: OptimiserStep) throws(EngineError) {
        state.headSteps += 1
        if !step.freezeBody { state.bodySteps += 1 }
        for name in network.values.keys.sorted() {
            let isHead = name.hasPrefix("head.")
            if step.freezeBody, !isHead { continue }
            let count = isHead ? state.headSteps : state.bodySteps
            update(name, rate: isHead ? step.headRate : step.bodyRate, step.optimiser, steps: Float(count))
        }
    }

    func updateAverage(decay: Float) {
        guard var averages else {
            averages = network
            return
        }
        for (name, values) in network.values {
            averages.values[name] = zip(averages.values[name] ?? [], values).map { decay * $0 + (1 - decay) * $1 }
        }
        self.averages = averages
    }

    func average() throws(EngineError) -> ParameterSet? {
        guard let averages else { return nil }
        return try averages.parameters(graph)
    }

    func load(average: ParameterSet) { averages = ColourArithmetic(average, classes: graph.classes) }

    private func update(_ name: String, rate: Float, _ optimiser: Optimiser, steps: Float) {
        guard var values = network.values[name], var first = state.first[name], var second = state.second[name], let gradient = latest[name]
        else { return }
        for index in values.indices {
            switch optimiser {
            case .sgd(let momentum, let nesterov, let decay):
                let slope = gradient[index] + decay * values[index]
                first[index] = momentum * first[index] + slope
                values[index] -= rate * (nesterov ? slope + momentum * first[index] : first[index])
            case .adamW(let beta1, let beta2, let epsilon, let decay):
                values[index] -= rate * decay * values[index]
                first[index] = beta1 * first[index] + (1 - beta1) * gradient[index]
                second[index] = beta2 * second[index] + (1 - beta2) * gradient[index] * gradient[index]
                let mean = first[index] / (1 - power(beta1, steps))
                let spread = (second[index] / (1 - power(beta2, steps))).squareRoot()
                values[index] -= rate * mean / (spread + epsilon)
            }
        }
        (network.values[name], state.first[name], state.second[name]) = (values, first, second)
    }

    private func power(_ base: Float, _ exponent: Float) -> Float { (0..<Int(exponent)).reduce(1) { value, _ in value * base } }
}
