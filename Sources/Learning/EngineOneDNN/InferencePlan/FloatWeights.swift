import COneDNN
import Engine

/// Where the folded float weights of a plan lie, and how they get there: from plain arrays into the layouts of the primitives, at creation and at every `load`.
final class FloatWeights {
    private struct Place {
        let name: String
        let plain: MemoryDescription
        let layout: MemoryDescription
        let buffer: Buffer
        let values: (FoldedNetwork) throws(EngineError) -> [Float]
    }

    let kept = KeptWeights()
    private var places: [Place] = []

    /// Memory for the weights `name` in `layout`, filled by the next ``load(_:_:)`` with what `values` makes of the folded network, described by `plain`.
    func place(
        _ name: String, _ plain: MemoryDescription, as layout: MemoryDescription,
        values: @escaping (FoldedNetwork) throws(EngineError) -> [Float]
    ) throws(EngineError) -> Buffer {
        let (buffer, isNew) = try kept.place(name, layout: layout.key, bytes: layout.bytes)
        if isNew { places.append(Place(name: name, plain: plain, layout: layout, buffer: buffer, values: values)) }
        return buffer
    }

    /// The tensor `name` as it is.
    func place(_ name: String, _ plain: MemoryDescription, as layout: MemoryDescription) throws(EngineError) -> Buffer {
        try place(name, plain, as: layout) { folded throws(EngineError) in try folded.values(name) }
    }

    /// One number for each of `count` channels.
    func vector(_ name: String, _ count: Int) throws(EngineError) -> Buffer {
        let vector = try MemoryDescription([count], dnnl_f32, dnnl_a)
        return try place(name, vector, as: vector)
    }

    func load(_ folded: FoldedNetwork, _ runtime: Runtime) throws(EngineError) {
        for place in places {
            let values = try place.values(folded)
            guard values.count * 4 == place.plain.bytes else {
                throw .wrongCount(what: "numbers of \(place.name)", got: values.count, expected: place.plain.bytes / 4)
            }
            if place.plain.isSame(as: place.layout) {
                place.buffer.floats.update(from: values, count: values.count)
            } else {
                try PlainReorder.write(values, place.plain, to: place.buffer.address, place.layout, runtime, node: place.name)
            }
        }
    }
}

extension FoldedNetwork {
    /// - Throws: ``EngineError/parameters(missing:unexpected:wrongShape:)`` where there is no such tensor.
    func values(_ name: String) throws(EngineError) -> [Float] {
        guard let tensor = weights[name] else { throw .parameters(missing: [name], unexpected: [], wrongShape: []) }
        return tensor.values
    }
}

extension MemoryDescription {
    /// Equal for equal layouts.
    var key: [UInt8] { withUnsafeBytes(of: raw) { Array($0) } }
}
