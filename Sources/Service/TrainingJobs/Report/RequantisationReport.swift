import Jobs
import Quantization

/// `result/report.json` of a job that quantises a model again, and `report.json` of the version that it makes. What a ``TrainingReport`` holds too has the same name here.
struct RequantisationReport: MeasuredReport {
    var format = 1
    let specification: QuantiseSpecification
    let classes: [String]
    let pictures: PicturesOutcome
    let evaluatedOn: String
    /// Classes that none of those pictures has: left out of macro averages.
    let classesWithoutSupport: [String]
    /// What the model's float part, which is as it was, does on those pictures.
    let float: NetworkOutcome
    /// Of the model, as it was.
    let temperature: TemperatureOutcome
    let calibration: CalibrationOutcome
    /// Prediction sets, made again; nil where the model has none.
    let conformal: ConformalOutcome?
    let quantisation: QuantisationReport
    let precisions: [String: PrecisionOutcome]
    /// The share of those pictures for which both give the same class.
    let agreement: Double?
    let int8: Int8Outcome?
    let efficiency: EfficiencyOutcome
    let notes: [String]
    let data: DataOutcome?
    /// The worst first.
    let mostWrong: [WrongPicture]?
    let origin: ReportOrigin?

    var measured: NetworkOutcome? { float }
    var quantised: QuantisationReport? { quantisation }

    private enum CodingKeys: String, CodingKey {
        case format, specification, classes, pictures, float, temperature, calibration, conformal, quantisation, precisions, agreement,
            int8,
            efficiency, notes, data, origin
        case evaluatedOn = "evaluated_on"
        case classesWithoutSupport = "classes_without_support"
        case mostWrong = "most_wrong"
    }
}
