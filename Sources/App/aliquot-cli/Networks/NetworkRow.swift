import Base
import Engine
import EngineOneDNN
import Foundation
import Networks
import Quantization

/// One line of `aliquot networks`.
struct NetworkRow: Encodable {
    let name: String
    let family: String
    let compact: Bool
    /// Trainable numbers with 1000 classes.
    let parameters: Int
    /// Multiply-adds of one picture.
    let multiplyAdds: Int
    let minimumSide: Int
    /// Of the tensors of a file of weights.
    let floatBytes: Int
    private(set) var int8Bytes: Int?
    /// Medians at batch 1, nil where not measured.
    let floatMs: Double?
    private(set) var int8Ms: Double?
    /// Why there is nothing in int8.
    private(set) var int8Missing: String?
    let size: Int
    let threads: Int

    init(_ entry: NetworkEntry, size: Int, threads: Int, repeats: Int) throws {
        let graph = entry.graph(classes: 1000)
        name = entry.name
        family = entry.family.rawValue
        compact = entry.isCompact
        parameters = graph.parameterCount
        multiplyAdds = try graph.multiplyAdds(side: size)
        minimumSide = entry.minimumSide
        floatBytes = graph.parameterSpecifications.reduce(0) { $0 + 4 * $1.count }
        self.size = size
        self.threads = threads
        let options = PlanOptions(batch: 1, side: size, threads: threads)
        let backend = OneDNNBackend()
        let values = ParameterSet.initial(for: graph, seed: 0)
        var random = SeededRandom(seed: 0)
        let picture = (0..<3 * size * size).map { _ in Float(random.normal()) }
        func median(_ plan: any InferencePlan) throws -> Double? {
            guard repeats > 0 else { return nil }
            return try timed(repeats: repeats) {
                _ = try picture.withUnsafeBufferPointer { (picture) throws(EngineError) in try plan.run(picture, count: 1) }
            }.median
        }
        let float = try backend.inferencePlan(graph, values, options)
        floatMs = try median(float)
        do {
            var calibration = Calibration(method: .minmax, plan: float)
            try calibration.observe(picture, count: 1)
            let quantised = try Quantiser.quantise(
                graph.folded(with: values), scales: calibration.scales(), weightBits: backend.hasWideInt8Products ? 8 : 7)
            int8Ms = try median(backend.inferencePlan(quantised, options))
            int8Bytes = quantised.weights.values.reduce(0) { $0 + $1.values.count + 4 * ($1.scales.count + $1.bias.count) }
        } catch EngineError.unsupported(let what, let by) {
            int8Missing = "\(by) does not support \(what)"
        }
    }

    static let heading = "network                family            parameters      MACs   float     int8   float ms  int8 ms"

    var line: String {
        func cell(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
        func number(_ value: Double?, _ format: String) -> String { value.map { String(format: format, $0) } ?? "-" }
        let millions = String(format: "%.2f M", Double(parameters) / 1e6), giga = String(format: "%.3f G", Double(multiplyAdds) / 1e9)
        return name.padding(toLength: 22, withPad: " ", startingAt: 0) + " "
            + "\(family), \(compact ? "compact" : "standard")".padding(toLength: 16, withPad: " ", startingAt: 0)
            + cell(millions, 12) + cell(giga, 10) + cell(number(Double(floatBytes) / 1e6, "%.1f MB"), 9)
            + cell(number(int8Bytes.map { Double($0) / 1e6 }, "%.1f MB"), 9) + cell(number(floatMs, "%.2f"), 10)
            + cell(number(int8Ms, "%.2f"), 9)
    }
}
