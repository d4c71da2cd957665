import ArgumentParser
import Base
import Foundation
import Synchronization
import WeightsStore

/// `aliquot weights pull NETWORK`.
struct PullWeightsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Downloads the published weights of a network and stores them.",
        discussion: """
            `aliquot weights list --published` shows the addresses. A download that was interrupted goes on where it stopped. The file is held against its SHA-256 where
            its name, the server, or a file ADDRESS.sha256 tells it, and against the network in any case.
            """)

    @OptionGroup var place: WeightsPlace
    @Argument(help: "The network.") var network: String
    @Option(help: "The name to store it under (default: the network).") var name: String?
    @Option(help: "Scheme and host (and path before it) of a mirror, instead of the file's own; ALIQUOT_HUB says the same.") var hub:
        String?
    @Option(help: "The SHA-256 that the file must have.") var sha256: String?
    @Option(help: "The largest file that is fetched, in bytes.") var limit = 1 << 30

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit \(limit): allowed is 1 or more") }
        if let sha256, SHA256Digest(sha256.lowercased()) == nil {
            throw ValidationError("--sha256 \(sha256): allowed are 64 hexadecimal digits")
        }
    }

    func run() async throws {
        let folder = try place.folder(isMade: true)
        let published = try PublishedWeights.of(network)
        let name = try WeightsPlace.name(name ?? network)
        let mirror = hub ?? ProcessInfo.processInfo.environment["ALIQUOT_HUB"].flatMap { $0.isEmpty ? nil : $0 }
        var download = WeightsDownload(address: try published.address(hub: mirror), directory: folder.directory, name: name)
        download.limit = limit
        if let sha256 { download.digits = sha256.lowercased() }
        let line = DownloadLine(subject: network, isTerminal: isatty(STDERR_FILENO) == 1)
        let fetched = try await download.run { line.show($0) }
        line.end()
        defer { fetched.finish() }
        let facts = try folder.adopt(fetched.file, name: name, network: network, source: download.address.absoluteString)
        print(WeightsPlace.line(facts))
        print(
            fetched.expected.map { "SHA-256 of the download begins with or is \($0), as published" }
                ?? "no SHA-256 is published for this file")
        if let note = published.note { print(note) }
    }
}

/// One line on standard error that is written over; silent where nobody watches.
private final class DownloadLine: Sendable {
    private let subject: String
    private let isTerminal: Bool
    private let start = ContinuousClock.now
    private let state = Mutex((first: Int?.none, shown: ContinuousClock.Instant?.none))

    init(subject: String, isTerminal: Bool) {
        self.subject = subject
        self.isTerminal = isTerminal
    }

    func show(_ progress: WeightsDownload.Progress) {
        guard isTerminal else { return }
        let now = ContinuousClock.now
        let first: Int? = state.withLock { state in
            if state.first == nil { state.first = progress.bytes }
            // Five times a second are enough for an eye; the last one always.
            guard progress.bytes == progress.whole || state.shown.map({ now - $0 > .milliseconds(200) }) ?? true else { return nil }
            state.shown = now
            return state.first
        }
        guard let first else { return }
        let seconds = max(0.001, (now - start) / .seconds(1))
        let rate = Self.megabytes(Int(Double(progress.bytes - first) / seconds))
        let whole = progress.whole.map { " of \(Self.megabytes($0))" } ?? ""
        let percent = progress.whole.map { $0 == 0 ? "" : " (\(progress.bytes * 100 / $0) %)" } ?? ""
        FileHandle.standardError.write(
            Data("\r\(subject): \(Self.megabytes(progress.bytes))\(whole) MB\(percent), \(rate) MB/s \u{1B}[K".utf8))
    }

    func end() { if isTerminal { FileHandle.standardError.write(Data("\n".utf8)) } }

    private static func megabytes(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / 1e6) }
}
