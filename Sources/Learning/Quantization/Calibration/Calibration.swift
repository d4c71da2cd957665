import Engine

/// Watches every layer of a float plan on calibration pictures and says on which grid its values are to be held.
///
/// Scales of all methods come from the same pass over the pictures. Used by one thread, as the plan is.
package struct Calibration {
    package let method: CalibrationMethod
    private let plan: any FloatInferencePlan
    private var histograms: [MagnitudeHistogram]
    /// Pictures seen.
    package private(set) var pictures = 0

    package init(method: CalibrationMethod, plan: any FloatInferencePlan) {
        self.method = method
        self.plan = plan
        histograms = Array(repeating: MagnitudeHistogram(), count: plan.network.layers.count)
    }

    /// Runs pictures through the plan and counts what every layer gives.
    /// - Parameters:
    ///   - pictures: normalised, `[count, 3, side, side]`.
    ///   - count: `1...plan.batch`.
    /// - Throws: ``QuantizationError/notFinite(layer:)`` or the plan's ``EngineError``.
    package mutating func observe(_ pictures: UnsafeBufferPointer<Float>, count: Int) throws {
        let layers = plan.network.layers
        var histograms = histograms
        self.histograms = []  // the copy is now the only owner: counting must not copy 4096 bins a layer
        var faulty: Int?
        defer { self.histograms = histograms }
        try plan.observe(pictures, count: count) { layer, values in
            // The logits leave as float, a max pooling keeps its input's grid.
            if layer == layers.count - 1 { return }
            if case .maxPool = layers[layer].kind { return }
            if !histograms[layer].add(values), faulty == nil { faulty = layer }
        }
        if let faulty { throw QuantizationError.notFinite(layer: layers[faulty].name.isEmpty ? "\(faulty)" : layers[faulty].name) }
        self.pictures += count
    }

    package mutating func observe(_ pictures: [Float], count: Int) throws {
        try pictures.withUnsafeBufferPointer { try observe($0, count: count) }
    }

    /// The scales by the method of this calibration.
    package func scales() throws(QuantizationError) -> [ActivationScale] { try scales(method) }

    /// One scale a layer: largest value / 255 unsigned, / 127 signed. A max pooling has its input's; the logits' is 1 and not used.
    /// - Throws: ``QuantizationError/noPictures(role:)`` before any picture was seen.
    package func scales(_ method: CalibrationMethod) throws(QuantizationError) -> [ActivationScale] {
        guard pictures > 0 else { throw .noPictures(role: "calibration") }
        let network = plan.network
        let signed = ActivationSigns.areSigned(network)
        var scales: [ActivationScale] = []
        for (index, layer) in network.layers.enumerated() {
            if index == network.layers.count - 1 {
                scales.append(ActivationScale(scale: 1, isSigned: true))
            } else if case .maxPool = layer.kind {
                scales.append(scales[layer.inputs[0]])
            } else {
                let histogram = histograms[index]
                if !signed[index], histogram.minimum < 0 { throw .negativeAfterActivation(layer: layer.name, got: histogram.minimum) }
                let magnitude = histogram.magnitude(holding: method.share)
                let scale = magnitude / (signed[index] ? 127 : 255)
                // A layer that was always zero (or beneath what a float divides by) is held on any grid.
                scales.append(ActivationScale(scale: scale.isNormal ? scale : 1, isSigned: signed[index]))
            }
        }
        return scales
    }
}
