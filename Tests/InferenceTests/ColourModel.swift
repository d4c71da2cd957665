import Engine
import Foundation
import Images
import ModelFormat
import TestSupport

/// A model directory whose network is never looked at, and pictures of one colour.
enum ColourModel {
    static let classes = ["red", "green", "blue"]

    static func write(
        withInt8: Bool = true, int8Weight: Int8 = 1, defaultPrecision: Precision = .float, temperature: Double = 1,
        floatBelowMargin: Double? = nil, conformal: ConformalCalibration? = nil, input: InputDescription = InputDescription(size: 8)
    )
        throws -> ModelDirectory
    {
        var builder = GraphBuilder(architecture: "colours")
        let pooled = builder.globalAveragePool(builder.input)
        let graph = builder.head("head", pooled, classes: 3)
        let parameters = ParameterSet.initial(for: graph, seed: 1)
        let network = try graph.folded(with: parameters).network
        let weights = QuantisedWeights(
            shape: [3, 3], values: [Int8](repeating: int8Weight, count: 9), scales: [1, 1, 1], bias: [0, 0, 0])
        let quantised = QuantisedNetwork(
            network: network, activations: network.layers.map { _ in ActivationScale(scale: 1, isSigned: true) }, weights: ["head": weights]
        )
        var manifest = ModelManifest(
            architecture: "colours", classes: classes, input: input, defaultPrecision: defaultPrecision, temperature: temperature,
            conformal: conformal)
        manifest.floatBelowMargin = floatBelowMargin
        return try ModelDirectory.write(
            manifest: manifest, graph: graph, parameters: parameters, quantised: withInt8 ? quantised : nil, report: Data("{}".utf8),
            to: TestSupport.temporaryDirectory().appendingPathComponent("1"))
    }

    static func picture(red: UInt8, green: UInt8, blue: UInt8) throws -> [UInt8] {
        try ImageEncoder.png(RGBImage(width: 16, height: 12, pixels: (0..<(16 * 12)).flatMap { _ in [red, green, blue] }))
    }
}
