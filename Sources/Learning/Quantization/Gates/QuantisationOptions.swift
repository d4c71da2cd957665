/// How a network is quantised and when int8 is good enough to be served.
package struct QuantisationOptions: Codable, Sendable, Equatable {
    /// Tried in this order until one leaves little in doubt.
    package var methods: [CalibrationMethod]
    /// What int8 may lose of the validation macro-F1.
    package var maxDrop: Double
    /// Pictures in a batch of calibration and validation.
    package var batch: Int
    /// Threads of a plan, in the latency measurement too: those of a lane that serves.
    package var threads: Int
    /// Runs at batch 1 of each precision, interleaved, whose medians are compared.
    package var latencyRuns: Int
    /// The share of pictures that int8, left alone above the margin of doubt, may be expected to put in another class than float.
    package var disagreement = 0.01
    /// The share of pictures that may be in doubt. Where it is more, int8 is not worth having.
    package var maxDoubt = 0.5
    /// Passes of quantisation-aware training over its pictures, where no calibration method is sure enough; 0: it is not tried.
    package var awareEpochs = 0
    /// The largest rate of its steps, until an epoch does not help. At 5e-5 the float weights go astray by more than 8 bits cost.
    package var awareRate = 1e-5

    package init(
        methods: [CalibrationMethod] = [.percentile, .minmax], maxDrop: Double = 0.01, batch: Int = 16, threads: Int = 1,
        latencyRuns: Int = 51
    ) {
        self.methods = methods
        self.maxDrop = maxDrop
        self.batch = batch
        self.threads = threads
        self.latencyRuns = latencyRuns
    }

    /// `first` and then the methods that are left.
    package init(first: CalibrationMethod, maxDrop: Double = 0.01, batch: Int = 16, threads: Int = 1, latencyRuns: Int = 51) {
        self.init(
            methods: [first] + CalibrationMethod.allCases.filter { $0 != first }, maxDrop: maxDrop, batch: batch, threads: threads,
            latencyRuns: latencyRuns)
    }

    enum CodingKeys: String, CodingKey {
        case methods, batch, threads, disagreement
        case awareEpochs = "qat_epochs"
        case awareRate = "qat_rate"
        case maxDoubt = "max_doubt"
        case maxDrop = "max_drop"
        case latencyRuns = "latency_runs"
    }
}
