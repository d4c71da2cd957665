import Foundation

/// A finished training: where its files are, and the figures that most people look for.
public struct TrainingOutcome: Sendable, Equatable {
    /// The model: open it with ``Model/init(at:threads:)``.
    public let model: URL
    /// Everything that was measured, as JSON.
    public let report: URL
    /// The same as a page to read, one file by itself.
    public let page: URL
    /// In the order of the model's outputs.
    public let classes: [String]
    /// `test`, or `validation` where there are no test pictures: then the figures flatter.
    public let evaluatedOn: String
    /// How many pictures the figures come from.
    public let pictures: Int
    public let accuracy: Double
    public let macroF1: Double
    /// Macro-F1 against the same network trained on labels alone; `nil` where that was not trained.
    public let gain: Double?
    /// `float` or `int8`: what the model answers with.
    public let precision: String
    /// The run was finished before; nothing was trained now.
    public let wasFinished: Bool
}
