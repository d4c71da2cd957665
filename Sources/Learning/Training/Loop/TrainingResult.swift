import Engine

/// A finished training: the best epoch's weights and how it came to them.
package struct TrainingResult: Sendable, Equatable {
    package let parameters: ParameterSet
    package let summary: TrainingSummary
}
