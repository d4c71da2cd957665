import Base
import CLinux
import Foundation

/// What is awaited of one descriptor, level-triggered. On the loop's thread only.
///
/// Reading that is no longer wanted stays armed until something arrives after all: between a request and its answer nothing does, and the system is asked twice less.
final class SocketWatch {
    private let poller: SocketPoller
    private let descriptor: Int32
    private let onReadable: () -> Void
    private let onWritable: () -> Void
    private var token: UInt64 = 0
    private var wantsReading = false
    private var wantsWriting = false
    /// The events that epoll reports; nil while it does not know the descriptor.
    private var armed: UInt32?

    private static let input = EPOLLIN.rawValue
    private static let output = EPOLLOUT.rawValue
    /// These cannot be masked.
    private static let broken = EPOLLHUP.rawValue | EPOLLERR.rawValue

    init(_ poller: SocketPoller, _ descriptor: Int32, onReadable: @escaping () -> Void, onWritable: @escaping () -> Void) {
        self.poller = poller
        self.descriptor = descriptor
        self.onReadable = onReadable
        self.onWritable = onWritable
    }

    /// - Throws: `SystemError` where the system can watch no more descriptors.
    func setReading(_ wanted: Bool) throws(SystemError) {
        wantsReading = wanted
        if wanted, (armed ?? 0) & Self.input == 0 { try arm() }
    }

    /// - Throws: as ``setReading(_:)``.
    func setWriting(_ wanted: Bool) throws(SystemError) {
        guard wanted != wantsWriting else { return }
        wantsWriting = wanted
        try arm()
    }

    /// Ends it; the descriptor may be closed then.
    func end() {
        wantsReading = false
        wantsWriting = false
        disarm()
        poller.forget(token)
    }

    private func arm() throws(SystemError) {
        let events = (wantsReading ? Self.input : 0) | (wantsWriting ? Self.output : 0)
        if token == 0 { token = poller.keep(self) }
        try poller.control(armed == nil ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, token: token, events: events)
        armed = events
    }

    private func disarm() {
        guard armed != nil else { return }
        armed = nil
        // ENOENT or EBADF would say that it is not watched, which is what is wanted.
        try? poller.control(EPOLL_CTL_DEL, descriptor, token: token, events: 0)
    }

    func fired(_ events: UInt32) {
        let isBroken = events & Self.broken != 0
        if wantsWriting, isBroken || events & Self.output != 0 { onWritable() }
        if wantsReading {
            if isBroken || events & Self.input != 0 { onReadable() }
        } else if isBroken, !wantsWriting {
            disarm()  // who wants to read or write next arms it again, and is told at once
        } else if events & Self.input != 0, armed != nil {
            // Quiet until somebody wants to read. A change of what is watched already needs no memory and does not fail.
            try? arm()
        }
    }
}
