import Engine

extension ActivationScale {
    var least: Double { isSigned ? -128 : 0 }
    var greatest: Double { isSigned ? 127 : 255 }

    /// The nearest whole number of scales, half to even, wherever the grid ends.
    func level(_ x: Double) -> Double { (x / Double(scale)).rounded(.toNearestOrEven) }
}
