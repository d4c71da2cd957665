import ModelFormat

/// Both precisions of one model, measured on this machine, and which is served why.
package struct QuantisationReport: Codable, Sendable, Equatable {
    /// One precision on the validation pictures.
    package struct Measures: Codable, Sendable, Equatable {
        package var accuracy: Double
        package var macroF1: Double

        package init(accuracy: Double, macroF1: Double) {
            self.accuracy = accuracy
            self.macroF1 = macroF1
        }

        enum CodingKeys: String, CodingKey {
            case accuracy
            case macroF1 = "macro_f1"
        }
    }

    /// Int8 with float where it is in doubt: what is served.
    package struct Doubt: Codable, Sendable, Equatable {
        /// An int8 answer whose two best logits are closer is in doubt.
        package var margin: Double
        /// The share of pictures in doubt.
        package var share: Double
        /// So many pictures, validation and unlabelled ones, were looked at in both precisions.
        package var pictures: Int
        /// On the validation pictures.
        package var answers: Measures
        /// The share of all those pictures whose answer is float's class.
        package var agreement: Double
    }

    /// What one candidate came to.
    package struct Attempt: Codable, Sendable, Equatable {
        package let scheme: QuantisationScheme
        /// That of the scheme.
        package let calibration: CalibrationMethod
        /// Int8 alone, on the validation pictures.
        package var int8: Measures
        /// The share of validation pictures that both precisions, each alone, put in the same class.
        package var agreement: Double
        /// Nil where int8 gave logits that are not finite.
        package var doubt: Doubt?
        /// Float macro-F1 minus that of the answers.
        package var drop: Double
        package var passed: Bool

        package init(scheme: QuantisationScheme, int8: Measures, agreement: Double, doubt: Doubt?, drop: Double, passed: Bool) {
            self.scheme = scheme
            calibration = scheme.calibration
            self.int8 = int8
            self.agreement = agreement
            self.doubt = doubt
            self.drop = drop
            self.passed = passed
        }

        /// Reports that are older than schemes have only the calibration.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            calibration = try container.decode(CalibrationMethod.self, forKey: .calibration)
            scheme = try container.decodeIfPresent(QuantisationScheme.self, forKey: .scheme) ?? .ptq(calibration)
            int8 = try container.decode(Measures.self, forKey: .int8)
            agreement = try container.decode(Double.self, forKey: .agreement)
            doubt = try container.decodeIfPresent(Doubt.self, forKey: .doubt)
            drop = try container.decode(Double.self, forKey: .drop)
            passed = try container.decode(Bool.self, forKey: .passed)
        }
    }

    /// At batch 1, in milliseconds, medians of interleaved runs.
    package struct Latency: Codable, Sendable, Equatable {
        package var floatMilliseconds: Double
        package var int8Milliseconds: Double
        package var runs: Int
        package var threads: Int

        enum CodingKeys: String, CodingKey {
            case floatMilliseconds = "float_ms"
            case int8Milliseconds = "int8_ms"
            case runs, threads
        }
    }

    package var backend: String
    package var weightBits: Int
    package var calibrationPictures: Int
    package var validationPictures: Int
    package var maxDrop: Double
    package var float: Measures
    package var attempts: [Attempt]
    /// The ranges of the network that is kept; nil where none passed the gates.
    package var calibration: CalibrationMethod?
    /// How the network that is kept was made.
    package var scheme: QuantisationScheme?
    /// Nil where there is no int8 network to measure.
    package var latency: Latency?
    package var floatBytes: Int
    /// The size of `int8.safetensors`; nil where there is none.
    package var int8Bytes: Int?
    package var served: Precision
    /// One sentence a gate.
    package var reasons: [String]

    enum CodingKeys: String, CodingKey {
        case backend, float, attempts, calibration, scheme, latency, served, reasons
        case weightBits = "weight_bits"
        case calibrationPictures = "calibration_pictures"
        case validationPictures = "validation_pictures"
        case maxDrop = "max_drop"
        case floatBytes = "float_bytes"
        case int8Bytes = "int8_bytes"
    }

    /// The measures of the kept int8 network.
    package var int8: Measures? { keptAttempt?.int8 }
    /// The agreement of the kept int8 network, left alone, with float.
    package var agreement: Double? { keptAttempt?.agreement }
    /// When the kept int8 network is in doubt.
    package var doubt: Doubt? { keptAttempt?.doubt }
    private var keptAttempt: Attempt? {
        let kept = scheme ?? calibration.map { .ptq($0) }
        return attempts.last { $0.passed && $0.scheme == kept }
    }
}
