import Base
import Foundation
import HTTPTypes

/// Brings one answer from a handler's task to its connection.
struct AnswerSender: Sendable {
    /// Bytes of a file that are read at once.
    private static let filePiece = 256 << 10

    let connection: HTTPConnection
    let exchange: Int
    let request: ServerRequest

    func send(_ response: ServerResponse) async {
        switch response.body {
        case .empty: whole(response, [])
        case .bytes(let bytes): whole(response, bytes)
        case .file(let url, let range): await file(response, url, range)
        case .stream(let produce): await stream(response, produce)
        }
    }

    private func whole(_ response: ServerResponse, _ bytes: [UInt8]) {
        let start = ResponseStart(status: response.status, fields: response.fields, length: bytes.count, body: bytes)
        connection.post(.respond(exchange: exchange, start, endsOnDrain: false))
    }

    private func begin(_ response: ServerResponse, length: Int?) {
        let start = ResponseStart(status: response.status, fields: response.fields, length: length, body: nil)
        connection.post(.respond(exchange: exchange, start, endsOnDrain: response.endsOnDrain))
    }

    private func stream(_ response: ServerResponse, _ produce: @Sendable (ResponseWriter) async throws -> Void) async {
        begin(response, length: nil)
        guard request.method != .head else { return connection.post(.responseEnd(exchange: exchange)) }
        let writer = ResponseWriter { [connection, exchange] bytes in
            guard !Task.isCancelled else { throw HTTPError.cancelled }
            try await connection.write(bytes, exchange: exchange)
        }
        do {
            // What is streamed may take any time to compute: not on the loop.
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await produce(writer) }
            connection.post(.responseEnd(exchange: exchange))
        } catch {
            // Cancelled by a drain: a proper end. Cancelled because the client is gone: the exchange is over and the event means nothing.
            if Task.isCancelled, response.endsOnDrain { return connection.post(.responseEnd(exchange: exchange)) }
            fail(error)
        }
    }

    private func file(_ response: ServerResponse, _ url: URL, _ range: Range<Int>?) async {
        let isHead = request.method == .head
        let lane = url.hashValue
        let opened: (file: OpenFile, range: Range<Int>, first: [UInt8])
        do {
            opened = try await Disk.run(lane: lane) {
                let file = try OpenFile(url, flags: O_RDONLY)
                let size = Int(try file.status().st_size)
                let range = (range ?? 0..<size).clamped(to: 0..<size)
                return (file, range, isHead ? [] : try file.read(count: min(range.count, Self.filePiece), at: range.lowerBound))
            }
        } catch {
            return await unreadable(error)
        }
        guard !isHead, opened.range.count > opened.first.count else {
            if isHead {
                begin(response, length: opened.range.count)
                return connection.post(.responseEnd(exchange: exchange))
            }
            return whole(response, opened.first)
        }
        begin(response, length: opened.range.count)
        do {
            var offset = opened.range.lowerBound
            var piece = opened.first
            while !piece.isEmpty {
                try await connection.write(piece, exchange: exchange)
                offset += piece.count
                let (count, from) = (min(opened.range.upperBound - offset, Self.filePiece), offset)
                piece = count > 0 ? try await Disk.run(lane: lane) { try opened.file.read(count: count, at: from) } : []
            }
            connection.post(.responseEnd(exchange: exchange))  // fewer bytes than promised: the machine cuts the connection
        } catch {
            fail(error)
        }
    }

    private func unreadable(_ error: any Error) async {
        let isMissing = (error as? SystemError).map { [ENOENT, ENOTDIR, EISDIR].contains($0.code) } ?? false
        if !isMissing { connection.loop.services.configuration.onBrokenAnswer?(request, error) }
        var problem = Problem(isMissing ? .notFound : .internalServerError)
        problem.instance = request.path
        problem.requestID = request.id
        await send(.problem(problem))
    }

    private func fail(_ error: any Error) {
        connection.post(.responseFailed(exchange: exchange))
        if let error = error as? HTTPError, error == .clientGone || error == .cancelled { return }  // the access log says it
        connection.loop.services.configuration.onBrokenAnswer?(request, error)
    }
}
