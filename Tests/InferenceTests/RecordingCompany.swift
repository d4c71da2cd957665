import Inference
import Synchronization

/// Notes what a predictor's threads tell of themselves.
final class RecordingCompany: LaneCompany {
    struct Notes {
        var computing = 0
        var most = 0
        var takes = 0
    }

    let notes = Mutex(Notes())

    func begin(threads: Int) {
        notes.withLock {
            $0.computing += threads
            $0.most = max($0.most, $0.computing)
        }
    }

    func end(threads: Int) { notes.withLock { $0.computing -= threads } }

    func take(after answers: () -> Void) {
        notes.withLock { $0.takes += 1 }
        answers()
    }
}
