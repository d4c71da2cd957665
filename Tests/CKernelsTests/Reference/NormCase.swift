import CKernels
import Foundation

/// One batch norm with everything fused, in float64: y = act(factor · (scale · x̂ + shift) + residual) · gate.
struct NormCase {
    let activation: PlainActivation
    let hasResidual: Bool
    let hasExtras: Bool
    let threads: Int
    let x: BlockedPictures
    let residual: BlockedPictures
    let dy: BlockedPictures
    let dy2: BlockedPictures
    let scale: Floats
    let shift: Floats
    let factors: Floats
    let gate: Floats
    let dpooled: Floats
    let mean: Floats
    let inverse: Floats

    init(
        activation: PlainActivation, hasResidual: Bool, hasExtras: Bool, batch: Int, channels: Int, height: Int, width: Int, lanes: Int,
        threads: Int, seed: Int
    ) {
        var random = RandomFloats(seed: seed + 3000)
        self.activation = activation
        self.hasResidual = hasResidual
        self.hasExtras = hasExtras
        self.threads = threads
        x = BlockedPictures(batch: batch, channels: channels, height: height, width: width, lanes: lanes, random: &random, scale: 3)
        residual = x.alike(random: &random)
        dy = x.alike(random: &random)
        dy2 = x.alike(random: &random)
        scale = x.parameters { _ in 2 + random.next() }
        shift = x.parameters { _ in 2 * random.next() }
        factors = Floats((0..<batch).map { $0 % 2 == 0 ? 1.25 : 0 })
        gate = Floats(random.next(batch * channels))
        dpooled = Floats(random.next(batch * channels))
        mean = x.parameters { _ in 0 }
        inverse = x.parameters { _ in 0 }
    }

    static let epsilon: Float = 1e-3
    static let momentum: Float = 0.1

    var shape: aliquot_blocked_shape { x.shape(threads: threads) }
    var partials: Floats { Floats(count: Int(aliquot_norm_partials(shape)), filling: .nan) }
    var count: Double { Double(x.batch * x.pixels) }

    func extras(pooled: Floats? = nil, isGated: Bool) -> aliquot_norm_extras {
        guard hasExtras else { return aliquot_norm_extras() }
        return aliquot_norm_extras(
            factors: factors.pointer, channels: Int32(x.channels), pooled: pooled?.pointer, gate: isGated ? gate.pointer : nil,
            dpooled: dpooled.pointer, rounded: nil)
    }

    func mean(_ c: Int) -> Double { all { n, p in Double(x[n, c, p]) } / count }
    func variance(_ c: Int) -> Double {
        let mean = mean(c)
        return all { n, p in (Double(x[n, c, p]) - mean) * (Double(x[n, c, p]) - mean) } / count
    }
    private func all(_ value: (_ n: Int, _ p: Int) -> Double) -> Double {
        (0..<x.batch).reduce(0) { sum, n in (0..<x.pixels).reduce(sum) { $0 + value(n, $1) } }
    }

    func factor(_ n: Int) -> Double { hasExtras ? Double(factors[n]) : 1 }
    func gate(_ n: Int, _ c: Int) -> Double { hasExtras ? Double(gate[n * x.channels + c]) : 1 }

    /// The arguments of the activation for channel c, `[n][p]`.
    func arguments(_ c: Int) -> [[Double]] {
        let mean = mean(c), inverse = 1 / sqrt(variance(c) + Double(Self.epsilon))
        return (0..<x.batch).map { n in
            (0..<x.pixels).map { p in
                let normal = (Double(x[n, c, p]) - mean) * inverse
                return factor(n) * (Double(scale[c]) * normal + Double(shift[c])) + (hasResidual ? Double(residual[n, c, p]) : 0)
            }
        }
    }

    /// The gradients for channel c: behind the activation, of x, of scale and of shift.
    func gradients(_ c: Int) -> (g: [[Double]], dx: [[Double]], dscale: Double, dshift: Double) {
        let v = arguments(c), mean = mean(c), inverse = 1 / sqrt(variance(c) + Double(Self.epsilon))
        let g = (0..<x.batch).map { n in
            (0..<x.pixels).map { p in
                let sum = (Double(dy[n, c, p]) + Double(dy2[n, c, p])) * gate(n, c)
                let pooled = hasExtras ? Double(dpooled[n * x.channels + c]) / Double(x.pixels) : 0
                return (sum + pooled) * activation.derivative(v[n][p])
            }
        }
        func normal(_ n: Int, _ p: Int) -> Double { (Double(x[n, c, p]) - mean) * inverse }
        let dshift = all { n, p in factor(n) * g[n][p] }, dscale = all { n, p in factor(n) * g[n][p] * normal(n, p) }
        let dx = (0..<x.batch).map { n in
            (0..<x.pixels).map { p in
                Double(scale[c]) * inverse * (factor(n) * g[n][p] - dshift / count - normal(n, p) * dscale / count)
            }
        }
        return (g, dx, dscale, dshift)
    }
}
