import CLinux

/// On which processors a thread runs. Source: sched_setaffinity(2).
package enum ProcessorAffinity {
    /// 64 words of a mask: 4096 processors.
    private static let words = 64
    private static let bytes = words * MemoryLayout<UInt>.size

    /// The numbers of the processors that the calling thread may use, ascending; empty where the system does not say.
    package static var allowed: [Int] {
        var mask = [UInt](repeating: 0, count: words)
        guard linux_sched_getaffinity(bytes, &mask) > 0 else { return [] }
        return (0..<words * UInt.bitWidth).filter { mask[$0 / UInt.bitWidth] >> UInt($0 % UInt.bitWidth) & 1 == 1 }
    }

    /// Keeps the calling thread on one processor.
    ///
    /// - Returns: false, and nothing has changed, where there is no such processor or the system does not allow it.
    @discardableResult package static func hold(on processor: Int) -> Bool {
        guard (0..<words * UInt.bitWidth).contains(processor) else { return false }
        var mask = [UInt](repeating: 0, count: words)
        mask[processor / UInt.bitWidth] = 1 << UInt(processor % UInt.bitWidth)
        return linux_sched_setaffinity(bytes, mask) == 0
    }
}
