/// What is wrong with the numbers given to a measure: what was got and what is allowed.
package enum EvaluationError: Error, Sendable, Equatable {
    /// A measure of nothing has no value.
    case empty(what: String)
    case countMismatch(what: String, got: Int, expected: Int)
    case labelOutOfRange(index: Int, got: Int, classes: Int)
    /// A logit or probability that is not a finite number: the network diverged.
    case notFinite(row: Int)
    case outOfRange(name: String, got: Double, allowed: String)
}
