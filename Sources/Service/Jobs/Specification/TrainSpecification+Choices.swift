extension TrainSpecification {
    /// How the network learns.
    package enum Method: String, Codable, Sendable, CaseIterable {
        case supervised
        case plainDistillation = "plain_distillation"
        case dataDistillation = "data_distillation"
        case modelDistillation = "model_distillation"
        case modelDataDistillation = "model_data_distillation"
        case fixmatch, mixmatch, flexmatch, freematch

        package var usesUnlabelled: Bool { self != .supervised }
        /// Teachers label pictures for a student.
        package var isDistillation: Bool { !teacherCount.contains(0) }
        /// One network learns from labelled and unlabelled pictures in every step.
        package var isConsistency: Bool { usesUnlabelled && !isDistillation }
        /// Teachers see transformed pictures too.
        package var usesTransforms: Bool { self == .dataDistillation || self == .modelDataDistillation }
        /// How many teachers it takes.
        package var teacherCount: ClosedRange<Int> {
            switch self {
            case .plainDistillation, .dataDistillation: 1...1
            case .modelDistillation, .modelDataDistillation: 2...5
            case .supervised, .fixmatch, .mixmatch, .flexmatch, .freematch: 0...0
            }
        }
    }

    /// Another view of an unlabelled picture (`learning.md` section 4).
    package enum Transform: String, Codable, Sendable, CaseIterable {
        case horizontalFlip = "horizontal_flip"
        case verticalFlip = "vertical_flip"
        case horizontalVerticalFlip = "horizontal_vertical_flip"
        case boxBlur = "box_blur"
        case gaussianBlur = "gaussian_blur"
        case medianBlur = "median_blur"
        case bilateralFilter = "bilateral_filter"
        case gamma
        case equalizeLuma = "equalize_luma"
        case filter2D = "filter_2d"
    }

    /// How a picture becomes a square: centre crop, padding, or squeezing.
    package enum Fit: String, Codable, Sendable, CaseIterable { case crop, pad, squish }

    /// Mirroring of pictures while training: none, left-right, or also up-down (the choice for microscopy).
    package enum Flips: String, Codable, Sendable, CaseIterable { case none, horizontal, both }

    /// What the convolutions of a training step multiply; everything else is float32. The trained network is float32 in both.
    package enum Precision: String, Codable, Sendable, CaseIterable { case float32, bfloat16 }

    package enum Optimiser: String, Codable, Sendable, CaseIterable { case adamw, sgd }

    /// How the trained network is turned into int8.
    package struct Quantisation: Codable, Sendable, Equatable {
        package enum Scheme: String, Codable, Sendable, CaseIterable { case ptq, none }
        package enum Calibration: String, Codable, Sendable, CaseIterable { case minmax, percentile, mse, entropy }

        package let scheme: Scheme
        package let calibration: Calibration
        /// The most validation macro-F1 that int8 may lose against float.
        package let maximumDrop: Double
        /// Passes of training with 8-bit rounding, where the trained weights leave int8 too often in doubt; 0: none.
        package let qatEpochs: Int

        enum CodingKeys: String, CodingKey, CaseIterable {
            case scheme, calibration
            case maximumDrop = "max_drop"
            case qatEpochs = "qat_epochs"
        }

        package init(
            scheme: Scheme = Defaults.scheme, calibration: Calibration = Defaults.calibration, maximumDrop: Double = Defaults.maximumDrop,
            qatEpochs: Int = Defaults.qatEpochs
        ) {
            self.scheme = scheme
            self.calibration = calibration
            self.maximumDrop = maximumDrop
            self.qatEpochs = qatEpochs
        }

        /// What was written before there was `qat_epochs` was trained, or is to be, without.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            scheme = try container.decode(Scheme.self, forKey: .scheme)
            calibration = try container.decode(Calibration.self, forKey: .calibration)
            maximumDrop = try container.decode(Double.self, forKey: .maximumDrop)
            qatEpochs = try container.decodeIfPresent(Int.self, forKey: .qatEpochs) ?? 0
        }
    }
}
