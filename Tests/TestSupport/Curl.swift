import Foundation

/// The client of the tests: a program that was not written here.
package enum Curl {
    package enum Failure: Error { case noAnswer(arguments: [String], errors: String) }

    /// One call, such as `call("http://127.0.0.1:8080/v1/jobs", ["-X", "POST", "-d", "{}"])`. Paths are sent as they are written.
    ///
    /// - Throws: ``Failure`` when there was no answer within `seconds`.
    package static func call(_ url: String, _ arguments: [String], seconds: Int = 60) async throws -> Answer {
        try await TestSupport.withTemporaryDirectory { place in
            let head = place.appendingPathComponent("head")
            let all = ["-sS", "--path-as-is", "--max-time", "\(seconds)", "-D", head.path, "-H", "Expect:"] + arguments + [url]
            let result = try await ChildProcess.run(URL(fileURLWithPath: "/usr/bin/curl"), all, timeout: .seconds(seconds + 10))
            let lines = (try? String(contentsOf: head, encoding: .utf8))?.split(separator: "\r\n") ?? []
            // The last status line counts: a 100 Continue may come before it.
            guard let start = lines.lastIndex(where: { $0.hasPrefix("HTTP/1.1 ") }), let status = Int(lines[start].split(separator: " ")[1])
            else {
                throw Failure.noAnswer(arguments: all, errors: result.errorText)
            }
            var fields: [String: String] = [:]
            for line in lines[(start + 1)...] {
                guard let colon = line.firstIndex(of: ":") else { continue }
                fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            }
            return Answer(status: status, fields: fields, body: result.output)
        }
    }
}
