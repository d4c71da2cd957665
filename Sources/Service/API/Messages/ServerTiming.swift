import Foundation
import Inference

/// The field `Server-Timing`: milliseconds. Source: W3C Server Timing.
enum ServerTiming {
    static func text(of timing: Answer.Timing, _ more: (name: String, milliseconds: Double)...) -> String {
        ([("decode", timing.decode), ("queue", timing.queue), ("infer", timing.infer)] + more)
            .map { "\($0.0);dur=\(String(format: "%.2f", $0.1))" }.joined(separator: ", ")
    }
}
