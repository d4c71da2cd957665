import Base
import Foundation
import FoundationNetworking
import Synchronization

/// The answer to one request on its way into the part: what was decided about it, and how much has come.
final class DownloadBody: Sendable {
    private struct State {
        var decision: DownloadDecision?
        var digits: String?
        var file: PartialFile?
        var bytes = 0
        var whole: Int?
    }

    private let state = Mutex(State())
    private let part: PartialDownload
    private let address: String
    private let limit: Int
    private let progress: @Sendable (WeightsDownload.Progress) -> Void

    init(part: PartialDownload, address: String, limit: Int, progress: @escaping @Sendable (WeightsDownload.Progress) -> Void) {
        self.part = part
        self.address = address
        self.limit = limit
        self.progress = progress
    }

    var decision: DownloadDecision? { state.withLock { $0.decision } }
    var digits: String? { state.withLock { $0.digits } }

    /// Judges the head; opens the part where its body is wanted.
    /// - Returns: whether the body is wanted.
    func begin(_ head: AnswerHead, from address: String, offset: Int, digits: String?) throws -> Bool {
        let decision = DownloadDecision.of(head, address: address, offset: offset, limit: limit)
        try state.withLock { state in
            state.decision = decision
            state.digits = digits
            guard case .take(let start, let whole) = decision else { return }
            (state.bytes, state.whole) = (start, whole)
            if start == 0 {
                // The description of what stood there goes first: new bytes must never pass for its continuation.
                part.delete()
                state.file = try part.open(at: 0)
                try part.write(.init(address: self.address, validator: head.validator, digits: digits))
            } else {
                state.file = try part.open(at: start)
            }
        }
        if case .take(let start, let whole) = decision {
            progress(.init(bytes: start, whole: whole))
            return true
        }
        return false
    }

    func append(_ data: Data) throws {
        let now = try state.withLock { state in
            guard state.bytes + data.count <= limit else { throw WeightsStoreError.tooLarge(address: address, got: nil, limit: limit) }
            try state.file?.append(data)
            state.bytes += data.count
            return WeightsDownload.Progress(bytes: state.bytes, whole: state.whole)
        }
        progress(now)
    }

    /// - Throws: `URLError` where fewer bytes came than were announced; `SystemError`.
    func finish() throws {
        try state.withLock { state in
            try state.file?.sync()
            state.file = nil
            if let whole = state.whole, state.bytes != whole { throw URLError(.networkConnectionLost) }
        }
    }
}
