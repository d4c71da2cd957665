extension QuantiseSpecification {
    /// Why the job fails where its model or version is deleted before it has ended.
    package var modelGone: JobFailure {
        JobFailure(
            code: "model_gone", title: "The model is not there any more",
            detail: "version \(version) of '\(model)' was deleted while the job waited or ran; nothing is published")
    }
}
