import ArgumentParser
import Foundation
import SamplePictures
import Synchronization

/// `aliquot sample DIRECTORY`: draws the pictures of the demonstration.
struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Draw synthetic stained blood cells: labelled, unlabelled and held-back pictures of four classes.",
        discussion: """
            Writes DIRECTORY/labelled/CLASS/, DIRECTORY/unlabelled/, DIRECTORY/test/CLASS/ and DIRECTORY/truth.csv (the classes of all pictures).
            The same arguments always give the same bytes. The cells are drawings; no patient is behind them.
            """)

    @Argument(help: "A new or empty directory.") var directory: String
    @Option(help: "Labelled pictures of each class.") var labelled = 20
    @Option(help: "Pictures without a label, all classes together.") var unlabelled = 600
    @Option(help: "Held-back pictures of each class.") var test = 60
    @Option(help: "Side of each picture in pixels.") var side = 96
    @Option(help: "Number that decides every picture.") var seed: UInt64 = 1

    func validate() throws {
        for (name, count) in [("--labelled", labelled), ("--unlabelled", unlabelled), ("--test", test)]
        where !SampleWriter.allowedCounts.contains(count) {
            throw ValidationError("\(name) \(count): allowed are 0 to \(SampleWriter.allowedCounts.upperBound)")
        }
        guard SampleWriter.allowedSides.contains(side) else {
            throw ValidationError(
                "--side \(side): allowed are \(SampleWriter.allowedSides.lowerBound) to \(SampleWriter.allowedSides.upperBound)")
        }
    }

    func run() throws {
        let line = ProgressLine(isTerminal: isatty(STDERR_FILENO) == 1)
        try SampleWriter.write(
            to: URL(fileURLWithPath: directory), seed: seed, labelledPerClass: labelled, unlabelled: unlabelled, testPerClass: test,
            side: side,
            progress: { line.show($0, of: $1) })
        print(
            "\(directory): \(labelled) labelled and \(test) held-back pictures of each of 4 classes, \(unlabelled) unlabelled; seed \(seed)"
        )
    }
}

/// One line on standard error that is written over at each whole percent; silent where nobody watches.
private final class ProgressLine: Sendable {
    private let isTerminal: Bool
    private let shown = Mutex(-1)

    init(isTerminal: Bool) { self.isTerminal = isTerminal }

    func show(_ done: Int, of total: Int) {
        let percent = total == 0 ? 100 : done * 100 / total
        let isNew = shown.withLock { last in
            defer { last = percent }
            return last != percent
        }
        guard isTerminal, isNew else { return }
        FileHandle.standardError.write(Data("\r\(done) of \(total) pictures (\(percent) %)\(done == total ? "\n" : "")".utf8))
    }
}
