/// The exponential average of the weights that is validated and kept in place of the weights themselves.
package enum WeightAverage {
    /// Rises from 0.1 to `maximum`: until there is something to average, the average follows at once.
    /// - Parameter step: counted from 0 over the whole training.
    package static func decay(_ maximum: Double, step: Int) -> Float { Float(min(maximum, (1 + Double(step)) / (10 + Double(step)))) }
}
