import Dispatch
import Foundation
import ModelFormat
import Synchronization

/// The two lines of a predictor and the threads at their ends. Holds no plan: those belong to the lanes' threads.
///
/// A picture goes admission → decode line → a decoder → lane line → a lane → its caller. Closing admission and the decode line lets what is inside come out:
/// the last decoder to leave closes the lane line.
final class PredictorCore: Sendable {
    private struct Decoded: Sendable {
        let request: PictureRequest
        let numbers: [Float]
        let decode: Double
        /// Milliseconds waited for a decoder.
        let waited: Double
        /// When it came to the lane line, nanoseconds of the monotonic clock.
        let arrived: UInt64
    }

    let admission: Admission
    private let manifest: ModelManifest
    private let preparation: PicturePreparation
    private let options: PredictorOptions
    private let undecoded = WorkQueue<PictureRequest>()
    private let decoded = WorkQueue<Decoded>()
    private let decodersRunning: Mutex<Int>
    private let threads = DispatchGroup()

    init(manifest: ModelManifest, options: PredictorOptions) throws(InferenceError) {
        self.manifest = manifest
        self.options = options
        preparation = try PicturePreparation(manifest.input, limits: options.limits)
        admission = Admission(limit: options.capacity)
        decodersRunning = Mutex(options.decoders)
    }

    /// Starts all threads and waits until every lane has compiled and warmed up its plans.
    /// - Throws: the first error of a lane; then all threads end.
    func start(_ source: LaneSource) throws {
        let startup = LaneStartup(source)
        for lane in 0..<options.lanes { startThread("lane \(lane)") { core in core.runLane(startup) } }
        for decoder in 0..<options.decoders { startThread("decoder \(decoder)") { core in core.runDecoder() } }
        do { try startup.wait(lanes: options.lanes) } catch {
            close()
            throw error
        }
    }

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
            guard !request.isAnswered else { continue }
            let start = DispatchTime.now().uptimeNanoseconds
            do {
                let numbers =
                    switch request.picture {
                    case .encoded(let bytes): try preparation.numbers(of: bytes)
                    case .decoded(let image): preparation.numbers(of: image)
                    }
                let end = DispatchTime.now().uptimeNanoseconds
                let item = Decoded(
                    request: request, numbers: numbers, decode: milliseconds(start, end), waited: milliseconds(request.arrived, start),
                    arrived: end)
                if !decoded.push(item) { request.finish(.failure(InferenceError.shuttingDown)) }
            } catch {
                request.finish(.failure(error))
            }
        }
        let remaining = decodersRunning.withLock {
            $0 -= 1
            return $0
        }
        if remaining == 0 { decoded.close() }
    }

    private func runLane(_ startup: LaneStartup) {
        let lane: Lane
        do {
            lane = try Lane(startup.take(), manifest: manifest, options: options)
            startup.report(nil)
        } catch {
            startup.report(error)
            return
        }
        while let item = decoded.pop() {
            guard !item.request.isAnswered else { continue }
            let waited = item.waited + milliseconds(item.arrived, DispatchTime.now().uptimeNanoseconds)
            item.request.finish(Result { try lane.answer(item.request, item.numbers, decode: item.decode, queue: waited) })
        }
    }

    private func milliseconds(_ start: UInt64, _ end: UInt64) -> Double { end > start ? Double(end - start) / 1e6 : 0 }
}
