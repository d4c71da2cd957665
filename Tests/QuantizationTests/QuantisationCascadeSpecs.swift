import Engine
import Foundation
import ModelFormat
import Quantization
import Testing

@Suite("The two gates")
struct QuantisationCascadeSpecs {
    let graph = ToyNetwork.graph()
    let parameters: ParameterSet
    /// Labelled by the float network itself, so that its macro-F1 is 1.
    let labelled: [(picture: [Float], label: Int)]

    init() throws {
        parameters = try ToyNetwork.parameters(graph)
        let reference = ReferenceFloat(model: try graph.folded(with: parameters))
        labelled = ToyNetwork.pictures(24, seed: 3).map { picture in
            let logits = reference.run(picture, side: ToyNetwork.side).last?.numbers ?? []
            return (picture, logits.indices.max { logits[$0] < logits[$1] } ?? 0)
        }
    }

    private func batches(_ items: [(picture: [Float], label: Int)]) -> QuantisationPictures {
        { visit in
            for start in stride(from: 0, to: items.count, by: 5) {
                let part = items[start..<min(start + 5, items.count)]
                try visit(QuantisationBatch(pictures: part.flatMap(\.picture), labels: part.map(\.label)))
            }
        }
    }

    /// - Parameters:
    ///   - epochs: of quantisation-aware training.
    ///   - shown: called with each epoch that it asks for.
    private func run(_ backend: ReferenceBackend, epochs: Int = 0, shown: @escaping (Int) -> Void = { _ in }) throws
        -> QuantisationCascade.Outcome
    {
        var options = QuantisationOptions(maxDrop: 0.2, batch: 5, latencyRuns: 5)
        options.awareEpochs = epochs
        let training = AwareTrainingPictures(stepsPerEpoch: 5, judging: batches(labelled)) { epoch, visit in
            shown(epoch)
            try batches(labelled)(visit)
        }
        return try QuantisationCascade(
            graph: graph, parameters: parameters, manifest: ToyNetwork.manifest, backend: backend, options: options
        )
        .run(.init(calibration: batches(Array(labelled.prefix(12))), validation: batches(labelled), training: training))
    }

    @Test("every calibration is wrong: the network is trained on in 8 bits from the surest of them, and is kept where that passes")
    func trainsOn() throws {
        // Given int8 networks of which the first two answer upside down
        var epochs: [Int] = []
        let outcome = try run(ReferenceBackend(spoiled: 2), epochs: 2) { epochs.append($0) }
        // Then both calibrations were looked at before it, and the report says how the kept network was made
        let report = outcome.report
        #expect(report.attempts.map(\.scheme.kind) == [.ptq, .ptq, .qat])
        #expect(report.attempts.map(\.passed) == [false, false, true])
        #expect(epochs == [0, 1])
        #expect(report.scheme?.kind == .qat && report.calibration == report.scheme?.calibration)
        #expect(report.served == .int8 && outcome.network != nil)
        #expect(report.reasons.contains { $0.hasPrefix("int8 is accurate enough:") && $0.contains("trained on in 8 bits") })
        // And the file of the report names kind and calibration
        let json = try #require(String(data: JSONEncoder().encode(report), encoding: .utf8))
        #expect(json.contains(#""kind":"qat""#))
        #expect(try JSONDecoder().decode(QuantisationReport.self, from: Data(json.utf8)) == report)
    }

    @Test("a report that was written before there were schemes is still read, and knows what is kept")
    func readsOldReports() throws {
        // Given a report without its schemes
        let report = try run(ReferenceBackend()).report
        var json = try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any])
        json["scheme"] = nil
        json["attempts"] = (json["attempts"] as? [[String: Any]])?.map { $0.filter { $0.key != "scheme" } }
        // Then it reads as it was
        let old = try JSONDecoder().decode(QuantisationReport.self, from: JSONSerialization.data(withJSONObject: json))
        #expect(old.scheme == nil && old.attempts == report.attempts)
        #expect(old.doubt != nil && old.doubt == report.doubt && old.int8 == report.int8)
    }

    @Test("a calibration passes: nothing is trained, be it in doubt as often as it is")
    func trainsOnlyWhereNeeded() throws {
        var epochs: [Int] = []
        let report = try run(ReferenceBackend(), epochs: 2) { epochs.append($0) }.report
        #expect(report.attempts.contains { $0.scheme.kind == .ptq && $0.passed })
        #expect(epochs.isEmpty && report.attempts.allSatisfy { $0.scheme.kind == .ptq })
    }

    @Test("a backend that cannot train in 8 bits says so, and goes on to what is left")
    func withoutTraining() throws {
        let report = try run(ReferenceBackend(spoiled: 2, trainingIsUnsupported: true), epochs: 2).report
        #expect(report.attempts.map(\.scheme.kind) == [.ptq, .ptq])
        #expect(report.reasons.contains("int8 cannot be compiled: training is not supported by reference"))
        #expect(report.reasons.last == "float is served: no int8 network passed")
    }

    @Test("accurate and faster: int8 is served, and the report holds both precisions")
    func servesInt8() throws {
        #expect(Set(labelled.map(\.label)).count > 1)
        let outcome = try run(ReferenceBackend())
        let report = outcome.report
        #expect(report.served == .int8)
        #expect(report.calibration == .percentile)
        #expect(report.float == QuantisationReport.Measures(accuracy: 1, macroF1: 1))
        // One of 24 pictures is 4.2 %: with one in doubt at the most, no other method is looked at
        let first = try #require(report.attempts.first)
        #expect(first.calibration == .percentile && first.passed)
        #expect(try (report.attempts.count == 1) == (#require(first.doubt).share <= 0.05))
        #expect(try #require(report.agreement) >= 0.8)
        let doubt = try #require(report.doubt)
        #expect(doubt.pictures == 24)
        #expect(try doubt.agreement >= #require(report.agreement))
        #expect(doubt.share <= 0.5)
        #expect(report.calibrationPictures == 12)
        #expect(report.validationPictures == 24)
        #expect(report.weightBits == 8)
        let latency = try #require(report.latency)
        #expect(latency.int8Milliseconds < latency.floatMilliseconds)
        // The kept network is the one that was measured, and its size is that of its file
        let network = try #require(outcome.network)
        let model = QuantisedModel(network: network, classes: ["a", "b", "c"], input: ToyNetwork.manifest.input, temperature: 1)
        #expect(try model.encode().count == report.int8Bytes)
        #expect(try JSONDecoder().decode(QuantisationReport.self, from: JSONEncoder().encode(report)) == report)
    }

    @Test("the first method is wrong: the next one is tried")
    func triesTheNextMethod() throws {
        let report = try run(ReferenceBackend(spoiled: 1)).report
        #expect(report.attempts.map(\.calibration) == [.percentile, .minmax])
        #expect(report.attempts.map(\.scheme) == [.ptq(.percentile), .ptq(.minmax)])
        #expect(report.attempts.map(\.passed) == [false, true])
        #expect(report.scheme == .ptq(.minmax))
        #expect(report.calibration == .minmax)
        #expect(report.served == .int8)
    }

    @Test("every method is wrong: float is served, there is no int8 network, and the reasons carry the figures")
    func refusesInaccurate() throws {
        let outcome = try run(ReferenceBackend(spoiled: 2))
        #expect(outcome.network == nil)
        #expect(outcome.report.served == .float)
        #expect(outcome.report.calibration == nil)
        #expect(outcome.report.latency == nil)
        #expect(outcome.report.int8Bytes == nil)
        // Two gates a method: nearly every picture would need float, which then of course answers as float does
        #expect(outcome.report.reasons.count == 6)
        #expect(outcome.report.reasons[0].hasPrefix("int8 is too often in doubt:"))
        // And as none passed, parts of it were to stay in float, which this backend refuses once
        #expect(outcome.report.reasons[4] == "int8 cannot be compiled: layers in float is not supported by reference")
        #expect(outcome.report.reasons[5] == "float is served: no int8 network passed")
    }

    @Test("accurate but not faster: float is served, the int8 network is kept")
    func refusesSlow() throws {
        let outcome = try run(ReferenceBackend(int8IsSlow: true))
        #expect(outcome.network != nil)
        #expect(outcome.report.served == .float)
        #expect(try #require(outcome.report.reasons.last).hasPrefix("int8 is not faster here: median"))
    }

    @Test("a backend without int8 serves float and says so")
    func withoutInt8() throws {
        let outcome = try run(ReferenceBackend(int8IsUnsupported: true))
        #expect(outcome.network == nil)
        #expect(outcome.report.served == .float)
        #expect(outcome.report.reasons == ["int8 cannot be compiled: int8 is not supported by reference"])
    }

    @Test("where 8-bit products saturate, weights keep to 7 bits")
    func narrowsWeights() throws {
        let outcome = try run(ReferenceBackend(hasWideInt8Products: false))
        #expect(outcome.report.weightBits == 7)
        let values = try #require(outcome.network).weights.values.flatMap(\.values)
        #expect(values.max() == 63)
        #expect(values.min() == -63)
    }

    @Test("a drop of exactly max_drop passes, more does not; equal speed does not pass")
    func boundaries() {
        #expect(QuantisationGates.accuracy(.ptq(.minmax), float: 0.95, int8: 0.94, maxDrop: 0.01).passes)
        #expect(!QuantisationGates.accuracy(.ptq(.minmax), float: 0.95, int8: 0.939, maxDrop: 0.01).passes)
        #expect(QuantisationGates.accuracy(.ptq(.minmax), float: 0.9, int8: 0.95, maxDrop: 0).passes)
        #expect(!QuantisationGates.accuracy(.ptq(.minmax), float: 0.9, int8: .nan, maxDrop: 1).passes)
        #expect(QuantisationGates.speed(float: 2, int8: 1.9, doubt: 0.04).passes)
        #expect(!QuantisationGates.speed(float: 2, int8: 2, doubt: 0).passes)
        // 1.5 ms and, for every fourth picture, 2 ms more: as slow as float alone
        #expect(!QuantisationGates.speed(float: 2, int8: 1.5, doubt: 0.25).passes)
        #expect(QuantisationGates.doubt(.ptq(.minmax), share: 0.5, allowed: 0.5).passes)
        #expect(!QuantisationGates.doubt(.ptq(.minmax), share: 0.51, allowed: 0.5).passes)
        #expect(LatencyComparison.median([3, 1, 2]) == 2)
        #expect(LatencyComparison.median([4, 1, 2, 3]) == 2.5)
    }

    @Test("no validation pictures, no gate")
    func needsValidation() {
        let quantisation = QuantisationCascade(
            graph: graph, parameters: parameters, manifest: ToyNetwork.manifest, backend: ReferenceBackend())
        #expect(throws: QuantizationError.noPictures(role: "validation")) {
            try quantisation.run(.init(calibration: batches(Array(labelled.prefix(2))), validation: { _ in }))
        }
    }
}
