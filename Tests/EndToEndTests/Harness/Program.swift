import Foundation
import TestSupport

/// The real program.
enum Program {
    static var url: URL { TestSupport.program }

    /// Runs one of its commands to the end.
    @discardableResult
    static func run(_ arguments: [String], timeout: Duration = .seconds(120)) async throws -> CommandResult {
        guard FileManager.default.isExecutableFile(atPath: url.path) else { throw EndToEndError.programMissing(path: url.path) }
        let result = try await ChildProcess.run(url, arguments, timeout: timeout)
        guard result.status == 0 else {
            throw EndToEndError.programFailed(arguments: arguments, status: result.status, errors: result.errorText)
        }
        return result
    }
}
