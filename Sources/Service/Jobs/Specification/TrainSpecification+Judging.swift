import Base

/// What cannot work is refused before it takes a place in the queue.
extension TrainSpecification {
    static func judgeMethod(_ method: Method, _ reader: inout FieldReader, _ context: SubmissionContext) {
        guard !context.methods.contains(method) else { return }
        reader.refuse(
            "method", "unknown_value", "got '\(method.rawValue)'; allowed are \(context.methods.map(\.rawValue).joined(separator: ", "))")
    }

    static func judgePrecision(_ precision: Precision?, _ reader: inout FieldReader, _ context: SubmissionContext) {
        guard precision == .bfloat16, !context.trainsInBfloat16 else { return }
        reader.refuse(
            "training_precision", "not_available", "this machine's CPU has neither AVX512_BF16 nor AMX; allowed is float32")
    }

    static func judgeWeights(
        _ weights: String?, network: NetworkDescription?, freezeEpochs: Int?, epochs: Int, _ reader: inout FieldReader,
        _ context: SubmissionContext
    ) {
        if let weights {
            if let owner = context.weights[weights] {
                if let network, owner != network.name {
                    reader.refuse("weights", "other_network", "the weights '\(weights)' belong to '\(owner)', not to '\(network.name)'")
                }
            } else {
                let stored = context.weights.keys.sorted().joined(separator: ", ")
                reader.refuse(
                    "weights", "unknown_weights", "got \(FieldReader.quoted(weights)); stored are \(stored.isEmpty ? "none" : stored)")
            }
        }
        guard let freezeEpochs, freezeEpochs > 0 else { return }
        if weights == nil {
            reader.refuse(
                "freeze_epochs", "needs_weights", "without pretrained weights the body is random and must not be frozen; allowed is 0")
        } else if freezeEpochs >= epochs {
            reader.refuse("freeze_epochs", "out_of_range", "got \(freezeEpochs); allowed is less than the \(epochs) epochs")
        }
    }

    static func judgeDataset(_ name: ResourceName, method: Method, _ reader: inout FieldReader, _ context: SubmissionContext) {
        guard let facts = context.dataset else {
            reader.refuse("dataset", "unknown_dataset", "there is no dataset '\(name)' (or no such revision of it)")
            return
        }
        let labelled = facts.labelledPerClass.filter { $0.value > 0 }
        if labelled.isEmpty {
            reader.refuse("dataset", "no_labels", "the dataset has no labelled picture of role train")
        } else if facts.labelledPerClass.count < 2 {
            reader.refuse("dataset", "one_class", "the dataset has one class only; a classifier needs two or more")
        } else {
            let few = facts.labelledPerClass.filter { $0.value < 2 }.sorted { $0.key < $1.key }
            if !few.isEmpty {
                let list = few.prefix(20).map { "\($0.key): \($0.value)" }.joined(separator: ", ")
                reader.refuse("dataset", "too_few_labels", "every class needs two labelled pictures of role train or more; got \(list)")
            }
        }
        if method.usesUnlabelled, facts.unlabelled == 0 {
            reader.refuse("method", "no_unlabelled", "'\(method.rawValue)' learns from unlabelled pictures and the dataset has none")
        }
    }

    static func judgeSize(_ network: NetworkDescription, side: Int, batch: Int, _ reader: inout FieldReader, _ context: SubmissionContext) {
        if side < network.minimumSide {
            reader.refuse("image_size", "too_small", "got \(side); '\(network.name)' takes \(network.minimumSide) or more")
        }
        let needed = memoryBytes(network, side: side, batch: batch)
        if needed > context.memoryBytes {
            let mebibytes = 1 << 20
            reader.refuse(
                "batch_size", "too_much_memory",
                "'\(network.name)' with \(batch) pictures of \(side)² needs about \(needed / mebibytes) MiB, the machine has \(context.memoryBytes / mebibytes) MiB"
            )
        }
    }

    /// The share of the sum of all activations that a training step holds at once, gradients included: plans reuse memory by lifetime and keep batch norm and ReLU in
    /// place. Measured at 224² by `aliquot bench train` (`activation_bytes`): 0.69 for mobilenet_v2, 0.57 for resnet18. Below both: what might fit is not refused.
    private static let activationShare = 0.5

    /// A lower estimate of what a training step holds: parameters, gradients and two moments; activations and their gradients; the pictures. All 32-bit floats.
    static func memoryBytes(_ network: NetworkDescription, side: Int, batch: Int) -> Int {
        let area = Double(side * side) / Double(224 * 224)
        let activations = Double(network.activationElements) * area * activationShare
        let pictures = Double(3 * side * side)
        return Int(4 * (Double(network.parameters) * 4 + Double(batch) * (activations + pictures)))
    }
}
