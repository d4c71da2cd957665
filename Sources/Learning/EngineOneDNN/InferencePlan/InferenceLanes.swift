import Dispatch
import Engine
import Synchronization

/// Runs a batch as slices of it, on as many lanes as the plan has threads to give: each lane is a compiled network of its own on the same weights.
///
/// A lane with one thread never waits for another thread inside a network, its activations stay in its core's cache, and pictures that are not there cost
/// nothing. One picture alone is the other case: one lane, all threads.
final class InferenceLanes {
    /// How a batch is cut.
    struct Cut: Equatable {
        /// Pictures that a lane takes at a time.
        var slice: Int
        var lanes: Int
        /// Threads of one lane.
        var threads: Int

        init(_ options: PlanOptions, slice: Int = 1) {
            lanes = max(1, min(options.threads, options.batch))
            threads = max(1, options.threads / lanes)
            self.slice = max(1, min(slice, options.batch / lanes))
        }
    }

    let batch: Int
    let classes: Int
    let assemblies: [InferenceAssembly]

    init(_ assemblies: [InferenceAssembly], batch: Int, classes: Int) {
        self.assemblies = assemblies
        self.batch = batch
        self.classes = classes
    }

    /// Bytes of all lanes' arenas.
    var activationBytes: Int { assemblies.reduce(0) { $0 + $1.arena.bytes } }

    /// - Returns: logits `[count, classes]`.
    func run(_ pictures: UnsafeBufferPointer<Float>, count: Int) throws(EngineError) -> [Float] {
        guard (1...batch).contains(count) else { throw .wrongCount(what: "pictures", got: count, expected: batch) }
        let slice = assemblies[0].batch, picture = assemblies[0].picture, slices = (count + slice - 1) / slice
        guard pictures.count == count * picture else {
            throw .wrongCount(what: "numbers of the pictures", got: pictures.count, expected: count * picture)
        }
        var logits = [Float](repeating: 0, count: count * classes)
        let lanes = min(assemblies.count, slices), classes = classes
        var faults = [EngineError?](repeating: nil, count: lanes)
        logits.withUnsafeMutableBufferPointer { logits in
            faults.withUnsafeMutableBufferPointer { faults in
                // Safe because each lane reads the pictures, writes to the rows of the slices that it took and to its own fault, and concurrentPerform
                // returns when all are done.
                nonisolated(unsafe) let (pictures, logits, faults, lane) = (pictures, logits, faults, assemblies)
                let counter = SliceCounter()
                @Sendable func work(_ index: Int) {
                    do {
                        while case let first = counter.next() * slice, first < count {
                            let size = min(slice, count - first)
                            try lane[index].run(
                                UnsafeBufferPointer(rebasing: pictures[(first * picture)..<((first + size) * picture)]), count: size)
                            for place in 0..<(size * classes) { logits[first * classes + place] = lane[index].logits.floats[place] }
                        }
                    } catch {
                        faults[index] = error
                    }
                }
                if lanes == 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: lanes, execute: work) }
            }
        }
        if let fault = faults.compactMap({ $0 }).first { throw fault }
        return logits
    }
}

/// Gives out the slices of a batch to whichever lane is free: which lane computes a slice does not change its numbers.
private final class SliceCounter: Sendable {
    private let taken = Atomic<Int>(0)

    func next() -> Int { taken.wrappingAdd(1, ordering: .relaxed).oldValue }
}
