/// How an int8 network was made. Source: learning.md, section 7.
package struct QuantisationScheme: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// The trained weights, rounded as they are.
        case ptq
        /// The weights after further training in which they and the pictures were rounded as int8 rounds them.
        case qat
        /// As `ptq`, with some layers left in float.
        case mixed
    }

    package var kind: Kind
    /// Where the ranges come from.
    package var calibration: CalibrationMethod
    /// The names of the layers that are left in float; empty unless `mixed`.
    package var floatLayers: [String]

    private init(_ kind: Kind, _ calibration: CalibrationMethod, floatLayers: [String] = []) {
        self.kind = kind
        self.calibration = calibration
        self.floatLayers = floatLayers
    }

    package static func ptq(_ calibration: CalibrationMethod) -> Self { Self(.ptq, calibration) }
    /// - Parameter calibration: of the ranges that training began with and kept.
    package static func qat(_ calibration: CalibrationMethod) -> Self { Self(.qat, calibration) }
    package static func mixed(_ calibration: CalibrationMethod, floatLayers: [String]) -> Self {
        Self(.mixed, calibration, floatLayers: floatLayers)
    }

    enum CodingKeys: String, CodingKey {
        case kind, calibration
        case floatLayers = "float_layers"
    }
}

extension QuantisationScheme: CustomStringConvertible {
    /// As reasons name it.
    package var description: String {
        switch kind {
        case .ptq: calibration.rawValue
        case .qat: "\(calibration.rawValue), trained on in 8 bits"
        case .mixed: "\(calibration.rawValue), in float: \(floatLayers.joined(separator: ", "))"
        }
    }
}
