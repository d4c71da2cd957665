import Base
import Dispatch
import Foundation

/// A listening TCP socket that hands accepted descriptors on. Its state lives on its own serial queue.
///
/// `@unchecked Sendable`. Safe because `source`, `isAccepting` and `isStopped` are touched on `queue` only.
package final class Listener: @unchecked Sendable {
    /// The address with the real port.
    package let address: SocketAddress
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "aliquot.listener")
    private let onAccept: @Sendable (Int32, SocketAddress?) -> Bool
    private var source: (any DispatchSourceRead)?
    private var isAccepting = false
    private var isStopped = false

    /// Binds and listens; ``resume()`` begins to accept.
    ///
    /// - Parameters:
    ///   - backlog: connections that the system holds for us.
    ///   - onAccept: takes over a non-blocking descriptor without delay; false stops accepting until ``resume()``, and the backlog holds the next ones.
    /// - Throws: ``SocketsError``.
    package init(address: SocketAddress, backlog: Int32, onAccept: @escaping @Sendable (Int32, SocketAddress?) -> Bool) throws(SocketsError)
    {
        guard var storage = address.storage else { throw .malformedAddress(got: address.host) }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(Int32(storage.ss_family), kind, 0)
        guard descriptor >= 0 else { throw .system(SystemError(call: "socket", subject: address.description)) }
        func failure(_ call: String) -> SocketsError {
            let error = SystemError(call: call, subject: address.description)
            close(descriptor)
            return .system(error)
        }
        var on: Int32 = 1
        // A restarted server must not wait for the connections of the old one to be forgotten.
        guard setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4) == 0 else { throw failure("setsockopt") }
        var length = socklen_t(storage.ss_family == sa_family_t(AF_INET) ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size)
        let bound = Self.withAddress(&storage) { bind(descriptor, $0, length) }
        guard bound == 0 else { throw failure("bind") }
        guard listen(descriptor, backlog) == 0 else { throw failure("listen") }
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        guard Self.withAddress(&storage, { getsockname(descriptor, $0, &length) }) == 0, let real = SocketAddress(storage) else {
            throw failure("getsockname")
        }
        self.descriptor = descriptor
        self.address = real
        self.onAccept = onAccept
    }

    deinit { if source == nil, !isStopped { close(descriptor) } }

    /// Begins to accept, or goes on. Can be called at any time from anywhere.
    package func resume() {
        queue.async { [self] in
            guard !isAccepting, !isStopped else { return }
            isAccepting = true
            let source = self.source ?? makeSource()
            source.resume()
        }
    }

    /// Stops for good and closes the socket; new connections are refused from then on. Returns when that is so.
    package func stop() async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                guard !isStopped else { return continuation.resume() }
                isStopped = true
                let descriptor = descriptor
                guard let source else {
                    close(descriptor)
                    return continuation.resume()
                }
                source.setCancelHandler {
                    close(descriptor)
                    continuation.resume()
                }
                source.cancel()
                if !isAccepting { source.resume() }
                self.source = nil
            }
        }
    }

    private func makeSource() -> any DispatchSourceRead {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { self.accept() }  // keeps the listener alive until `stop()`
        self.source = source
        return source
    }

    private func accept() {
        while isAccepting {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let accepted = Self.withAddress(&storage) { Foundation.accept(descriptor, $0, &length) }
            guard accepted >= 0 else {
                switch errno {
                case EAGAIN, EWOULDBLOCK: return
                // The network's errors belong to one connection that is gone (accept(2), "Error handling").
                case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, EPERM: continue
                default: return pauseBriefly()  // EMFILE and its like: until some connection gives its descriptor back
                }
            }
            // accept4 would set both at once; Swift's Glibc does not show it.
            guard fcntl(accepted, F_SETFD, FD_CLOEXEC) == 0, fcntl(accepted, F_SETFL, O_NONBLOCK) == 0 else {
                close(accepted)
                continue
            }
            var on: Int32 = 1
            // Answers leave at once; they are written in one piece, so Nagle's algorithm has nothing to gather.
            _ = setsockopt(accepted, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
            if !onAccept(accepted, SocketAddress(storage)) { pause() }
        }
    }

    private func pause() {
        guard isAccepting else { return }
        isAccepting = false
        source?.suspend()
    }

    private func pauseBriefly() {
        pause()
        queue.asyncAfter(deadline: .now() + .milliseconds(100)) { [weak self] in self?.resume() }
    }

    private static func withAddress<R>(_ storage: inout sockaddr_storage, _ body: (UnsafeMutablePointer<sockaddr>) -> R) -> R {
        withUnsafeMutablePointer(to: &storage) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
    }
}
