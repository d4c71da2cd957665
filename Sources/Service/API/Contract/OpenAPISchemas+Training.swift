import Jobs

extension OpenAPISchemas {
    /// The body of `POST /v1/jobs`; bounds are those that submission enforces.
    static var training: String {
        typealias Ranges = TrainSpecification.Ranges
        return """
            {
              "TrainingJob": {
                "type": "object", "additionalProperties": false, "required": ["type", "dataset", "network"],
                "properties": {
                  "type": {"const": "train"},
                  "dataset": {"$ref": "#/components/schemas/Name"},
                  "revision": {"type": ["integer", "null"], "minimum": 1, "description": "null: the dataset is frozen as it stands."},
                  "model": {"$ref": "#/components/schemas/Name", "description": "The dataset's name if absent."},
                  "method": {"enum": \(choices(TrainSpecification.Method.allCases.map(\.rawValue)))},
                  "network": {"type": "string", "description": "One of GET /v1/networks."},
                  "weights": {"type": ["string", "null"], "description": "One of GET /v1/weights; null: random."},
                  "seed": {"type": "integer", \(bounds(Ranges.seed))},
                  \(common)
                }
              },
              "StudyJob": {
                "type": "object", "additionalProperties": false, "required": ["type", "datasets", "networks", "methods"],
                "description": "Trains datasets × (networks × methods + standard_networks) × seeds, each as a job of its own, and compares them. At most \(StudySpecification.Limits.trainings) trainings; a field that only some methods have is given to these.",
                "properties": {
                  "type": {"const": "study"},
                  "datasets": {
                    "type": "array", "minItems": 1, "maxItems": \(StudySpecification.Limits.datasets), "uniqueItems": true,
                    "items": {"$ref": "#/components/schemas/Name"}, "description": "Each is frozen as it stands."
                  },
                  "networks": {"type": "array", "minItems": 1, "uniqueItems": true, "items": {"type": "string"}, "description": "Of GET /v1/networks."},
                  "standard_networks": {
                    "type": ["array", "null"], "uniqueItems": true, "items": {"type": "string"},
                    "description": "Networks that are trained by supervised only, whatever the methods are: what compact ones are held against."
                  },
                  "method_fields": {
                    "type": ["object", "null"], "additionalProperties": {"type": "object"},
                    "description": "By method: fields that its trainings have instead of the common ones, such as epochs."
                  },
                  "methods": {
                    "type": "array", "minItems": 1, "uniqueItems": true,
                    "items": {"enum": \(choices(TrainSpecification.Method.allCases.map(\.rawValue)))}
                  },
                  "seeds": {
                    "type": ["array", "null"], "minItems": 1, "maxItems": \(StudySpecification.Limits.seeds), "uniqueItems": true,
                    "items": {"type": "integer", \(bounds(Ranges.seed))}, "default": \(StudySpecification.defaultSeeds)
                  },
                  "model": {
                    "$ref": "#/components/schemas/Name",
                    "description": "Models are kept as MODEL.NETWORK.METHOD, one version a seed; with several datasets MODEL.DATASET.NETWORK.METHOD. Absent: the dataset's name."
                  },
                  "weights": {
                    "type": ["array", "null"], "uniqueItems": true, "items": {"type": "string"},
                    "description": "Of GET /v1/weights, at most one for each network; networks without start from random ones."
                  },
                  \(common)
                }
              },
              "QuantisationJob": {
                "type": "object", "additionalProperties": false, "required": ["type", "model"],
                "description": "Makes the int8 form of a finished model anew; the result is the model's next version, whose float part is as it was. Refused by the gates, it fails and makes none.",
                "properties": {
                  "type": {"const": "quantise"},
                  "model": {"$ref": "#/components/schemas/Name", "description": "One of GET /v1/models."},
                  "version": {"type": ["integer", "null"], "minimum": 1, "description": "null: the newest, as `latest` is."},
                  "dataset": {
                    "anyOf": [{"$ref": "#/components/schemas/Name"}, {"type": "null"}],
                    "description": "Pictures of the model's classes, which give the ranges and judge; null: what the version learned from."
                  },
                  "revision": {
                    "type": ["integer", "null"], "minimum": 1,
                    "description": "null: the one that the version learned from; another dataset is frozen as it stands."
                  },
                  "seed": {"type": ["integer", "null"], \(bounds(Ranges.seed)), "description": "Chooses the pictures; null: that of the training."},
                  \(quantisation),
                  \(running)
                }
              },
              "JobSubmission": {
                "oneOf": [
                  {"$ref": "#/components/schemas/TrainingJob"}, {"$ref": "#/components/schemas/QuantisationJob"}, {"$ref": "#/components/schemas/StudyJob"}
                ]
              }
            }
            """
    }

    /// The fields that a training and a study have in common.
    private static var common: String {
        typealias Ranges = TrainSpecification.Ranges
        return """
                  "teachers": {"type": ["array", "null"], "items": {"type": "string"}},
                  "image_size": {"type": "integer", \(bounds(Ranges.imageSize))},
                  "fit": {"enum": \(choices(TrainSpecification.Fit.allCases.map(\.rawValue)))},
                  "epochs": {"type": "integer", \(bounds(Ranges.epochs))},
                  "batch_size": {"type": "integer", \(bounds(Ranges.batchSize))},
                  "optimiser": {"enum": \(choices(TrainSpecification.Optimiser.allCases.map(\.rawValue)))},
                  "learning_rate": {"type": "number", \(bounds(Ranges.learningRate))},
                  "weight_decay": {"type": "number", \(bounds(Ranges.weightDecay))},
                  "freeze_epochs": {"type": "integer", \(bounds(Ranges.freezeEpochs))},
                  "patience": {"type": "integer", \(bounds(Ranges.patience))},
                  "flips": {"enum": \(choices(TrainSpecification.Flips.allCases.map(\.rawValue)))},
                  "confidence": {"type": "number", \(bounds(Ranges.confidence))},
                  "transforms": {
                    "type": ["array", "null"], "minItems": 1, "uniqueItems": true,
                    "items": {"enum": \(choices(TrainSpecification.Transform.allCases.map(\.rawValue)))}
                  },
                  "rounds": {"type": ["integer", "null"], \(bounds(Ranges.rounds))},
                  "soft_labels": {"type": ["number", "null"], \(bounds(Ranges.softLabels))},
                  "max_per_class": {"type": ["integer", "null"], \(bounds(Ranges.maximumPerClass))},
                  "unlabelled_ratio": {"type": ["integer", "null"], \(bounds(Ranges.unlabelledRatio))},
                  "unsupervised_weight": {"type": ["number", "null"], \(bounds(Ranges.unsupervisedWeight))},
                  "threshold": {"type": ["number", "null"], \(bounds(Ranges.threshold))},
                  "temperature": {"type": ["number", "null"], \(bounds(Ranges.temperature))},
                  "alpha": {"type": ["number", "null"], \(bounds(Ranges.alpha))},
                  "ema_decay": {"type": ["number", "null"], \(bounds(Ranges.averageDecay))},
                  "label_smoothing": {"type": "number", \(bounds(Ranges.labelSmoothing))},
                  "fairness_weight": {"type": ["number", "null"], \(bounds(Ranges.fairnessWeight))},
                  "mixup": {"type": ["number", "null"], \(bounds(Ranges.mixUp)), "description": "Absent: pictures are not mixed."},
                  "class_weights": {
                    "oneOf": [
                      {"enum": \(choices(TrainSpecification.ClassWeights.words))},
                      {"type": "object", "additionalProperties": {"type": "number", \(bounds(Ranges.classWeight))}, "description": "By class; 1 for those not named."},
                      {"type": "array", "minItems": 2, "items": {"type": "number", \(bounds(Ranges.classWeight))}, "description": "In the order of the dataset's classes."}
                    ]
                  },
                  "conformal_alpha": {"type": ["number", "null"], \(bounds(Ranges.conformalAlpha)), "description": "How often an answer's prediction_set may miss the true class."},
                  "training_precision": {"enum": \(choices(TrainSpecification.Precision.allCases.map(\.rawValue)))},
                  \(quantisation),
                  "baseline": {"type": "boolean"},
                  \(running)
            """
    }

    /// How an int8 form is made and judged.
    private static var quantisation: String {
        typealias Ranges = TrainSpecification.Ranges
        return """
                  "quantisation": {
                    "type": ["object", "null"], "additionalProperties": false,
                    "properties": {
                      "scheme": {"enum": \(choices(TrainSpecification.Quantisation.Scheme.allCases.map(\.rawValue)))},
                      "calibration": {"enum": \(choices(TrainSpecification.Quantisation.Calibration.allCases.map(\.rawValue)))},
                      "max_drop": {"type": "number", \(bounds(Ranges.maximumDrop))},
                      "qat_epochs": {"type": "integer", \(bounds(Ranges.qatEpochs)), "description": "Passes of training with 8-bit rounding where no calibration passes the gates; 0: none."}
                    }
                  }
            """
    }

    /// The fields that say how a job runs.
    private static var running: String {
        typealias Ranges = TrainSpecification.Ranges
        return """
                  "threads": {"type": ["integer", "null"], "minimum": 1},
                  "priority": {"type": "integer", \(bounds(Ranges.priority))},
                  "time_limit_s": {"type": ["integer", "null"], \(bounds(Ranges.timeLimitSeconds))}
            """
    }

    private static func choices(_ values: [String]) -> String { "[" + values.map { "\"\($0)\"" }.joined(separator: ", ") + "]" }
    private static func bounds<Value>(_ range: ClosedRange<Value>) -> String {
        "\"minimum\": \(range.lowerBound), \"maximum\": \(range.upperBound)"
    }
}
