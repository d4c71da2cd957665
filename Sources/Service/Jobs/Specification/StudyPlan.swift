/// A judged study and its trainings, dataset by dataset: their revisions are not set yet.
package struct StudyPlan: Sendable, Equatable {
    package var study: StudySpecification
    package var trainings: [TrainSpecification]

    package init(study: StudySpecification, trainings: [TrainSpecification]) {
        self.study = study
        self.trainings = trainings
    }
}
