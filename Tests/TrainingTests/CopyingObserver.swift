import Foundation
import Synchronization
import Training

/// Copies a file while the training runs, as a power cut would leave it.
final class CopyingObserver: TrainingObserver {
    private let source: URL
    private let target: URL
    private let step: Int
    private let steps = Mutex(0)

    init(from source: URL, to target: URL, atStep step: Int) {
        self.source = source
        self.target = target
        self.step = step
    }

    let shouldStop = false
    func progressed(_ progress: TrainingProgress, stage: String) {
        let now = steps.withLock {
            $0 += 1
            return $0
        }
        guard now == step else { return }
        do { try FileManager.default.copyItem(at: source, to: target) } catch { print("no copy: \(error)") }
    }
    func epochEnded(_ metrics: EpochMetrics, stage: String) {}
    func evaluated(_ done: Int, of total: Int, stage: String) {}
    func alarmed(_ alarm: TrainingAlarm) {}
}
