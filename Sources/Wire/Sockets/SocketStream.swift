import Base
import Foundation

/// One connected TCP socket as a byte stream on a ``SocketLoop``. It never blocks.
///
/// `@unchecked Sendable`. Safe because every member but `init` is called on `loop`, which is checked, and the loop calls its handlers there.
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
    private let loop: SocketLoop
    private var watch: SocketWatch?
    private var isClosed = false
    private var lowWater = 1
    /// Why the system does not watch this socket; the next read says so.
    private var fault: SystemError?
    private var output = OutputQueue()
    private var onReadable: (() -> Void)?

    /// Takes over the descriptor, which is non-blocking and connected.
    package init(descriptor: Int32, peer: SocketAddress?, loop: SocketLoop) {
        self.descriptor = descriptor
        self.peer = peer
        self.loop = loop
    }

    /// Bytes that were sent and that the system has not taken yet.
    package var waiting: Int { output.count }

    /// - Parameters:
    ///   - onReadable: called while reading is on and there is something to read.
    ///   - onWritable: called when a socket that was full takes bytes again.
    package func activate(onReadable: @escaping () -> Void, onWritable: @escaping () -> Void) {
        precondition(loop.isCurrent)
        self.onReadable = onReadable
        watch = SocketWatch(loop.poller, descriptor, onReadable: onReadable, onWritable: onWritable)
    }

    /// Turns readiness on or off. Off, the system's buffer fills and the peer has to wait: that is the backpressure.
    package func setReading(_ wanted: Bool) {
        precondition(loop.isCurrent)
        do { try watch?.setReading(wanted) } catch { fail(error) }
    }

    /// Bytes from which a low water is set: below, they come in one packet anyway.
    private static let smallestLowWater = 4096
    /// 128 KiB: the system makes its buffer as large.
    private static let largestLowWater = 128 << 10

    /// Lets the system gather so many bytes before it tells of them; a FIN and a full buffer it tells of at once. Source: socket(7), SO_RCVLOWAT.
    package func setLowWater(_ wanted: Int) {
        let wanted = wanted < Self.smallestLowWater ? 1 : min(wanted, Self.largestLowWater)
        guard wanted != lowWater, !isClosed else { return }
        var value = Int32(wanted)
        // Where a system refuses, it tells of every packet, as before.
        guard setsockopt(descriptor, SOL_SOCKET, SO_RCVLOWAT, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else { return }
        lowWater = wanted
    }

    /// Whether bytes may be there that the system has not told of.
    package var holdsBack: Bool { lowWater > 1 }

    /// One `recv`.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Input {
        precondition(loop.isCurrent)
        guard !isClosed else { return .end }
        if let fault { return .failed(fault) }
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
        precondition(loop.isCurrent)
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
        precondition(loop.isCurrent)
        guard !isClosed else { return }
        // ENOTCONN only: the peer has reset the connection, which the next read says as well.
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Closes the socket; what waits is dropped. Can be called again.
    package func close() {
        precondition(loop.isCurrent)
        guard !isClosed else { return }
        isClosed = true
        output.removeAll()
        onReadable = nil
        watch?.end()
        watch = nil
        _ = Foundation.close(descriptor)
    }

    private func setWriting(_ wanted: Bool) {
        do { try watch?.setWriting(wanted) } catch { fail(error) }
    }

    /// Nobody would tell of this socket any more: its owner is told to read, and that there is nothing to come.
    private func fail(_ error: SystemError) {
        fault = error
        loop.async { [self] in onReadable?() }
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
