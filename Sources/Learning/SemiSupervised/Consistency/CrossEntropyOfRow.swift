import Foundation

/// Cross-entropy of one row of logits, in double precision.
enum CrossEntropyOfRow {
    static func nats(_ logits: ArraySlice<Float>, _ label: Int) -> Double {
        let largest = Double(logits.max() ?? 0)
        return largest + log(logits.reduce(0) { $0 + exp(Double($1) - largest) }) - Double(logits[logits.startIndex + label])
    }
}
