/// The loss of one step of a consistency method, its gradient, and what it says of the unlabelled pictures.
package struct ConsistencyLoss: Sendable, Equatable {
    /// Mean cross-entropy of the labelled part, nats.
    package let supervised: Double
    /// Of the unlabelled part, before its weight.
    package let unsupervised: Double
    /// FreeMatch's fairness term, before its weight; 0 for other methods.
    package var fairness = 0.0
    /// With respect to the logits, in their order.
    package var gradient: [Float]
    /// For each unlabelled picture the class that it was trained towards; nil where it was not sure enough.
    package let pseudoLabels: [Int?]
    /// Of all classes of all weak views.
    package var largestProbability = 1.0
}
