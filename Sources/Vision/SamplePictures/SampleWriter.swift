import Base
import Dispatch
import Foundation
import Images
import Synchronization

/// Writes the sample set of the demonstration:
/// `labelled/CLASS/*.jpg`, `unlabelled/*.jpg`, `test/CLASS/*.jpg`, and `truth.csv` (path, class) for whoever wants to check the unlabelled ones.
package enum SampleWriter {
    /// Pixels.
    package static let allowedSides = 32...1024
    /// Of each kind of count.
    package static let allowedCounts = 0...1_000_000

    /// Draws on all cores. The files depend on the arguments only: same seed, same bytes.
    ///
    /// - Parameters:
    ///   - directory: must be empty or absent; parents are made.
    ///   - labelledPerClass: pictures with a label, each class.
    ///   - unlabelled: pictures without, all classes together.
    ///   - testPerClass: held-back pictures, each class.
    ///   - side: of each picture, pixels.
    ///   - progress: called with (written, total) after each picture, from any thread, one call at a time.
    /// - Throws: ``SampleError``; what was written before stays.
    package static func write(
        to directory: URL, seed: UInt64, labelledPerClass: Int, unlabelled: Int, testPerClass: Int, side: Int,
        progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws(SampleError) {
        for (name, count) in [("labelled", labelledPerClass), ("unlabelled", unlabelled), ("test", testPerClass)] {
            guard allowedCounts.contains(count) else { throw .outOfRange(name: name, got: count, allowed: allowedCounts) }
        }
        guard allowedSides.contains(side) else { throw .outOfRange(name: "side", got: side, allowed: allowedSides) }
        let plan = SamplePlan(
            seed: seed, counts: SampleCounts(labelledPerClass: labelledPerClass, unlabelled: unlabelled, testPerClass: testPerClass))
        try prepare(directory)

        let written = Mutex(0)
        let failure = Mutex<SampleError?>(nil)
        DispatchQueue.concurrentPerform(iterations: plan.entries.count) { index in
            if failure.withLock({ $0 != nil }) { return }
            let entry = plan.entries[index]
            do throws(SampleError) {
                try save(draw(entry, seed: seed, side: side), to: directory.appendingPathComponent(entry.path))
                written.withLock { count in
                    count += 1
                    progress(count, plan.entries.count)
                }
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        let rows = plan.entries.map { "\($0.path),\($0.kind.rawValue)\n" }
        try save(Array(("path,class\n" + rows.joined()).utf8), to: directory.appendingPathComponent("truth.csv"))
    }

    private static func draw(_ entry: SamplePlan.Entry, seed: UInt64, side: Int) throws(SampleError) -> [UInt8] {
        var random = SeededRandom(seed: seed, purpose: entry.stream)
        let (image, quality) = CellPicture.draw(entry.kind, side: side, random: &random)
        do throws(ImageError) { return try ImageEncoder.jpeg(image, quality: quality) } catch { throw .encoding(error) }
    }

    private static func prepare(_ directory: URL) throws(SampleError) {
        let manager = FileManager.default
        if let present = try? manager.contentsOfDirectory(atPath: directory.path), !present.isEmpty {
            throw .directoryNotEmpty(path: directory.path)
        }
        let folders = ["unlabelled"] + CellClass.allCases.flatMap { ["labelled/\($0.rawValue)", "test/\($0.rawValue)"] }
        for folder in folders {
            let url = directory.appendingPathComponent(folder, isDirectory: true)
            do { try manager.createDirectory(at: url, withIntermediateDirectories: true) } catch {
                throw .file(SystemError(call: "mkdir", subject: url.path))
            }
        }
    }

    private static func save(_ bytes: [UInt8], to url: URL) throws(SampleError) {
        do { try Data(bytes).write(to: url) } catch { throw .file(SystemError(call: "write", subject: url.path)) }
    }
}
