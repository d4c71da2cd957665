/// The facts against which a submitted job is judged. All injected: the judgement itself is a pure function.
package struct SubmissionContext: Sendable {
    /// The networks that can be trained here.
    package let networks: [NetworkDescription]
    /// The names of the methods that can be run here.
    package let methods: [TrainSpecification.Method]
    /// Stored pretrained weights: name to the network they belong to.
    package let weights: [String: String]
    /// Processor cores of this machine: the most threads a job may ask for.
    package let cores: Int
    /// Bytes of memory of this machine: the most a job may need.
    package let memoryBytes: Int
    /// Whether this machine's CPU has instructions for training in bfloat16.
    package let trainsInBfloat16: Bool
    /// The dataset (at the revision) that the job names; nil when there is none.
    package private(set) var dataset: DatasetFacts?
    /// The model that the job names; nil when there is none.
    package let model: ModelFacts?

    package init(
        networks: [NetworkDescription], methods: [TrainSpecification.Method] = TrainSpecification.Method.allCases,
        weights: [String: String], cores: Int,
        memoryBytes: Int, trainsInBfloat16: Bool = false, dataset: DatasetFacts?, model: ModelFacts? = nil
    ) {
        self.networks = networks
        self.methods = methods
        self.weights = weights
        self.cores = cores
        self.memoryBytes = memoryBytes
        self.trainsInBfloat16 = trainsInBfloat16
        self.dataset = dataset
        self.model = model
    }
}

extension SubmissionContext {
    /// The same facts with those of another dataset.
    func with(dataset: DatasetFacts?) -> SubmissionContext {
        var other = self
        other.dataset = dataset
        return other
    }
}
