import CKernels
import COneDNN
import Engine
import Foundation
import Tensors

/// All numbers that training changes, in one piece of memory each for weights, gradients and moments, body first and head last, every parameter in the
/// layout that its kernels like. Padding lies among them: it is zero, its gradient is zero, and every optimiser keeps it at zero.
final class FlatParameters {
    /// One or several parameters in one layout.
    private struct Region {
        let specifications: [ParameterSpecification]
        let layout: any ParameterLayout
        /// In floats, from the start of the flat memory (statistics: of theirs).
        let offset: Int

        var isTrainable: Bool { specifications[0].role.isTrainable }
        var isHead: Bool { specifications[0].isHead }
    }

    private var regions: [Region] = []
    private var regionOf: [String: Int] = [:]
    /// Floats of the body, and of body and head.
    private(set) var bodyCount = 0
    private(set) var count = 0
    private var statisticsCount = 0

    let weights: UnsafeMutablePointer<Float>
    let gradients: UnsafeMutablePointer<Float>
    let first: UnsafeMutablePointer<Float>
    let second: UnsafeMutablePointer<Float>
    private let statistics: UnsafeMutablePointer<Float>
    /// The exponential average of weights and statistics, laid out as they are, the weights first; nil until the first ``updateAverage(decay:_:)``.
    private var averages: FlatMemory?
    private let memory: UnsafeMutableRawPointer
    private let memoryBytes: Int

    /// - Parameters:
    ///   - specifications: in the order of the graph.
    ///   - layouts: with the names of the parameters that lie in each; what is not named is a vector or a matrix in plain order.
    ///   - blockWidth: vectors are padded to whole channel blocks.
    init(
        _ specifications: [ParameterSpecification], layouts: [(names: [String], layout: any ParameterLayout)], blockWidth: Int
    ) throws(EngineError) {
        let known = Dictionary(specifications.map { ($0.name, $0) }) { first, _ in first }
        var layoutOf: [String: Int] = [:]
        for (index, layout) in layouts.enumerated() { for name in layout.names { layoutOf[name] = index } }
        for isHead in [false, true] {
            for specification in specifications where specification.isHead == isHead && regionOf[specification.name] == nil {
                let shared = layoutOf[specification.name].map { layouts[$0] }
                let layout: any ParameterLayout =
                    shared?.layout
                    ?? PlainLayout(count: specification.count, floats: (specification.count + blockWidth - 1) / blockWidth * blockWidth)
                let isTrainable = specification.role.isTrainable
                let members = shared.map { $0.names.compactMap { known[$0] } } ?? [specification]
                for member in members { regionOf[member.name] = regions.count }
                regions.append(Region(specifications: members, layout: layout, offset: isTrainable ? count : statisticsCount))
                let room = (layout.floats + 15) & ~15  // whole cache lines
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

    private func region(_ name: String) throws(EngineError) -> Region {
        guard let index = regionOf[name] else { throw .parameters(missing: [name], unexpected: [], wrongShape: []) }
        return regions[index]
    }

    /// Where the layout that holds a parameter (or statistic) begins.
    func value(_ name: String) throws(EngineError) -> UnsafeMutablePointer<Float> {
        let region = try region(name)
        return (region.isTrainable ? weights : statistics) + region.offset
    }

    func gradient(_ name: String) throws(EngineError) -> UnsafeMutablePointer<Float> { gradients + (try region(name)).offset }

    /// What a backward pass must set to zero in the gradient of a layout that leaves numbers in its padding: runs of floats from the layout's start.
    func paddingRuns(_ name: String, _ runtime: Runtime) throws(EngineError) -> [Range<Int>] {
        let region = try region(name)
        guard region.layout.leavesPadding else { return [] }
        let count = region.layout.floats
        let marks = try FlatMemory(bytes: count * 4)
        let floats = marks.address.assumingMemoryBound(to: Float.self)
        try region.layout.store(region.specifications.map { [Float](repeating: 1, count: $0.count) }, to: floats, runtime)
        var runs: [Range<Int>] = []
        var start = 0
        while start < count {
            if floats[start] != 0 {
                start += 1
                continue
            }
            var end = start
            while end < count, floats[end] == 0 { end += 1 }
            runs.append(start..<end)
            start = end
        }
        return runs
    }

    func load(_ parameters: ParameterSet, _ runtime: Runtime) throws(EngineError) {
        try store(parameters, weights: weights, statistics: statistics, runtime)
    }

    func parameters(_ graph: Graph, _ runtime: Runtime) throws(EngineError) -> ParameterSet {
        try fetch(graph, weights: weights, statistics: statistics, runtime)
    }

    /// `average = decay · average + (1 − decay) · value`, padding included (zero stays zero); the first call copies.
    func updateAverage(decay: Float, _ threads: Int) throws(EngineError) {
        guard let averages else {
            let floats = try makeAverages()
            floats.update(from: weights, count: count)
            (floats + count).update(from: statistics, count: statisticsCount)
            return
        }
        let floats = averages.address.assumingMemoryBound(to: Float.self)
        aliquot_ema(floats, weights, Int64(count), decay, Int32(threads))
        aliquot_ema(floats + count, statistics, Int64(statisticsCount), decay, Int32(threads))
    }

    func average(_ graph: Graph, _ runtime: Runtime) throws(EngineError) -> ParameterSet? {
        guard let averages else { return nil }
        let floats = averages.address.assumingMemoryBound(to: Float.self)
        return try fetch(graph, weights: floats, statistics: floats + count, runtime)
    }

    func load(average: ParameterSet, _ runtime: Runtime) throws(EngineError) {
        let floats: UnsafeMutablePointer<Float>
        if let averages { floats = averages.address.assumingMemoryBound(to: Float.self) } else { floats = try makeAverages() }
        try store(average, weights: floats, statistics: floats + count, runtime)
    }

    private func makeAverages() throws(EngineError) -> UnsafeMutablePointer<Float> {
        let made = try FlatMemory(bytes: (count + statisticsCount) * 4)
        averages = made
        return made.address.assumingMemoryBound(to: Float.self)
    }

    private func store(
        _ parameters: ParameterSet, weights: UnsafeMutablePointer<Float>, statistics: UnsafeMutablePointer<Float>, _ runtime: Runtime
    ) throws(EngineError) {
        for region in regions {
            var values: [[Float]] = []
            for specification in region.specifications { values.append(try parameters.tensor(specification.name).values) }
            try region.layout.store(values, to: (region.isTrainable ? weights : statistics) + region.offset, runtime)
        }
    }

    private func fetch(
        _ graph: Graph, weights: UnsafeMutablePointer<Float>, statistics: UnsafeMutablePointer<Float>, _ runtime: Runtime
    ) throws(EngineError) -> ParameterSet {
        var tensors: [String: FloatTensor] = [:]
        for region in regions {
            let values = try region.layout.fetch(from: (region.isTrainable ? weights : statistics) + region.offset, runtime)
            for (specification, values) in zip(region.specifications, values) {
                var tensor = FloatTensor(zeros: specification.shape)
                tensor.values = values
                tensors[specification.name] = tensor
            }
        }
        return try ParameterSet(tensors, for: graph)
    }

    /// Every trainable parameter's part of `base` (gradients or moments) in plain order.
    func plain(_ base: UnsafeMutablePointer<Float>, headOnly: Bool = false, _ runtime: Runtime) throws(EngineError) -> [String: [Float]] {
        var plain: [String: [Float]] = [:]
        for region in regions where region.isTrainable && (region.isHead || !headOnly) {
            let values = try region.layout.fetch(from: base + region.offset, runtime)
            for (specification, values) in zip(region.specifications, values) { plain[specification.name] = values }
        }
        return plain
    }

    func load(_ plain: [String: [Float]], into base: UnsafeMutablePointer<Float>, _ runtime: Runtime) throws(EngineError) {
        for region in regions where region.isTrainable {
            var parts: [[Float]] = []
            for specification in region.specifications {
                guard let values = plain[specification.name] else {
                    throw .parameters(missing: [specification.name], unexpected: [], wrongShape: [])
                }
                guard values.count == specification.count else {
                    throw .wrongCount(what: specification.name, got: values.count, expected: specification.count)
                }
                parts.append(values)
            }
            try region.layout.store(parts, to: base + region.offset, runtime)
        }
    }
}
