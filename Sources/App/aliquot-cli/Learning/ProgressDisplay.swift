import Aliquot
import Foundation
import Synchronization

/// A training's progress on standard error: one line that is written over on a terminal, plain lines elsewhere.
final class ProgressDisplay: Sendable {
    private struct State {
        var phase = ""
        var progress: TrainingEvent.Progress?
        var measures: [String: Double] = [:]
        var isDrawn = false
    }

    private let isTerminal: Bool
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    init(isTerminal: Bool, write: @escaping @Sendable (String) -> Void = { FileHandle.standardError.write(Data($0.utf8)) }) {
        self.isTerminal = isTerminal
        self.write = write
    }

    func show(_ event: TrainingEvent) {
        state.withLock { state in
            switch event {
            case .importing(let fraction): importing(fraction, &state)
            case .progress(let progress):
                let isNewPhase = progress.phase != state.phase
                if isNewPhase {
                    state.phase = progress.phase
                    state.measures = [:]
                }
                state.progress = progress
                if isTerminal { draw(ProgressText.bar(progress, state.measures, columns: Self.columns), &state) }
                // A phase with epochs tells those; another is told when it begins.
                if !isTerminal, isNewPhase, progress.epoch == nil { write("\(progress.phase.replacing("_", with: " "))\n") }
            case .measured(let measures):
                state.measures.merge(measures.values) { _, new in new }
                if !isTerminal, let epoch = measures.epoch { write(ProgressText.epoch(epoch, measures, state.progress) + "\n") }
            case .alarm(let code, let message): line("warning: \(code.replacing("_", with: " ")): \(message)", &state)
            case .note(let text): line(text, &state)
            }
        }
    }

    /// Leaves the line that was written over.
    func end() {
        state.withLock { state in
            if state.isDrawn { write("\n") }
            state.isDrawn = false
        }
    }

    private func importing(_ fraction: Double, _ state: inout State) {
        if isTerminal { return draw(ProgressText.bar(fraction, "reading pictures", columns: Self.columns), &state) }
        let phase = "reading pictures"
        if state.phase != phase { write("\(phase)\n") }
        state.phase = phase
    }

    private func draw(_ text: String, _ state: inout State) {
        state.isDrawn = true
        write("\r\u{1B}[2K" + text)  // ECMA-48, erase in line
    }

    private func line(_ text: String, _ state: inout State) {
        write((state.isDrawn ? "\r\u{1B}[2K" : "") + text + "\n")
        state.isDrawn = false
    }

    /// Of the terminal, 80 where it does not say.
    private static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
        return Int(size.ws_col)
    }
}
