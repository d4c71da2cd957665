import CKernels
import COneDNN
import Engine

/// How one or several parameters lie in one piece of flat memory.
protocol ParameterLayout {
    /// Numbers of the piece, padding included.
    var floats: Int { get }
    /// Whether a backward pass leaves numbers in the padding that must go before the optimiser sees them.
    var leavesPadding: Bool { get }
    /// Plain numbers of each parameter into the piece; all padding becomes zero.
    func store(_ values: [[Float]], to address: UnsafeMutablePointer<Float>, _ runtime: Runtime) throws(EngineError)
    /// The plain numbers of each parameter.
    func fetch(from address: UnsafeMutablePointer<Float>, _ runtime: Runtime) throws(EngineError) -> [[Float]]
}

/// A vector or matrix in plain order, padded with zeros.
struct PlainLayout: ParameterLayout {
    let count: Int
    let floats: Int
    var leavesPadding: Bool { false }

    func store(_ values: [[Float]], to address: UnsafeMutablePointer<Float>, _ runtime: Runtime) {
        values[0].withUnsafeBufferPointer { source in if let base = source.baseAddress { address.update(from: base, count: count) } }
    }

    func fetch(from address: UnsafeMutablePointer<Float>, _ runtime: Runtime) -> [[Float]] {
        [Array(UnsafeBufferPointer(start: address, count: count))]
    }
}

/// Weights as a primitive likes them.
struct PrimitiveLayout: ParameterLayout {
    let name: String
    let count: Int
    let plain: MemoryDescription
    let layout: MemoryDescription
    var floats: Int { layout.floats }
    var leavesPadding: Bool { false }

    func store(_ values: [[Float]], to address: UnsafeMutablePointer<Float>, _ runtime: Runtime) throws(EngineError) {
        try PlainReorder.write(values[0], plain, to: UnsafeMutableRawPointer(address), layout, runtime, node: name)
    }

    func fetch(from address: UnsafeMutablePointer<Float>, _ runtime: Runtime) throws(EngineError) -> [[Float]] {
        [try PlainReorder.read(UnsafeMutableRawPointer(address), layout, as: plain, count: count, runtime, node: name)]
    }
}

/// Convolutions side by side as one dense convolution with zeros between them.
struct DenseLayout: ParameterLayout {
    let whole: PrimitiveLayout
    let parts: DenseParts
    var floats: Int { whole.floats }
    var leavesPadding: Bool { true }

    func store(_ values: [[Float]], to address: UnsafeMutablePointer<Float>, _ runtime: Runtime) throws(EngineError) {
        var dense = [Float](repeating: 0, count: whole.count)
        for (values, places) in zip(values, parts.places) { for (value, place) in zip(values, places) { dense[Int(place)] = value } }
        try whole.store([dense], to: address, runtime)
    }

    func fetch(from address: UnsafeMutablePointer<Float>, _ runtime: Runtime) throws(EngineError) -> [[Float]] {
        let dense = try whole.fetch(from: address, runtime)[0]
        return parts.places.map { places in places.map { dense[Int($0)] } }
    }
}

/// Depthwise weights, block after block, as our own kernels and oneDNN's like them.
struct DepthwiseLayout: ParameterLayout {
    let floats: Int
    let channels: [Int]
    let kernels: [Int]
    let width: Int
    /// The kernel of each channel block.
    let blockKernels: [Int32]
    var leavesPadding: Bool { Set(kernels).count > 1 }

    /// - Parameter parts: channels and kernel of each convolution, one behind the other.
    init(_ parts: [(channels: Int, kernel: Int)], width: Int) {
        channels = parts.map(\.channels)
        kernels = parts.map(\.kernel)
        self.width = width
        var blocks = [Int32](repeating: 0, count: (channels.reduce(0, +) + width - 1) / width)
        let described = parts.map { aliquot_depthwise_part(channels: Int32($0.channels), kernel: Int32($0.kernel), weights: nil) }
        _ = aliquot_depthwise_block_kernels(described, Int32(described.count), Int32(width), &blocks)
        blockKernels = blocks
        floats = blocks.reduce(0) { $0 + Int($1 * $1) * width }
    }

    func store(_ values: [[Float]], to address: UnsafeMutablePointer<Float>, _ runtime: Runtime) {
        let plain = UnsafeMutableBufferPointer<Float>.allocate(capacity: values.reduce(0) { $0 + $1.count })
        defer { plain.deallocate() }
        _ = plain.initialize(from: values.joined())
        aliquot_depthwise_pack(parts(plain), Int32(channels.count), Int32(width), blockKernels, address)
    }

    func fetch(from address: UnsafeMutablePointer<Float>, _ runtime: Runtime) -> [[Float]] {
        let plain = UnsafeMutableBufferPointer<Float>.allocate(capacity: zip(channels, kernels).reduce(0) { $0 + $1.0 * $1.1 * $1.1 })
        defer { plain.deallocate() }
        plain.initialize(repeating: 0)
        aliquot_depthwise_unpack(parts(plain), Int32(channels.count), Int32(width), blockKernels, address)
        var start = 0
        return zip(channels, kernels).map { channels, kernel in
            defer { start += channels * kernel * kernel }
            return Array(plain[start..<start + channels * kernel * kernel])
        }
    }

    private func parts(_ plain: UnsafeMutableBufferPointer<Float>) -> [aliquot_depthwise_part] {
        var start = 0
        return zip(channels, kernels).map { channels, kernel in
            defer { start += channels * kernel * kernel }
            return aliquot_depthwise_part(
                channels: Int32(channels), kernel: Int32(kernel), weights: plain.baseAddress.map { $0 + start })
        }
    }
}
