import Foundation
import FoundationNetworking
import Synchronization

/// One request of a download: its head is judged by a closure, its body goes to another in pieces. Redirects are not followed here.
///
/// `URLSession` hands pieces over on its delegate's serial queue, so no two callbacks run at once.
final class Fetch: NSObject, URLSessionDataDelegate, Sendable {
    /// Whether the body is wanted.
    typealias Judge = @Sendable (AnswerHead) throws -> Bool
    typealias Sink = @Sendable (Data) throws -> Void

    private struct State {
        var continuation: CheckedContinuation<Void, any Error>?
        var isWanted = false
        var failure: (any Error)?
    }

    private let state = Mutex(State())
    private let judge: Judge
    private let sink: Sink

    private init(judge: @escaping Judge, sink: @escaping Sink) {
        self.judge = judge
        self.sink = sink
    }

    /// Carries a request out. Cancelling the task ends it.
    ///
    /// - Parameter idle: without a byte for so long the connection counts as lost.
    /// - Throws: what the closures throw; `URLError` where the connection fails or the body is cut short.
    static func run(_ request: URLRequest, idle: TimeInterval, judge: @escaping Judge, sink: @escaping Sink) async throws {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = idle
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        let fetch = Fetch(judge: judge, sink: sink)
        let session = URLSession(configuration: configuration, delegate: fetch, delegateQueue: nil)
        defer { session.invalidateAndCancel() }
        let task = session.dataTask(with: request)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                fetch.state.withLock { $0.continuation = continuation }
                task.resume()
            }
        } onCancel: {
            task.cancel()
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)  // the redirect itself is the answer: its fields tell the digest
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        do {
            guard let response = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
            var fields: [String: String] = [:]
            for (name, value) in response.allHeaderFields { fields["\(name)".lowercased()] = "\(value)" }
            let isWanted = try judge(AnswerHead(status: response.statusCode, fields: fields))
            state.withLock { $0.isWanted = isWanted }
            if !isWanted { dataTask.cancel() }
            completionHandler(isWanted ? .allow : .cancel)
        } catch {
            stop(dataTask, error)
            completionHandler(.cancel)
        }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        guard state.withLock({ $0.isWanted && $0.failure == nil }) else { return }
        do { try sink(data) } catch { stop(dataTask, error) }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let (continuation, outcome) = state.withLock { state in
            defer { state.continuation = nil }
            let outcome: Result<Void, any Error> =
                if let failure = state.failure { .failure(failure) } else if let error, state.isWanted || !Self.isCancelled(error) {
                    .failure(error)
                } else {
                    .success(())
                }
            return (state.continuation, outcome)
        }
        continuation?.resume(with: outcome)
    }

    /// Ends the task with our own error in the place of its "cancelled".
    private func stop(_ task: URLSessionTask, _ error: any Error) {
        state.withLock { state in if state.failure == nil { state.failure = error } }
        task.cancel()
    }

    private static func isCancelled(_ error: any Error) -> Bool { (error as? URLError)?.code == .cancelled }
}
