/// What is wrong with what a job was given: what was got and what is allowed.
package enum TrainingJobError: Error, Sendable, Equatable {
    case tooFewClasses(got: Int)
    /// A class of the revision that no labelled training picture has.
    case classWithoutPictures(String)
    case unknownLabel(picture: String, label: String)
    case noValidationPictures
    /// Labels that the model has no class for.
    case unknownClasses([String], known: [String])
    /// No picture of this role bears a label.
    case noLabelledPictures(role: String)
    case missingWeights(name: String)
    /// Another file has the name than when the job began; both by their SHA-256.
    case changedWeights(name: String, got: String, expected: String)
    case unknownChoice(field: String, got: String)
    /// The job's events could not be written.
    case journal(String)
}
