import Base

/// `manifest.json`: what a model directory holds and how its network is to be used.
package struct ModelManifest: Codable, Sendable, Equatable {
    /// One file of the directory.
    package struct FileRecord: Codable, Sendable, Equatable {
        package var bytes: Int
        package var sha256: SHA256Digest

        package init(bytes: Int, sha256: SHA256Digest) {
            self.bytes = bytes
            self.sha256 = sha256
        }
    }

    /// The version of this format that is written and read.
    package static let currentFormat = 1

    package var format: Int
    package var architecture: String
    /// Labels in the order of the logits.
    package var classes: [String]
    package var input: InputDescription
    /// What the directory can answer with. Filled in when the directory is written.
    package var precisions: [Precision]
    /// What it answers with if nobody asks for another.
    package var defaultPrecision: Precision
    /// Why ``defaultPrecision`` is what it is: the outcome of the quantisation gates.
    package var precisionReasons: [String]
    /// An int8 answer whose two best logits are closer than this is in doubt, and float answers. Nil: int8 is never in doubt (models of before there was this).
    package var floatBelowMargin: Double?
    /// Logits are divided by this before the softmax (Guo et al. 2017), > 0.
    package var temperature: Double
    /// How prediction sets are made; nil in models of an earlier release, which have none.
    package var conformal: ConformalCalibration?
    package var lineage: ModelLineage
    package var createdAt: Timestamp
    /// By file name, all but the manifest. Filled in when the directory is written.
    package var files: [String: FileRecord]

    package init(
        architecture: String, classes: [String], input: InputDescription, defaultPrecision: Precision = .float,
        precisionReasons: [String] = [],
        temperature: Double = 1, conformal: ConformalCalibration? = nil, lineage: ModelLineage = ModelLineage(),
        createdAt: Timestamp = .now()
    ) {
        format = Self.currentFormat
        self.architecture = architecture
        self.classes = classes
        self.input = input
        precisions = [.float]
        self.defaultPrecision = defaultPrecision
        self.precisionReasons = precisionReasons
        self.temperature = temperature
        self.conformal = conformal
        self.lineage = lineage
        self.createdAt = createdAt
        files = [:]
    }

    enum CodingKeys: String, CodingKey {
        case format, architecture, classes, input, precisions, temperature, conformal, lineage, files
        case defaultPrecision = "default_precision"
        case precisionReasons = "precision_reasons"
        case floatBelowMargin = "float_below_margin"
        case createdAt = "created_at"
    }

    /// - Throws: ``ModelFormatError/invalidManifest(_:)`` with everything that is wrong.
    package func validate() throws(ModelFormatError) {
        var faults = input.faults
        if format != Self.currentFormat { faults.append("format is \(format), allowed is \(Self.currentFormat)") }
        if classes.count < 2 { faults.append("\(classes.count) classes, at least 2 are needed") }
        if Set(classes).count != classes.count { faults.append("a class stands twice") }
        if classes.contains("") { faults.append("a class has no name") }
        if !(temperature.isFinite && temperature > 0) { faults.append("temperature is \(temperature), allowed are positive numbers") }
        if let margin = floatBelowMargin, !(margin.isFinite && margin >= 0) {
            faults.append("float_below_margin is \(margin), allowed are 0 and positive numbers")
        }
        faults += conformal?.faults ?? []
        if !precisions.contains(.float) { faults.append("float is not among the precisions") }
        if !precisions.contains(defaultPrecision) {
            faults.append("the default precision \(defaultPrecision.rawValue) is not among the precisions")
        }
        guard faults.isEmpty else { throw .invalidManifest(faults) }
    }
}
