import Base
import Dispatch
import Foundation

/// One connected TCP socket as a byte stream on a serial queue. It never blocks.
///
/// `@unchecked Sendable`. Safe because every member but `init` is called on `queue`, which is checked, and Dispatch calls the sources' handlers there.
package final class SocketStream: @unchecked Sendable {
    /// What a read gave.
    package enum Input {
        /// So many bytes are in the buffer.
        case bytes(Int)
        /// The peer sent FIN.
        case end
        case nothingYet
        case failed(SystemError)
    }

    package let peer: SocketAddress?
    private let descriptor: Int32
    private let queue: DispatchQueue
    private var readSource: (any DispatchSourceRead)?
    private var writeSource: (any DispatchSourceWrite)?
    private var isReading = false
    private var isWriting = false
    private var isClosed = false
    private var output = OutputQueue()
    private var onReadable: (() -> Void)?
    private var onWritable: (() -> Void)?

    /// Takes over the descriptor, which is non-blocking and connected.
    package init(descriptor: Int32, peer: SocketAddress?, queue: DispatchQueue) {
        self.descriptor = descriptor
        self.peer = peer
        self.queue = queue
    }

    /// Bytes that were sent and that the system has not taken yet.
    package var waiting: Int { output.count }

    /// - Parameters:
    ///   - onReadable: called while reading is on and there is something to read.
    ///   - onWritable: called when a socket that was full takes bytes again.
    package func activate(onReadable: @escaping () -> Void, onWritable: @escaping () -> Void) {
        dispatchPrecondition(condition: .onQueue(queue))
        self.onReadable = onReadable
        self.onWritable = onWritable
    }

    /// Turns readiness on or off. Off, the system's buffer fills and the peer has to wait: that is the backpressure.
    package func setReading(_ wanted: Bool) {
        dispatchPrecondition(condition: .onQueue(queue))
        guard wanted != isReading, !isClosed else { return }
        isReading = wanted
        guard wanted else {
            readSource?.suspend()
            return
        }
        let source = readSource ?? makeReadSource()
        source.resume()
    }

    /// One `recv`.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Input {
        dispatchPrecondition(condition: .onQueue(queue))
        guard !isClosed else { return .end }
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return .nothingYet
            default: return .failed(SystemError(call: "recv", subject: peer?.description ?? "socket"))
            }
        }
    }

    /// Puts bytes behind those that wait; ``flush()`` sends them.
    package func enqueue(_ bytes: [UInt8]) { output.append(bytes) }

    /// Sends as much as the system takes.
    ///
    /// - Returns: how many bytes it took. What waits is sent when the socket is writable again, after `onWritable`.
    /// - Throws: `SystemError` when the peer is gone.
    package func flush() throws(SystemError) -> Int {
        dispatchPrecondition(condition: .onQueue(queue))
        guard !isClosed else { return 0 }
        var taken = 0
        while !output.isEmpty {
            let count = sendHead()
            if count >= 0 {
                output.advance(count)
                taken += count
                continue
            }
            if errno == EINTR { continue }
            guard errno == EAGAIN || errno == EWOULDBLOCK else {
                throw SystemError(call: "sendmsg", subject: peer?.description ?? "socket")
            }
            break
        }
        setWriting(!output.isEmpty)
        return taken
    }

    /// Sends FIN behind what the system has taken.
    package func finishSending() {
        dispatchPrecondition(condition: .onQueue(queue))
        guard !isClosed else { return }
        // ENOTCONN only: the peer has reset the connection, which the next read says as well.
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Closes the socket; what waits is dropped. Can be called again.
    package func close() {
        dispatchPrecondition(condition: .onQueue(queue))
        guard !isClosed else { return }
        isClosed = true
        output.removeAll()
        onReadable = nil
        onWritable = nil
        let descriptor = descriptor
        // The descriptor may be closed only when Dispatch watches it no more, and a suspended source must be resumed before it is released.
        let group = DispatchGroup()
        for (source, isRunning) in [(readSource as (any DispatchSourceProtocol)?, isReading), (writeSource, isWriting)] {
            guard let source else { continue }
            group.enter()
            source.setCancelHandler { group.leave() }
            source.cancel()
            if !isRunning { source.resume() }
        }
        if readSource == nil, writeSource == nil {
            _ = Foundation.close(descriptor)
        } else {
            group.notify(queue: queue) { _ = Foundation.close(descriptor) }
        }
        readSource = nil
        writeSource = nil
    }

    private func makeReadSource() -> any DispatchSourceRead {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { self.onReadable?() }  // keeps the stream alive until `close()`
        readSource = source
        return source
    }

    private func setWriting(_ wanted: Bool) {
        guard wanted != isWriting else { return }
        isWriting = wanted
        guard wanted else {
            writeSource?.suspend()
            return
        }
        let source = writeSource ?? makeWriteSource()
        source.resume()
    }

    private func makeWriteSource() -> any DispatchSourceWrite {
        let source = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { self.onWritable?() }
        writeSource = source
        return source
    }

    /// One system call for up to eight pieces. MSG_NOSIGNAL: a lost peer is an error of this call, not a signal to the process.
    private func sendHead() -> Int {
        let (pieces, offset) = output.head(8)
        guard let first = pieces.first else { return 0 }
        guard pieces.count > 1 else {
            return first.withUnsafeBytes { send(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset, Int32(MSG_NOSIGNAL)) }
        }
        var vectors: [iovec] = []
        vectors.reserveCapacity(pieces.count)
        return gather(pieces, offset, &vectors)
    }

    /// Holds every piece's memory while the call lasts, one level deeper for each.
    private func gather(_ pieces: ArraySlice<[UInt8]>, _ offset: Int, _ vectors: inout [iovec]) -> Int {
        guard let piece = pieces.first else {
            return vectors.withUnsafeMutableBufferPointer { buffer in
                var message = msghdr()
                message.msg_iov = buffer.baseAddress
                message.msg_iovlen = buffer.count
                return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
            }
        }
        return piece.withUnsafeBytes { bytes in
            vectors.append(
                iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress?.advanced(by: offset)), iov_len: bytes.count - offset))
            return gather(pieces.dropFirst(), 0, &vectors)
        }
    }
}
