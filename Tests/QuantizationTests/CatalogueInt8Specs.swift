import Engine
import EngineOneDNN
import Foundation
import Networks
import Quantization
import Testing

@Suite("Networks of the catalogue in int8")
struct CatalogueInt8Specs {
    /// Logits' signal to noise ratio of int8 against float in decibels: 10 log10(Σ float² / Σ (int8 − float)²), every logit less its mean over the pictures, so that
    /// what all pictures have in common does not count.
    private func ratio(_ int8: [Float], _ float: [Float], classes: Int) -> Double {
        let pictures = float.count / classes
        var (signal, noise) = (0.0, 0.0)
        for logit in 0..<classes {
            let column = stride(from: logit, to: float.count, by: classes).map { Double(float[$0]) }
            let mean = column.reduce(0, +) / Double(pictures)
            for (picture, value) in column.enumerated() {
                signal += (value - mean) * (value - mean)
                noise += (Double(int8[picture * classes + logit]) - value) * (Double(int8[picture * classes + logit]) - value)
            }
        }
        return 10 * log10(signal / max(noise, .leastNormalMagnitude))
    }

    @Test("each is quantised, and its logits tell pictures apart as float's do", arguments: NetworkCatalogue.all.map(\.name))
    func agrees(name: String) throws {
        // Given a network of random weights on pictures of an odd side, each of a colour and a contrast of its own
        let graph = try NetworkCatalogue.graph(name, classes: 10), backend = OneDNNBackend(), side = 65, count = 6
        let parameters = ParameterSet.initial(for: graph, seed: 3)
        let pictures = ColouredPictures.numbers(count, side: side)
        let options = PlanOptions(batch: count, side: side, threads: 2)
        let float = try backend.inferencePlan(graph, parameters, options)
        var calibration = Calibration(method: .minmax, plan: float)
        try calibration.observe(pictures, count: count)
        // When it is quantised the whole way, equalisation and corrected biases included
        let network = try EqualisedNetwork(graph.folded(with: parameters), calibration: calibration, method: .minmax).quantised(
            weightBits: backend.hasWideInt8Products ? 8 : 7)
        let int8 = try backend.inferencePlan(network, options)
        let logits = try pictures.withUnsafeBufferPointer { (try int8.run($0, count: count), try float.run($0, count: count)) }
        // Then the noise is small (weights of 7 bits make twice as much, and of six pictures another way of rounding moves it by a decibel)
        let ratio = ratio(logits.0, logits.1, classes: 10)
        print("\(name): \(String(format: "%.1f", ratio)) dB")
        #expect(ratio > (backend.hasWideInt8Products ? 18 : 17))
    }
}
