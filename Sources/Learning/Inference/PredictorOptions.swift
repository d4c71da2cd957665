import Images
import ModelFormat

/// What a predictor may use of the machine.
package struct PredictorOptions: Sendable, Equatable {
    /// Forward passes at the same time, each on its own thread with its own plans.
    package var lanes: Int
    /// Threads that one forward pass may use.
    package var threadsPerLane: Int
    /// Threads that decode pictures for the lanes. 0: each lane decodes what it runs, which is the least work where lanes alone fill the cores.
    package var decoders: Int
    /// Pictures inside at any time, waiting or worked on; one more is refused. At 10 ms a picture, 64 waiting are some 0.6 s.
    package var capacity: Int
    /// The stack of a lane's or decoder's thread, bytes. 8 MiB as of a main thread: code generation in oneDNN recurses deeply.
    package var stackBytes: Int
    /// Passes with each precision before the first answer: the first one of a plan is slower.
    package var warmUps: Int
    package var limits: ImageLimits
    /// Most pictures that go through a network at once. They come together while the lane is busy; nobody waits for company unless `maxDelayMicroseconds` says so.
    package var maxBatch: Int
    /// How long a picture waits for others to go with, microseconds, where fewer than `maxBatch` are there.
    package var maxDelayMicroseconds: Int
    /// The share of its time that going together must save for a number of pictures to do so. 0.15: less is lost again beside decoders that want the same cache
    /// (`mobilenet_v2` in int8, 6 % faster by itself, took 6 % more processor time in the service), and cannot be told from noise on a busy machine.
    package var minimumBatchGain: Double

    package init(
        lanes: Int = 1, threadsPerLane: Int = 1, decoders: Int = 1, capacity: Int = 64, stackBytes: Int = 8 << 20, warmUps: Int = 2,
        limits: ImageLimits = .standard, maxBatch: Int = 1, maxDelayMicroseconds: Int = 0, minimumBatchGain: Double = 0.15
    ) {
        self.lanes = lanes
        self.threadsPerLane = threadsPerLane
        self.decoders = decoders
        self.capacity = capacity
        self.stackBytes = stackBytes
        self.warmUps = warmUps
        self.limits = limits
        self.maxBatch = maxBatch
        self.maxDelayMicroseconds = maxDelayMicroseconds
        self.minimumBatchGain = minimumBatchGain
    }

    func validate() throws(InferenceError) {
        guard (1...256).contains(lanes) else { throw .outOfRange(name: "lanes", got: lanes, allowed: "1 to 256") }
        guard (1...256).contains(threadsPerLane) else {
            throw .outOfRange(name: "threads per lane", got: threadsPerLane, allowed: "1 to 256")
        }
        guard (0...256).contains(decoders) else { throw .outOfRange(name: "decoders", got: decoders, allowed: "0 to 256") }
        guard (1...100_000).contains(capacity) else { throw .outOfRange(name: "capacity", got: capacity, allowed: "1 to 100000") }
        guard (1...64).contains(maxBatch) else { throw .outOfRange(name: "max batch", got: maxBatch, allowed: "1 to 64") }
        guard (0...1_000_000).contains(maxDelayMicroseconds) else {
            throw .outOfRange(name: "max delay", got: maxDelayMicroseconds, allowed: "0 to 1000000")
        }
    }
}
