import Foundation
import Synchronization

/// The body of a request, read piece by piece by one reader.
///
/// Invariants:
/// 1. The socket is read for the body only once the reader asked (for one that is known to fit into the window: at once, unless the client waits for
///    `100 Continue`), and at most ``window`` bytes ahead of it.
/// 2. `Expect: 100-continue` is answered when the reader first asks.
/// 3. After the end or a failure every further ``next()`` gives the same again.
/// 4. A waiting reader is always resumed: by bytes, the end, a failure, or cancellation of its task.
package final class RequestBody: Sendable {
    /// How far the socket may run ahead of the reader, in bytes.
    static let window = 256 << 10

    private enum Ending: Sendable {
        case complete
        case failed(HTTPError)
    }

    private typealias Reader = CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>

    private struct State {
        /// What came and is not taken yet.
        var gathered: [UInt8] = []
        var ending: Ending?
        var waiting: Reader?
        /// Bytes that must have gathered before the waiting reader is resumed.
        var wanted = 1
        /// Bytes that the reader took and that the connection does not know of yet.
        var ungranted = 0

        /// All that has gathered, for the reader; nil if nothing has.
        mutating func take() -> [UInt8]? {
            guard !gathered.isEmpty else { return nil }
            ungranted += gathered.count
            defer { gathered = [] }
            return gathered
        }

        /// The waiting reader and all that has gathered, once that is enough for it.
        mutating func handOver() -> (reader: Reader, bytes: [UInt8]?)? {
            guard let reader = waiting, gathered.count >= wanted else { return nil }
            waiting = nil
            return (reader, take())
        }
    }

    /// `Content-Length` of the request; nil if chunked, or if there is no body.
    package let declaredLength: Int?
    /// Tells the connection that the reader took so many bytes and goes on reading.
    private let demand: (@Sendable (Int) -> Void)?
    private let state: Mutex<State>

    /// A body that is wholly there.
    package convenience init(bytes: [UInt8]) { self.init(bytes: bytes, declaredLength: bytes.isEmpty ? nil : bytes.count) }

    init(bytes: [UInt8], declaredLength: Int?) {
        self.declaredLength = declaredLength
        demand = nil
        state = Mutex(State(gathered: bytes, ending: .complete))
    }

    /// A body that a connection will fill.
    init(declaredLength: Int?, demand: @escaping @Sendable (Int) -> Void) {
        self.declaredLength = declaredLength
        self.demand = demand
        state = Mutex(State())
    }

    // MARK: The reader

    /// What has come, never empty; nil at the end.
    ///
    /// - Throws: ``HTTPError/clientGone``, ``HTTPError/bodyTimeout(after:)``, ``HTTPError/bodyCutShort(got:)``, ``HTTPError/malformedBody(_:)``,
    ///   ``HTTPError/bodyUnavailable``, ``HTTPError/cancelled``.
    package func next() async throws(HTTPError) -> [UInt8]? { try await next(after: 1) }

    /// The next piece once so many bytes are there, or all that will be: a reader that needs much is woken once and not for each packet.
    /// - Parameter wanted: at most half of ``window``, so that the socket is never stopped before they are there.
    private func next(after wanted: Int) async throws(HTTPError) -> [UInt8]? {
        if let ready = take(wanted) { return try ready.get() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { park($0, wanted) }
        } onCancel: {
            release(with: .failure(.cancelled))
        }
        return try result.get()
    }

    /// The whole rest of the body in memory.
    ///
    /// - Throws: ``HTTPError/bodyTooLarge(limit:)`` as soon as that is known (a declared length: before any byte is asked for), and as ``next()``.
    package func collect(limit: Int) async throws(HTTPError) -> [UInt8] {
        if let declaredLength, declaredLength > limit { throw .bodyTooLarge(limit: limit) }
        var whole: [UInt8] = []
        while let piece = try await next(after: declaredLength.map { max(1, min($0 - whole.count, Self.window / 2)) } ?? 1) {
            guard whole.count + piece.count <= limit else { throw .bodyTooLarge(limit: limit) }
            if whole.isEmpty {
                whole = piece
                if let declaredLength { whole.reserveCapacity(declaredLength) }
            } else {
                whole += piece
            }
        }
        return whole
    }

    /// Streams the rest of the body into a new file and fsyncs it.
    ///
    /// - Returns: the number of bytes.
    /// - Throws: ``HTTPError/bodyTooLarge(limit:)``, as ``next()``, and Base's `SystemError` (`EEXIST` where the file exists). After a throw the file is gone.
    package func write(to file: URL, limit: Int) async throws -> Int {
        if let declaredLength, declaredLength > limit { throw HTTPError.bodyTooLarge(limit: limit) }
        return try await FileSink.write(to: file, limit: limit) { try await self.next() }
    }

    private enum Step {
        case ready(Result<[UInt8]?, HTTPError>, grant: Int)
        case wait
    }

    private func take(_ wanted: Int) -> Result<[UInt8]?, HTTPError>? {
        let step = state.withLock { Self.step(&$0, wanted) }
        guard case .ready(let result, let grant) = step else { return nil }
        if grant > 0 { demand?(grant) }
        return result
    }

    private func park(_ continuation: Reader, _ wanted: Int) {
        let step = state.withLock { state -> Step in
            let step = Self.step(&state, wanted)
            if case .wait = step {
                if state.waiting != nil { return .ready(.failure(.bodyUnavailable), grant: 0) }
                if Task.isCancelled { return .ready(.failure(.cancelled), grant: 0) }
                state.waiting = continuation
                state.wanted = wanted
            }
            return step
        }
        switch step {
        case .ready(let result, let grant):
            if grant > 0 { demand?(grant) }
            continuation.resume(returning: result)
        case .wait:
            demand?(
                state.withLock { state in
                    defer { state.ungranted = 0 }
                    return state.ungranted
                })
        }
    }

    private static func step(_ state: inout State, _ wanted: Int) -> Step {
        if state.gathered.count >= wanted || state.ending != nil, let piece = state.take() {
            guard state.ending == nil, state.ungranted >= window / 2 else { return .ready(.success(piece), grant: 0) }
            defer { state.ungranted = 0 }
            return .ready(.success(piece), grant: state.ungranted)
        }
        switch state.ending {
        case .complete: return .ready(.success(nil), grant: 0)
        case .failed(let error): return .ready(.failure(error), grant: 0)
        case nil: return .wait
        }
    }

    // MARK: The connection

    /// Bytes that arrived; never empty. The first piece of a short body has room for the rest, so that gathering it copies each byte once.
    func deliver(_ piece: [UInt8]) {
        let ready = state.withLock { state -> (reader: Reader, bytes: [UInt8]?)? in
            guard state.ending == nil else { return nil }
            if state.gathered.isEmpty { state.gathered = piece } else { state.gathered += piece }
            return state.handOver()
        }
        ready?.reader.resume(returning: .success(ready?.bytes))
    }

    /// Takes bytes straight from a socket, without a copy of them in between.
    ///
    /// - Parameters:
    ///   - limit: room that is made.
    ///   - read: fills the beginning of the room and says how many bytes it wrote; 0 for none.
    /// - Returns: as many.
    func fill(_ limit: Int, _ read: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        let (count, ready) = state.withLock { state -> (Int, (reader: Reader, bytes: [UInt8]?)?) in
            let before = state.gathered.count
            state.gathered.append(addingCapacity: limit) { span in
                span.withUnsafeMutableBufferPointer { room, count in count = read(UnsafeMutableRawBufferPointer(room)) }
            }
            return (state.gathered.count - before, state.handOver())
        }
        ready?.reader.resume(returning: .success(ready?.bytes))
        return count
    }

    /// All bytes were delivered.
    func finish() { end(.complete) }

    /// No further byte will come. Nothing happens to a body that is complete.
    func fail(_ error: HTTPError) { end(.failed(error)) }

    /// The first ending counts. A waiting reader gets what has gathered, and then the ending.
    private func end(_ ending: Ending) {
        let (waiting, result) = state.withLock {
            state -> (Reader?, Result<[UInt8]?, HTTPError>) in
            if state.ending == nil { state.ending = ending }
            defer { state.waiting = nil }
            guard state.waiting != nil else { return (nil, .success(nil)) }
            if let piece = state.take() { return (state.waiting, .success(piece)) }
            if case .failed(let error) = state.ending { return (state.waiting, .failure(error)) }
            return (state.waiting, .success(nil))
        }
        waiting?.resume(returning: result)
    }

    private func release(with result: Result<[UInt8]?, HTTPError>) {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: result)
    }
}
