import Engine
import Evaluation
import ModelFormat
import Quantization

/// What the model is worth in float and, where it has one, in its int8 form: on the judged pictures, on disk and in time.
struct PrecisionFigures {
    /// By precision.
    let precisions: [String: PrecisionOutcome]
    let latencies: [String: LatencyOutcome]
    let int8: Int8Outcome?
    let calibration: CalibrationOutcome
    let conformal: ConformalOutcome?

    /// - Parameters:
    ///   - quantised: nil where int8 was not asked for.
    ///   - float: the float network's logits of the judged pictures, a row each.
    ///   - manifest: of the model; temperature and prediction sets are used.
    ///   - counter: of the looks at judged pictures.
    init(
        _ network: FloatNetwork, _ quantised: NetworkQuantisation.Outcome?, float: [[Float]], manifest: ModelManifest,
        examination: Examination, counter: LookCounter
    ) throws {
        let labels = examination.judged.map(\.label)
        let classes = examination.pictures.classes.count
        let temperature = manifest.temperature
        let margin = quantised?.margin ?? 0
        let alone = try quantised?.network.map { network in
            try examination.judge(try examination.backend.inferencePlan(network, examination.options), counter)
        }
        let answers = alone.map { PrecisionLook.answers(int8: $0, float: float, below: margin) }
        int8 = try alone.map { rows in
            try Int8Outcome(zip(rows, float).map { PrecisionLook(int8: $0, float: $1) }, labels: labels, classes: classes, margin: margin)
        }
        calibration = try CalibrationOutcome(logits: float, labels: labels, temperature: temperature)
        let judged = [Precision.float: float, .int8: answers].compactMapValues(\.self).mapValues { rows in
            rows.map { Softmax.probabilities($0, temperature: temperature) }
        }
        conformal = try manifest.conformal.map { try ConformalOutcome($0, judged: judged, labels: labels) }
        latencies = try Self.latencies(network, quantised?.network, examination)

        func outcome(_ rows: [[Float]], bytes: Int, latency: Double?) throws -> PrecisionOutcome {
            let matrix = try ConfusionMatrix(labels: labels, predictions: rows.map { Softmax.mode($0) }, classes: classes)
            return PrecisionOutcome(
                accuracy: matrix.accuracy, macroF1: matrix.macroF1, fileBytes: bytes, medianLatencyMilliseconds: latency)
        }
        let report = quantised?.report
        let floatBytes = try report?.floatBytes ?? FloatFile.encode(network.parameters, graph: network.graph).count
        // Where int8 was not measured beside it, its own.
        let latency = report?.latency?.floatMilliseconds ?? latencies[Precision.float.rawValue]?.allThreads.median
        var precisions = [Precision.float.rawValue: try outcome(float, bytes: floatBytes, latency: latency)]
        if let answers, let bytes = report?.int8Bytes {
            precisions[Precision.int8.rawValue] = try outcome(answers, bytes: bytes, latency: report?.latency?.int8Milliseconds)
        }
        self.precisions = precisions
    }

    /// By precision: how fast the finished networks are.
    private static func latencies(_ network: FloatNetwork, _ int8: QuantisedNetwork?, _ examination: Examination) throws
        -> [String: LatencyOutcome]
    {
        let (side, threads, backend) = (examination.input.size, examination.threads, examination.backend)
        var latencies = [
            Precision.float.rawValue: try LatencyOutcome(side: side, threads: threads, check: examination.observer.check) {
                try backend.inferencePlan(network.graph, network.parameters, $0)
            }
        ]
        if let int8 {
            latencies[Precision.int8.rawValue] = try LatencyOutcome(side: side, threads: threads, check: examination.observer.check) {
                try backend.inferencePlan(int8, $0)
            }
        }
        return latencies
    }
}
