import Engine
import Evaluation

/// The logits that one plan gives for all pictures.
struct PrecisionViews {
    struct Role {
        /// A row a picture.
        var logits: [[Float]] = []
        var labels: [Int] = []
        var firstPicture: [Float]?

        var classes: [Int] { logits.map { Softmax.mode($0) } }
    }

    let calibration: Role
    let validation: Role
    let unlabelled: Role

    /// - Parameter pictureSize: numbers of a picture.
    init(of plan: any InferencePlan, _ pictures: QuantisationCascade.Pictures, pictureSize: Int) throws {
        func look(_ source: QuantisationPictures) throws -> Role {
            var role = Role()
            try source { batch in
                guard batch.pictures.count == batch.labels.count * pictureSize, !batch.labels.isEmpty else {
                    throw QuantizationError.wrongCount(
                        what: "numbers of a batch", got: batch.pictures.count, expected: batch.labels.count * pictureSize)
                }
                if role.firstPicture == nil { role.firstPicture = Array(batch.pictures.prefix(pictureSize)) }
                let logits = try batch.pictures.withUnsafeBufferPointer { try plan.run($0, count: batch.labels.count) }
                for row in batch.labels.indices { role.logits.append(Array(logits[(row * plan.classes)..<((row + 1) * plan.classes)])) }
                role.labels += batch.labels
            }
            return role
        }
        calibration = try look(pictures.calibration)
        validation = try look(pictures.validation)
        unlabelled = try look(pictures.unlabelled)
    }

    var areFinite: Bool { [calibration, validation, unlabelled].allSatisfy { $0.logits.allSatisfy { $0.allSatisfy(\.isFinite) } } }
}
