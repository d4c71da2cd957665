import Base

extension TrainSpecification {
    /// Reads and judges every field. Nil when there is any fault; all of them are then in `reader`.
    static func read(_ reader: inout FieldReader, _ context: SubmissionContext) -> TrainSpecification? {
        let dataset = name("dataset", reader.required("dataset"), &reader)
        let model = name("model", reader.string("model"), &reader)
        let revision = reader.integer("revision", 1...Int.max)
        let method = reader.choice("method", Method.self) ?? Defaults.method
        let network = reader.required("network").flatMap { known("/network", $0, &reader, context) }
        let teachers = reader.strings("teachers", count: method.teacherCount)
        let teacherNetworks = (teachers ?? []).enumerated().compactMap { known("/teachers/\($0.offset)", $0.element, &reader, context) }
        let weights = reader.string("weights")
        let imageSize = reader.integer("image_size", Ranges.imageSize)
        let fit = reader.choice("fit", Fit.self)
        let epochs = reader.integer("epochs", Ranges.epochs) ?? Defaults.epochs
        let batchSize = reader.integer("batch_size", Ranges.batchSize)
        let optimiser = reader.choice("optimiser", Optimiser.self)
        let learningRate = reader.number("learning_rate", Ranges.learningRate)
        let weightDecay = reader.number("weight_decay", Ranges.weightDecay)
        let freezeEpochs = reader.integer("freeze_epochs", Ranges.freezeEpochs)
        let patience = reader.integer("patience", Ranges.patience)
        let flips = reader.choice("flips", Flips.self)
        let confidence = reader.number("confidence", Ranges.confidence)
        let semiSupervision = SemiSupervision.read(&reader, method: method)
        let labelSmoothing = reader.number("label_smoothing", Ranges.labelSmoothing)
        let classWeights = ClassWeights.read(&reader, context)
        let conformalAlpha = reader.number("conformal_alpha", Ranges.conformalAlpha)
        let trainingPrecision = reader.choice("training_precision", Precision.self)
        let quantisation = readQuantisation(&reader)
        let baseline = reader.boolean("baseline")
        let seed = reader.integer("seed", Ranges.seed)
        let threads = reader.integer("threads", 1...max(1, context.cores))
        let priority = reader.integer("priority", Ranges.priority)
        let timeLimit = reader.integer("time_limit_s", Ranges.timeLimitSeconds)
        reader.finish()

        judgeMethod(method, &reader, context)
        judgePrecision(trainingPrecision, &reader, context)
        judgeWeights(weights, network: network, freezeEpochs: freezeEpochs, epochs: epochs, &reader, context)
        if let dataset { judgeDataset(dataset, method: method, &reader, context) }
        let side = imageSize ?? Defaults.imageSize
        let batch = batchSize ?? Defaults.batchSize
        for description in [network].compactMap(\.self) + teacherNetworks {
            // A step of a consistency method holds the labelled pictures and two views of the others.
            let rows = batch * (1 + 2 * (semiSupervision.unlabelledRatio ?? 0))
            judgeSize(description, side: side, batch: rows, &reader, context)
        }
        guard reader.faults.isEmpty, let dataset, let network else { return nil }
        return TrainSpecification(
            dataset: dataset, revision: revision, model: model, method: method, network: network.name, teachers: teachers, weights: weights,
            imageSize: side,
            fit: fit ?? Defaults.fit, epochs: epochs, batchSize: batch, optimiser: optimiser ?? Defaults.optimiser,
            learningRate: learningRate,
            weightDecay: weightDecay ?? Defaults.weightDecay, freezeEpochs: freezeEpochs, patience: patience ?? Defaults.patience,
            flips: flips ?? Defaults.flips,
            confidence: confidence ?? Defaults.confidence, semiSupervision: semiSupervision,
            labelSmoothing: labelSmoothing ?? Defaults.labelSmoothing,
            classWeights: classWeights ?? Defaults.classWeights, conformalAlpha: conformalAlpha ?? Defaults.conformalAlpha,
            trainingPrecision: trainingPrecision ?? Defaults.trainingPrecision,
            quantisation: quantisation, baseline: baseline, seed: seed.map(UInt64.init) ?? Defaults.seed, threads: threads,
            priority: priority ?? Defaults.priority,
            timeLimitSeconds: timeLimit)
    }

    private static func name(_ field: String, _ text: String?, _ reader: inout FieldReader) -> ResourceName? {
        guard let text else { return nil }
        if let name = ResourceName(text) { return name }
        reader.refuse(field, "invalid_name", "got \(FieldReader.quoted(text)); a name has \(ResourceName.rule)")
        return nil
    }

    private static func known(_ pointer: String, _ name: String, _ reader: inout FieldReader, _ context: SubmissionContext)
        -> NetworkDescription?
    {
        if let network = context.networks.first(where: { $0.name == name }) { return network }
        let allowed = context.networks.map(\.name).joined(separator: ", ")
        reader.adopt([.init(pointer: pointer, code: "unknown_network", detail: "got \(FieldReader.quoted(name)); known are \(allowed)")])
        return nil
    }

    private static func readQuantisation(_ reader: inout FieldReader) -> Quantisation {
        guard let object = reader.value("quantisation") else { return Quantisation() }
        var inner = FieldReader(object, pointer: "/quantisation")
        let scheme = inner.choice("scheme", Quantisation.Scheme.self)
        let calibration = inner.choice("calibration", Quantisation.Calibration.self)
        let maximumDrop = inner.number("max_drop", Ranges.maximumDrop)
        let qatEpochs = inner.integer("qat_epochs", Ranges.qatEpochs)
        if case .object = object { inner.finish() }
        reader.adopt(inner.faults)
        return Quantisation(
            scheme: scheme ?? Defaults.scheme, calibration: calibration ?? Defaults.calibration,
            maximumDrop: maximumDrop ?? Defaults.maximumDrop, qatEpochs: qatEpochs ?? Defaults.qatEpochs)
    }
}
