import CKernels
import Engine

/// The scales and biases with which a kernel of ours turns 32-bit sums into 8 bits, in the order in which it reads them.
struct OwnFinish {
    private let finish: Int8InferenceCompiler.Finish
    private let unit: Float
    private let input: ActivationScale
    private let output: ActivationScale
    private let residual: ActivationScale?
    /// What a unit of a lane's sum stands for.
    private(set) var scales: [Float] = []
    private var biases: [Float] = []
    private let compiler: Int8InferenceCompiler

    init(_ activation: Activation?, _ residual: Int?, _ compiler: Int8InferenceCompiler, input: Int, output: Int) {
        self.compiler = compiler
        self.input = compiler.scales[input]
        self.output = compiler.scales[output]
        self.residual = residual.map { compiler.scales[$0] }
        finish = Int8InferenceCompiler.Finish(activation, output: self.output)
        // With an activation still to come, real numbers.
        unit = finish.activation == nil ? finish.unit : 1
    }

    /// One channel; nil for a lane that is none.
    /// - Parameter sum: of its weights: signed inputs go in as x + 128.
    mutating func append(_ weights: QuantisedWeights?, _ channel: Int, sum: Int32) {
        guard let weights else {
            scales.append(0)
            biases.append(0)
            return
        }
        let scale = input.scale * weights.scales[channel] / unit
        scales.append(scale)
        biases.append(Float(Double(weights.bias[channel]) / Double(unit) - (input.isSigned ? 128 * Double(sum) * Double(scale) : 0)))
    }

    func keep(_ name: String, count: Int, _ isNew: Bool) throws(EngineError) -> (scales: Buffer, bias: Buffer) {
        (
            try compiler.keep("\(name).weight_scale in lanes", isNew ? scales : [Float](repeating: 0, count: count)),
            try keepBias(name, count: count, isNew)
        )
    }

    func keepBias(_ name: String, count: Int, _ isNew: Bool) throws(EngineError) -> Buffer {
        try compiler.keep("\(name).bias in lanes", isNew ? biases : [Float](repeating: 0, count: count))
    }

    func job(_ scales: Buffer, _ bias: Buffer) -> aliquot_int8_finish {
        aliquot_int8_finish(
            scales: scales.floats, bias: bias.floats, residual: nil, residual_scale: (residual?.scale ?? 0) / unit,
            factor: 1 / output.scale,
            residual_signed: residual?.isSigned == true ? 1 : 0, y_signed: output.isSigned ? 1 : 0,
            activation: aliquot_activation(finish.activation.code))
    }
}
