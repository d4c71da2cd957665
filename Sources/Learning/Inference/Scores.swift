import Explanation
import ModelFormat

/// What a network says of one picture, before anything is ranked.
package struct Scores: Sendable, Equatable {
    /// What the logits were computed in.
    package let precision: Precision
    /// Int8 was asked and was in doubt, so float answered.
    package let isDoubtful: Bool
    /// In the order of the manifest's classes.
    package let logits: [Float]
    /// Those of all classes, in the order of the manifest's classes; they sum to 1.
    package let probabilities: [Double]
    /// Pictures that went through the network together with this one, itself included.
    package let batch: Int
    package let timing: Answer.Timing
    /// Where on the picture is what speaks for a class; nil where that was not asked.
    package var finding: GradCAM.Finding?
}
