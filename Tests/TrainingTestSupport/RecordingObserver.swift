import SemiSupervised
import Synchronization
import Training

/// Remembers what it was told, and asks to stop after so many steps and looks.
package final class RecordingObserver: DistillationObserver {
    private struct State {
        var events = 0
        var progress: [TrainingProgress] = []
        var metrics: [String: [EpochMetrics]] = [:]
        var alarms: [TrainingAlarm] = []
        var summaries: [PseudoLabelSummary] = []
        var labelledRounds: [Int] = []
        var looks = 0
    }

    private let state = Mutex(State())
    private let stopAfter: Int

    /// - Parameter stopAfter: steps and looks after which ``shouldStop`` is true.
    package init(stopAfter: Int = .max) { self.stopAfter = stopAfter }

    package var shouldStop: Bool { state.withLock { $0.events >= stopAfter } }
    package var progress: [TrainingProgress] { state.withLock { $0.progress } }
    package var metrics: [String: [EpochMetrics]] { state.withLock { $0.metrics } }
    package var alarms: [TrainingAlarm] { state.withLock { $0.alarms } }
    package var summaries: [PseudoLabelSummary] { state.withLock { $0.summaries } }
    package var labelledRounds: [Int] { state.withLock { $0.labelledRounds } }
    package var looks: Int { state.withLock { $0.looks } }

    package func progressed(_ progress: TrainingProgress, stage: String) {
        state.withLock {
            $0.events += 1
            $0.progress.append(progress)
        }
    }
    package func epochEnded(_ metrics: EpochMetrics, stage: String) { state.withLock { $0.metrics[stage, default: []].append(metrics) } }
    package func evaluated(_ done: Int, of total: Int, stage: String) {
        state.withLock {
            $0.events += 1
            $0.looks += 1
        }
    }
    package func alarmed(_ alarm: TrainingAlarm) { state.withLock { $0.alarms.append(alarm) } }
    package func pseudoLabelled(_ summary: PseudoLabelSummary, round: Int) {
        state.withLock {
            $0.summaries.append(summary)
            $0.labelledRounds.append(round)
        }
    }
}
