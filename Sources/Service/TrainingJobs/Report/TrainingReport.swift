import Evaluation
import Jobs
import Quantization
import SemiSupervised

/// `result/report.json` of a training job, and `report.json` of the model: everything that was measured.
struct TrainingReport: MeasuredReport {
    var format = 1
    let specification: TrainSpecification
    let classes: [String]
    let pictures: PicturesOutcome
    /// `test`, or `validation` where the dataset has no test pictures: then the figures are flattering.
    let evaluatedOn: String
    /// Classes that none of those pictures has: left out of macro averages.
    let classesWithoutSupport: [String]
    /// Which of the networks became the model: `student` or `supervised`.
    let model: String
    /// The same network trained on the labelled pictures alone: the baseline, or the model itself for `supervised`. Nil where it was not asked for.
    let supervised: ModelOutcome?
    /// The teacher of a distillation is the baseline: same network, seed and budget.
    let supervisedIsTeacher: Bool
    /// The teacher, where it is not the baseline.
    let teacher: ModelOutcome?
    let student: ModelOutcome?
    let pseudoLabels: PseudoLabelSummary?
    /// How many pseudo-labels are right, where the evaluator knows labels of unlabelled pictures.
    let hiddenLabels: HiddenLabelAccuracy?
    /// The student against `supervised`.
    let comparison: PairedComparison?
    let temperature: TemperatureOutcome
    /// How honest the model's probabilities are without and with that temperature.
    let calibration: CalibrationOutcome
    /// Prediction sets; nil in jobs of an earlier release.
    let conformal: ConformalOutcome?
    let quantisation: QuantisationReport?
    /// `float`, and `int8` where there is one: on the same pictures as above. An int8 answer in doubt is float's.
    let precisions: [String: PrecisionOutcome]
    /// The share of those pictures for which both give the same class.
    let agreement: Double?
    /// How often int8 was in doubt, and what it says when it is left alone.
    let int8: Int8Outcome?
    let efficiency: EfficiencyOutcome
    let notes: [String]
    // Absent in reports of earlier versions:
    var data: DataOutcome?
    /// The worst first.
    var mostWrong: [WrongPicture]?
    var origin: ReportOrigin?

    var measured: NetworkOutcome? { (student ?? supervised)?.measured }
    var quantised: QuantisationReport? { quantisation }

    private enum CodingKeys: String, CodingKey {
        case format, specification, classes, pictures, model, supervised, teacher, student, comparison, temperature, calibration, conformal,
            quantisation, precisions, agreement, int8,
            efficiency, notes, data, origin
        case mostWrong = "most_wrong"
        case evaluatedOn = "evaluated_on"
        case classesWithoutSupport = "classes_without_support"
        case supervisedIsTeacher = "supervised_is_teacher"
        case pseudoLabels = "pseudo_labels"
        case hiddenLabels = "hidden_labels"
    }
}
