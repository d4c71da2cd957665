import Dispatch
import Foundation
import ModelFormat
import Synchronization

/// The two lines of a predictor and the threads at their ends. Holds no plan: those belong to the lanes' threads.
///
/// A picture goes admission → decode line → a decoder → lane line → a lane → its caller; where there are no decoders, a lane takes it off the decode line, decodes it
/// and goes on with it: nothing is handed to another core, and no more threads compute than there are lanes. Closing admission and the decode line lets what is inside
/// come out: the last decoder to leave closes the lane line. The lane line has room for as many pictures as the lanes take at once, twice: decoders wait rather than fill the memory
/// with decoded pictures. A lane takes several at once where several wait.
final class PredictorCore: Sendable {
    let admission: Admission
    private let manifest: ModelManifest
    let preparation: PicturePreparation
    private let options: PredictorOptions
    private let company: any LaneCompany
    private let undecoded = WorkQueue<PictureRequest>()
    private let decoded: WorkQueue<Lane.Item>
    private let memory = Mutex(0)
    private let decodersRunning: Mutex<Int>
    private let threads = DispatchGroup()

    init(manifest: ModelManifest, options: PredictorOptions, company: any LaneCompany) throws(InferenceError) {
        self.manifest = manifest
        self.options = options
        self.company = company
        preparation = try PicturePreparation(manifest.input, limits: options.limits)
        admission = Admission(limit: options.capacity)
        decoded = WorkQueue(room: 2 * options.lanes * options.maxBatch)
        decodersRunning = Mutex(options.decoders)
    }

    /// Starts all threads and waits until every lane has compiled and warmed up its plans.
    /// - Throws: the first error of a lane; then all threads end.
    func start(_ source: LaneSource) throws {
        let startup = LaneStartup(source)
        for lane in 0..<options.lanes { startThread("lane \(lane)") { core in core.runLane(startup) } }
        for decoder in 0..<options.decoders { startThread("decoder \(decoder)") { core in core.runDecoder() } }
        do {
            let bytes = try startup.wait(lanes: options.lanes)
            memory.withLock { $0 = bytes }
        } catch {
            close()
            throw error
        }
    }

    var load: PredictorLoad {
        var load = admission.load
        load.waitingForLane = (lanesDecode ? undecoded.count : decoded.count)
        return load
    }

    /// Bytes of the plans of all lanes: activations, and weights as large as their files.
    var memoryBytes: Int { memory.withLock { $0 } }

    private var lanesDecode: Bool { options.decoders == 0 }

    func submit(_ request: PictureRequest) {
        if !undecoded.push(request) { request.finish(.failure(InferenceError.shuttingDown)) }
    }

    /// Takes the request out of whatever line it stands in; a forward pass that has begun is not stopped, its result is dropped.
    func cancel(_ request: PictureRequest) {
        request.finish(.failure(CancellationError()))
        undecoded.removeAll { $0 === request }
        decoded.removeAll { $0.request === request }
    }

    func close() {
        admission.close()
        undecoded.close()
    }

    /// Returns when every thread has ended.
    func drained() async {
        await withCheckedContinuation { continuation in threads.notify(queue: .global()) { continuation.resume() } }
    }

    private func startThread(_ name: String, _ body: @escaping @Sendable (PredictorCore) -> Void) {
        threads.enter()
        let thread = Thread { [self] in
            body(self)
            threads.leave()
        }
        thread.name = name
        thread.stackSize = options.stackBytes
        thread.start()
    }

    private func runDecoder() {
        while let request = undecoded.pop() {
            if let item = decode(request), !decoded.pushWaiting(item) { request.finish(.failure(InferenceError.shuttingDown)) }
        }
        let remaining = decodersRunning.withLock {
            $0 -= 1
            return $0
        }
        if remaining == 0 { decoded.close() }
    }

    /// - Returns: nil where there is nothing left to do: the request was given up, or it is answered with what is wrong with its picture.
    private func decode(_ request: PictureRequest) -> Lane.Item? {
        guard !request.isAnswered else { return nil }
        let start = DispatchTime.now().uptimeNanoseconds
        do {
            let numbers =
                switch request.picture {
                case .encoded(let bytes): try preparation.numbers(of: bytes)
                case .decoded(let image): preparation.numbers(of: image)
                case .normalised(let numbers): numbers
                }
            let end = DispatchTime.now().uptimeNanoseconds
            return Lane.Item(
                request: request, numbers: numbers, decode: milliseconds(start, end), waited: milliseconds(request.arrived, start),
                arrived: end)
        } catch {
            company.take(after: { request.finish(.failure(error)) })
            return nil
        }
    }

    private func runLane(_ startup: LaneStartup) {
        let lane: Lane
        do {
            lane = try Lane(startup.take(), manifest: manifest, options: options)
            startup.report(.success(.init(canary: lane.canary, memoryBytes: lane.memoryBytes)))
        } catch {
            startup.report(.failure(error))
            return
        }
        let delay = Double(options.maxDelayMicroseconds) / 1e6
        var works = false
        func set(_ working: Bool) {
            guard working != works else { return }
            works = working
            if working { company.begin(threads: options.threadsPerLane) } else { company.end(threads: options.threadsPerLane) }
        }
        defer { set(false) }
        while true {
            let items: [Lane.Item]
            if lanesDecode {
                let requests = undecoded.pop(upTo: lane.limit, among: options.lanes, within: delay, resting: { set(false) }) {
                    lane.gains($0, with: $1)
                }
                if requests.isEmpty { return }
                set(true)
                items = requests.compactMap(decode)
            } else {
                items = decoded.pop(upTo: lane.limit, among: options.lanes, within: delay, resting: { set(false) }) {
                    lane.gains($0.request, with: $1.request)
                }
                if items.isEmpty { return }
                set(true)
            }
            let wanted = items.filter { !$0.request.isAnswered }
            if wanted.isEmpty { continue }
            for group in lane.groups(wanted) {
                let scores = lane.scores(group)
                company.take(after: {
                    for (item, scores) in zip(group, scores) { item.request.finish(scores) }
                })
            }
        }
    }
}
