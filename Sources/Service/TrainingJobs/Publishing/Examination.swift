import Engine
import ModelFormat
import Training

/// What the finished networks of a job are looked at with: its pictures, its kernels, its threads.
struct Examination {
    let pictures: JobPictures
    let input: InputDescription
    let evaluator: PictureEvaluator
    let backend: any Backend
    let threads: Int
    let observer: JournalObserver

    /// What the report's figures come from.
    var judged: [TrainingSample] { pictures.test.isEmpty ? pictures.validation : pictures.test }
    var evaluatedOn: String { pictures.test.isEmpty ? "validation" : "test" }

    var options: PlanOptions { PlanOptions(batch: 16, side: input.size, threads: threads) }

    func plan(_ network: FloatNetwork) throws -> any FloatInferencePlan {
        try backend.inferencePlan(network.graph, network.parameters, options)
    }

    /// - Returns: the plan's logits of the judged pictures, a row each.
    func judge(_ plan: any InferencePlan, _ counter: LookCounter) throws -> [[Float]] {
        let before = counter.done
        return try evaluator.logits(of: judged.map(\.picture), plan: plan) { try counter.add(before + $0 - counter.done) }
    }

    /// Counts the looks of so many plans at the judged pictures.
    func counter(plans: Int) -> LookCounter { LookCounter(total: judged.count * plans, phase: .evaluation, observer: observer) }

    /// Classes that none of the judged pictures has.
    var classesWithoutSupport: [String] {
        let present = Set(judged.map(\.label))
        return pictures.classes.indices.filter { !present.contains($0) }.map { pictures.classes[$0] }
    }

    /// What a reader must know of the judged pictures.
    var notes: [String] {
        var notes: [String] = []
        if !classesWithoutSupport.isEmpty {
            notes.append(
                "No \(evaluatedOn) picture shows \(classesWithoutSupport.joined(separator: ", ")): left out of macro averages.")
        }
        if pictures.test.isEmpty {
            notes.append(
                "The dataset has no test pictures: the figures are of the validation pictures, which chose the epoch, and flatter.")
        }
        return notes
    }
}
