import COneDNN
import Engine
import Foundation
import Tensors

/// All numbers that training changes, in one piece of memory each for weights, gradients and moments, body first and head last, every parameter in the
/// layout that its forward primitive likes. Padding lies among them: it is zero, its gradient is zero, and every optimiser keeps it at zero.
final class FlatParameters {
    struct Entry {
        let specification: ParameterSpecification
        let plain: MemoryDescription
        let layout: MemoryDescription
        /// In floats, from the start of the flat memory (statistics: of theirs).
        var offset: Int
    }

    private(set) var entries: [String: Entry] = [:]
    private var order: [String] = []
    /// Floats of the body, and of body and head.
    private(set) var bodyCount = 0
    private(set) var count = 0
    private var statisticsCount = 0

    private(set) var weights: UnsafeMutablePointer<Float>
    private(set) var gradients: UnsafeMutablePointer<Float>
    private(set) var first: UnsafeMutablePointer<Float>
    private(set) var second: UnsafeMutablePointer<Float>
    private var statistics: UnsafeMutablePointer<Float>
    private let memory: UnsafeMutableRawPointer
    private let memoryBytes: Int

    /// - Parameters:
    ///   - specifications: in the order of the graph.
    ///   - layouts: by name; what is not named is a vector or a matrix in plain order.
    ///   - blockWidth: vectors are padded to whole channel blocks.
    init(
        _ specifications: [ParameterSpecification], layouts: [String: (plain: MemoryDescription, layout: MemoryDescription)],
        blockWidth: Int
    ) throws(EngineError) {
        for isHead in [false, true] {
            for specification in specifications where specification.isHead == isHead {
                let known = layouts[specification.name]
                let vector = try MemoryDescription([specification.count], dnnl_f32, dnnl_a)
                let plain = known?.plain ?? vector
                let layout = known?.layout ?? vector
                let padded = known == nil ? (specification.count + blockWidth - 1) / blockWidth * blockWidth : layout.floats
                let room = (padded + 15) & ~15  // whole cache lines
                let isTrainable = specification.role.isTrainable
                entries[specification.name] = Entry(
                    specification: specification, plain: plain, layout: layout, offset: isTrainable ? count : statisticsCount)
                order.append(specification.name)
                if isTrainable { count += room } else { statisticsCount += room }
            }
            if !isHead { bodyCount = count }
        }
        memoryBytes = (4 * count + statisticsCount) * 4
        memory = try Arena.pages(bytes: memoryBytes)
        weights = memory.assumingMemoryBound(to: Float.self)
        gradients = weights + count
        first = gradients + count
        second = first + count
        statistics = second + count
    }

    deinit { munmap(memory, max(memoryBytes, 4096)) }

    /// Where a parameter's (or statistic's) value lies.
    func value(_ name: String) throws(EngineError) -> UnsafeMutablePointer<Float> {
        guard let entry = entries[name] else { throw .parameters(missing: [name], unexpected: [], wrongShape: []) }
        return (entry.specification.role.isTrainable ? weights : statistics) + entry.offset
    }

    func gradient(_ name: String) throws(EngineError) -> UnsafeMutablePointer<Float> {
        guard let entry = entries[name] else { throw .parameters(missing: [name], unexpected: [], wrongShape: []) }
        return gradients + entry.offset
    }

    func load(_ parameters: ParameterSet, _ runtime: Runtime) throws(EngineError) {
        for name in order {
            guard let tensor = parameters[name] else { throw .parameters(missing: [name], unexpected: [], wrongShape: []) }
            try write(tensor.values, name, to: value(name), runtime)
        }
    }

    func parameters(_ graph: Graph, _ runtime: Runtime) throws(EngineError) -> ParameterSet {
        var tensors: [String: FloatTensor] = [:]
        for name in order {
            guard let entry = entries[name] else { continue }
            var tensor = FloatTensor(zeros: entry.specification.shape)
            tensor.values = try read(name, from: value(name), runtime)
            tensors[name] = tensor
        }
        return try ParameterSet(tensors, for: graph)
    }

    /// Every trainable parameter's part of `base` (gradients or moments) in plain order.
    func plain(_ base: UnsafeMutablePointer<Float>, headOnly: Bool = false, _ runtime: Runtime) throws(EngineError) -> [String: [Float]] {
        var values: [String: [Float]] = [:]
        for name in order {
            guard let entry = entries[name], entry.specification.role.isTrainable, entry.specification.isHead || !headOnly else { continue }
            values[name] = try read(name, from: base + entry.offset, runtime)
        }
        return values
    }

    func load(_ plain: [String: [Float]], into base: UnsafeMutablePointer<Float>, _ runtime: Runtime) throws(EngineError) {
        for name in order {
            guard let entry = entries[name], entry.specification.role.isTrainable else { continue }
            guard let values = plain[name] else { throw .parameters(missing: [name], unexpected: [], wrongShape: []) }
            guard values.count == entry.specification.count else {
                throw .wrongCount(what: name, got: values.count, expected: entry.specification.count)
            }
            try write(values, name, to: base + entry.offset, runtime)
        }
    }

    private func write(_ values: [Float], _ name: String, to address: UnsafeMutablePointer<Float>, _ runtime: Runtime) throws(EngineError) {
        guard let entry = entries[name] else { return }
        if entry.plain.isSame(as: entry.layout) {
            values.withUnsafeBufferPointer { source in if let base = source.baseAddress { address.update(from: base, count: values.count) }
            }
        } else {
            try PlainReorder.write(values, entry.plain, to: UnsafeMutableRawPointer(address), entry.layout, runtime, node: name)
        }
    }

    private func read(_ name: String, from address: UnsafeMutablePointer<Float>, _ runtime: Runtime) throws(EngineError) -> [Float] {
        guard let entry = entries[name] else { return [] }
        if entry.plain.isSame(as: entry.layout) { return Array(UnsafeBufferPointer(start: address, count: entry.specification.count)) }
        return try PlainReorder.read(
            UnsafeMutableRawPointer(address), entry.layout, as: entry.plain, count: entry.specification.count, runtime, node: name)
    }
}
