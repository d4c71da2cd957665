import Dispatch
import ModelFormat
import Synchronization

/// One picture on its way through a predictor. Answered exactly once, by whoever comes first: a thread or the caller's cancellation.
final class PictureRequest: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<Scores, any Error>)
        /// Answered before the caller began to wait.
        case early(Result<Scores, any Error>)
        case done
    }

    /// What is wanted of a picture.
    enum Wish: Sendable, Equatable {
        case scores
        /// The scores in float, and where on the picture is what speaks for a class; nil for the likeliest.
        case heat(label: Int?)
    }

    let picture: PictureInput
    let wish: Wish
    let precision: Precision
    let doubt: ClassifyOptions.Doubt
    /// Nanoseconds of the monotonic clock.
    let arrived = DispatchTime.now().uptimeNanoseconds
    private let admission: Admission
    private let state = Mutex(State.new)

    /// - Parameter admission: has let this request in; gets the place back when it is answered.
    init(picture: PictureInput, wish: Wish = .scores, precision: Precision, doubt: ClassifyOptions.Doubt, admission: Admission) {
        self.picture = picture
        self.wish = wish
        self.precision = precision
        self.doubt = doubt
        self.admission = admission
    }

    var isAnswered: Bool {
        state.withLock {
            switch $0 {
            case .new, .waiting: false
            case .early, .done: true
            }
        }
    }

    /// Whether both can go through a network together: an explanation goes alone.
    func goes(with other: PictureRequest) -> Bool { precision == other.precision && wish == .scores && other.wish == .scores }

    func wait(_ continuation: CheckedContinuation<Scores, any Error>) {
        let early = state.withLock { state -> Result<Scores, any Error>? in
            if case .early(let result) = state {
                state = .done
                return result
            }
            state = .waiting(continuation)
            return nil
        }
        if let early { continuation.resume(with: early) }
    }

    /// Gives the answer and the place back; does nothing the second time.
    func finish(_ result: Result<Scores, any Error>) {
        let (isFirst, continuation) = state.withLock { state -> (Bool, CheckedContinuation<Scores, any Error>?) in
            switch state {
            case .new:
                state = .early(result)
                return (true, nil)
            case .waiting(let continuation):
                state = .done
                return (true, continuation)
            case .early, .done: return (false, nil)
            }
        }
        guard isFirst else { return }
        if case .success = result { admission.leave(answered: true) } else { admission.leave(answered: false) }
        continuation?.resume(with: result)
    }
}
