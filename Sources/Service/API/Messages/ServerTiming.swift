import Inference

/// The field `Server-Timing`: milliseconds with two digits. Source: W3C Server Timing.
enum ServerTiming {
    static func text(of timing: Answer.Timing, _ more: (name: String, milliseconds: Double)...) -> String {
        var text = "decode;dur=\(rounded(timing.decode)), queue;dur=\(rounded(timing.queue)), infer;dur=\(rounded(timing.infer))"
        for (name, milliseconds) in more { text += ", \(name);dur=\(rounded(milliseconds))" }
        return text
    }

    private static func rounded(_ milliseconds: Double) -> Double { (milliseconds * 100).rounded() / 100 }
}
