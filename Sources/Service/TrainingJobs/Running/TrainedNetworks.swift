import Engine
import SemiSupervised
import Training

/// What the method made: the network that becomes the model, and those it is compared with.
struct TrainedNetworks: Sendable {
    struct Trained: Sendable {
        let graph: Graph
        let result: TrainingResult

        var network: FloatNetwork { FloatNetwork(graph: graph, parameters: result.parameters) }
    }

    var supervised: Trained?
    var teacher: Trained?
    var student: Trained?
    var supervisedIsTeacher = false
    var pseudoLabels: PseudoLabelSummary?
    var hiddenLabels: HiddenLabelAccuracy?

    /// The network that becomes the model.
    var final: Trained? { student ?? supervised }
    var finalName: String { student == nil ? "supervised" : "student" }
}
