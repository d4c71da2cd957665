import Quantization

/// What every report on a finished model holds, whichever job made it.
protocol MeasuredReport: Sendable, Codable {
    var format: Int { get }
    var classes: [String] { get }
    var pictures: PicturesOutcome { get }
    /// `test`, or `validation` where the dataset has no test pictures: then the figures are flattering.
    var evaluatedOn: String { get }
    /// What the model does in float.
    var measured: NetworkOutcome? { get }
    var temperature: TemperatureOutcome { get }
    var calibration: CalibrationOutcome { get }
    var conformal: ConformalOutcome? { get }
    /// Nil where int8 was not asked for.
    var quantised: QuantisationReport? { get }
    var precisions: [String: PrecisionOutcome] { get }
    var agreement: Double? { get }
    var int8: Int8Outcome? { get }
    var efficiency: EfficiencyOutcome { get }
    var notes: [String] { get }
    var data: DataOutcome? { get }
    var mostWrong: [WrongPicture]? { get }
    var origin: ReportOrigin? { get }
}
