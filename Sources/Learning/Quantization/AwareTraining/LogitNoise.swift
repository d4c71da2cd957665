/// What int8 adds to a picture's logits, less what it adds to all of them alike, which changes neither class nor probability.
enum LogitNoise {
    /// - Parameters:
    ///   - int8: logits of one picture.
    ///   - float: as many.
    static func shifts(_ int8: some Collection<Float>, _ float: some Collection<Float>) -> [Double] {
        let shifts = zip(int8, float).map { Double($0) - Double($1) }
        let mean = shifts.reduce(0, +) / Double(max(shifts.count, 1))
        return shifts.map { $0 - mean }
    }

    /// - Parameters:
    ///   - logits: `[pictures, classes]`, row-major.
    ///   - target: float's, as many.
    /// - Returns: the mean over the pictures of the sum of the shifts' squares, and its gradient with respect to the logits.
    static func loss(_ logits: [Float], towards target: [Float], classes: Int) -> (loss: Double, gradient: [Float]) {
        let count = logits.count / max(classes, 1)
        var loss = 0.0
        var gradient: [Float] = []
        gradient.reserveCapacity(logits.count)
        for row in 0..<count {
            let range = (row * classes)..<((row + 1) * classes)
            let shifts = shifts(logits[range], target[range])
            loss += shifts.reduce(0) { $0 + $1 * $1 } / Double(count)
            gradient += shifts.map { Float(2 * $0 / Double(count)) }
        }
        return (loss, gradient)
    }
}
