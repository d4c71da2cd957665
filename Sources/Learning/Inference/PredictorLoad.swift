/// What a predictor is doing and has done, for `/metrics`.
package struct PredictorLoad: Sendable, Equatable {
    /// Pictures waiting or worked on.
    package let inside: Int
    package let capacity: Int
    /// Of those inside, in the line that the lanes take from.
    package var waitingForLane = 0
    package let answered: Int
    /// Bad pictures, cancelled requests.
    package let failed: Int
    /// Turned away because `capacity` was reached.
    package let refused: Int
}
