extension TrainSpecification {
    /// How the network learns.
    package enum Method: String, Codable, Sendable, CaseIterable {
        case supervised
        case plainDistillation = "plain_distillation"

        package var usesUnlabelled: Bool { self != .supervised }
        /// How many teachers it takes.
        package var teacherCount: ClosedRange<Int> { self == .plainDistillation ? 1...1 : 0...0 }
    }

    /// How a picture becomes a square: centre crop, padding, or squeezing.
    package enum Fit: String, Codable, Sendable, CaseIterable { case crop, pad, squish }

    /// Mirroring of pictures while training: none, left-right, or also up-down (the choice for microscopy).
    package enum Flips: String, Codable, Sendable, CaseIterable { case none, horizontal, both }

    /// What a class counts for in the loss: as much as its pictures (`none`), or as much as every other class (`balanced`: n / (classes × n of the class)).
    package enum ClassWeights: String, Codable, Sendable, CaseIterable { case none, balanced }

    package enum Optimiser: String, Codable, Sendable, CaseIterable { case adamw, sgd }

    /// How the trained network is turned into int8.
    package struct Quantisation: Codable, Sendable, Equatable {
        package enum Scheme: String, Codable, Sendable, CaseIterable { case ptq, none }
        package enum Calibration: String, Codable, Sendable, CaseIterable { case minmax, percentile }

        package let scheme: Scheme
        package let calibration: Calibration
        /// The most validation macro-F1 that int8 may lose against float.
        package let maximumDrop: Double

        enum CodingKeys: String, CodingKey, CaseIterable {
            case scheme, calibration
            case maximumDrop = "max_drop"
        }

        package init(
            scheme: Scheme = Defaults.scheme, calibration: Calibration = Defaults.calibration, maximumDrop: Double = Defaults.maximumDrop
        ) {
            self.scheme = scheme
            self.calibration = calibration
            self.maximumDrop = maximumDrop
        }
    }
}
