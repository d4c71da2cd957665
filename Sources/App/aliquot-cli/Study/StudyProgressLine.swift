import Foundation
import Jobs
import Synchronization

/// What a study is doing, on standard error: one line that is written over on a terminal, else a line whenever a training has ended.
final class StudyProgressLine: Sendable {
    private let isTerminal: Bool
    private let shown = Mutex("")

    init(isTerminal: Bool) { self.isTerminal = isTerminal }

    func show(_ job: Job) {
        let text = isTerminal ? Self.text(job, isBrief: false) : Self.text(job, isBrief: true)
        let isNew = shown.withLock { last in
            defer { last = text }
            return last != text
        }
        guard isNew else { return }
        FileHandle.standardError.write(Data((isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n").utf8))
    }

    /// Leaves the line.
    func end() { if isTerminal { FileHandle.standardError.write(Data("\n".utf8)) } }

    /// `40 s`, `12 min`, `3 h 5 min`.
    private static func duration(_ seconds: Double) -> String {
        let whole = Int(min(seconds, 1e9).rounded())
        if whole < 100 { return "\(whole) s" }
        let minutes = (whole + 30) / 60
        return minutes < 100 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
    }

    private static func text(_ job: Job, isBrief: Bool) -> String {
        guard job.type == .study else {
            return "\(job.specification.dataset?.description ?? ""): \(job.type.rawValue) \(job.state.rawValue)"
        }
        guard let progress = job.progress else { return "study: \(job.state.rawValue)" }
        let counts = progress.trainings ?? [:]
        let total = counts.values.reduce(0, +)
        var parts = total > 0 ? ["\(counts["succeeded"] ?? 0) of \(total) trainings"] : ["study \(job.state.rawValue)"]
        for state in [JobState.failed, .cancelled] { if let count = counts[state.rawValue] { parts.append("\(count) \(state.rawValue)") } }
        guard !isBrief else { return parts.joined(separator: ", ") }
        parts.append("\(Int(progress.fraction * 100)) %")
        if let seconds = progress.etaSeconds { parts.append("about \(duration(seconds)) left") }
        return parts.joined(separator: ", ")
    }
}
