import Foundation
import Synchronization

/// The body of a request, read piece by piece by one reader.
///
/// Invariants:
/// 1. The socket is read for the body only once the reader asked, and then at most ``window`` bytes ahead of it.
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

    private struct State {
        var pieces: [[UInt8]] = []
        var ending: Ending?
        var waiting: CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>?
        /// Bytes that the reader took and that the connection does not know of yet.
        var ungranted = 0
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
        state = Mutex(State(pieces: bytes.isEmpty ? [] : [bytes], ending: .complete))
    }

    /// A body that a connection will fill.
    init(declaredLength: Int?, demand: @escaping @Sendable (Int) -> Void) {
        self.declaredLength = declaredLength
        self.demand = demand
        state = Mutex(State())
    }

    // MARK: The reader

    /// The next piece, never empty; nil at the end.
    ///
    /// - Throws: ``HTTPError/clientGone``, ``HTTPError/bodyTimeout(after:)``, ``HTTPError/bodyCutShort(got:)``, ``HTTPError/malformedBody(_:)``,
    ///   ``HTTPError/bodyUnavailable``, ``HTTPError/cancelled``.
    package func next() async throws(HTTPError) -> [UInt8]? {
        if let ready = take() { return try ready.get() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { park($0) }
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
        while let piece = try await next() {
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

    private func take() -> Result<[UInt8]?, HTTPError>? {
        let step = state.withLock { Self.step(&$0) }
        guard case .ready(let result, let grant) = step else { return nil }
        if grant > 0 { demand?(grant) }
        return result
    }

    private func park(_ continuation: CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>) {
        let step = state.withLock { state -> Step in
            let step = Self.step(&state)
            if case .wait = step {
                if state.waiting != nil { return .ready(.failure(.bodyUnavailable), grant: 0) }
                if Task.isCancelled { return .ready(.failure(.cancelled), grant: 0) }
                state.waiting = continuation
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

    private static func step(_ state: inout State) -> Step {
        if !state.pieces.isEmpty {
            let piece = state.pieces.removeFirst()
            state.ungranted += piece.count
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

    /// Bytes that arrived; never empty.
    func deliver(_ piece: [UInt8]) {
        let waiting = state.withLock { state -> CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>? in
            guard state.ending == nil else { return nil }
            guard let waiting = state.waiting else {
                state.pieces.append(piece)
                return nil
            }
            state.waiting = nil
            state.ungranted += piece.count
            return waiting
        }
        waiting?.resume(returning: .success(piece))
    }

    /// All bytes were delivered.
    func finish() {
        let waiting = state.withLock { state -> CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>? in
            if state.ending == nil { state.ending = .complete }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: .success(nil))
    }

    /// No further byte will come. Nothing happens to a body that is complete.
    func fail(_ error: HTTPError) {
        let waiting = state.withLock { state -> CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>? in
            if state.ending == nil { state.ending = .failed(error) }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: .failure(error))
    }

    private func release(with result: Result<[UInt8]?, HTTPError>) {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: result)
    }
}
