import Foundation
import Sockets

/// A child `aliquot serve` on a port of the system's choice, with a data folder of its own that is removed afterwards.
final class BenchService {
    struct NotStarted: Error, CustomStringConvertible {
        let log: String
        var description: String { "the service did not start: \(log)" }
    }

    let address: SocketAddress
    let processID: Int32
    private let process: Process
    private let folder: URL

    /// - Parameters:
    ///   - model: is served as `bench`, version 1.
    ///   - arguments: more options of `aliquot serve`.
    init(_ model: BenchModel, arguments: [String]) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("aliquot-bench-\(ProcessInfo.processInfo.processIdentifier)")
        let data = folder.appendingPathComponent("data", isDirectory: true)
        try model.write(to: data.appendingPathComponent("models/bench/1", isDirectory: true))
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["serve", "--port", "0", "--data", data.path, "--log-level", "warning"] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        processID = process.processIdentifier
        // One line; what follows is not read.
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let found = line.firstMatch(of: #/http:\/\/(127\.0\.0\.1):([0-9]+)/#), let port = UInt16(found.2) else {
            process.terminate()
            throw NotStarted(log: line)
        }
        address = try SocketAddress(host: String(found.1), port: port)
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
