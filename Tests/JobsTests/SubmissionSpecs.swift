import Base
import Foundation
import Jobs
import Testing

@Suite("A submitted job")
struct SubmissionSpecs {
    static let mobilenet = NetworkDescription(
        name: "mobilenet_v2", family: "manual, compact", parameters: 3_504_872, multiplyAdds: 301_000_000, minimumSide: 32,
        activationElements: 6_700_000)
    static let resnet = NetworkDescription(
        name: "resnet18", family: "manual, compact", parameters: 11_689_512, multiplyAdds: 1_814_000_000, minimumSide: 64,
        activationElements: 8_380_904)

    static func context(
        _ labelled: [String: Int]? = ["a": 20, "b": 20], unlabelled: Int = 100, memory: Int = 16 << 30, trainsInBfloat16: Bool = false
    ) -> SubmissionContext {
        SubmissionContext(
            networks: [mobilenet, resnet], weights: ["mobilenet_v2": "mobilenet_v2", "plankton": "resnet18"], cores: 4, memoryBytes: memory,
            trainsInBfloat16: trainsInBfloat16, dataset: labelled.map { DatasetFacts(labelledPerClass: $0, unlabelled: unlabelled) })
    }

    static func faults(_ json: String, _ context: SubmissionContext = context()) throws -> [String] {
        try Submission.faults(json, in: context)
    }

    @Test("that names only type, dataset and network gets every documented default")
    func defaults() throws {
        // Given the shortest job
        let submission = try Submission(json: Array(#"{"type":"train","dataset":"cells","network":"mobilenet_v2"}"#.utf8))
        #expect(submission.dataset == ResourceName("cells"))
        // When it is judged
        let specification = try submission.specification(in: Self.context())
        // Then every field has the value that api.md and learning.md name
        guard case .train(let work) = specification.work else {
            Issue.record("not a training job")
            return
        }
        #expect(work.model == ResourceName("cells"))
        #expect(work.method == .supervised && work.teachers.isEmpty && !work.baseline)
        #expect(work.imageSize == 224 && work.fit == .crop && work.batchSize == 32 && work.epochs == 50 && work.patience == 8)
        #expect(work.optimiser == .adamw && work.learningRate == 0.001 && work.weightDecay == 0.01 && work.freezeEpochs == 0)
        #expect(work.flips == .horizontal && work.confidence == 0.8 && work.labelSmoothing == 0 && work.seed == 1)
        #expect(work.quantisation == .init(scheme: .ptq, calibration: .percentile, maximumDrop: 0.01, qatEpochs: 6))
        #expect(work.weights == nil && work.threads == nil && work.priority == 0 && work.timeLimitSeconds == nil && work.revision == nil)
    }

    @Test("with every field given is read as it stands, and survives being written and read again")
    func everyField() throws {
        // Given a job that chooses everything
        let json = #"""
            {"type":"train","dataset":"cells","revision":3,"model":"cells-small","method":"plain_distillation","network":"mobilenet_v2","teachers":["resnet18"],
             "weights":"mobilenet_v2","image_size":96,"fit":"pad","epochs":12,"batch_size":16,"optimiser":"sgd","learning_rate":0.05,"weight_decay":0,"freeze_epochs":1,
             "patience":3,"flips":"both","confidence":0.9,"label_smoothing":0.1,"quantisation":{"scheme":"ptq","calibration":"minmax","max_drop":0.02,"qat_epochs":0},"baseline":false,
             "seed":7,"threads":2,"priority":5,"time_limit_s":3600}
            """#
        // When it is judged
        let specification = try Submission(json: Array(json.utf8)).specification(in: Self.context())
        // Then each value arrives
        let name = try #require(ResourceName("cells"))
        let expected = TrainSpecification(
            dataset: name, revision: 3, model: ResourceName("cells-small"), method: .plainDistillation, network: "mobilenet_v2",
            teachers: ["resnet18"],
            weights: "mobilenet_v2", imageSize: 96, fit: .pad, epochs: 12, batchSize: 16, optimiser: .sgd, learningRate: 0.05,
            weightDecay: 0, freezeEpochs: 1,
            patience: 3, flips: .both, confidence: 0.9, labelSmoothing: 0.1,
            quantisation: .init(scheme: .ptq, calibration: .minmax, maximumDrop: 0.02, qatEpochs: 0),
            baseline: false, seed: 7, threads: 2, priority: 5, timeLimitSeconds: 3600)
        #expect(specification == .train(expected))
        // And the worker reads the same from the file
        let stored = try JSONEncoder().encode(specification)
        #expect(try JSONDecoder().decode(JobSpecification.self, from: stored) == specification)
    }

    @Test("for distillation has the student's network as its teacher and compares with the baseline, unless told otherwise")
    func distillationDefaults() throws {
        let json = #"{"type":"train","dataset":"cells","network":"mobilenet_v2","method":"plain_distillation","weights":"mobilenet_v2"}"#
        guard case .train(let work) = try Submission(json: Array(json.utf8)).specification(in: Self.context()).work else { return }
        #expect(work.teachers == ["mobilenet_v2"] && work.baseline && work.freezeEpochs == 2)
    }

    @Test("takes the fields of its method with their defaults, and refuses those of other methods")
    func semiSupervision() throws {
        func read(_ fields: String) throws -> TrainSpecification? {
            let json = #"{"type":"train","dataset":"cells","network":"mobilenet_v2","# + fields + "}"
            guard case .train(let work) = try Submission(json: Array(json.utf8)).specification(in: Self.context()).work else { return nil }
            return work
        }
        // Given each family with a field or two, then the rest are the design's defaults
        let models = try #require(try read(#""method":"model_data_distillation","transforms":["gamma"],"max_per_class":40"#))
        #expect(models.teachers == ["mobilenet_v2", "mobilenet_v2"])
        #expect(models.semiSupervision == .init(.modelDataDistillation, transforms: [.gamma], rounds: 1, maximumPerClass: 40))
        let consistency = try #require(try read(#""method":"fixmatch","unlabelled_ratio":7"#))
        #expect(consistency.teachers.isEmpty && consistency.semiSupervision.threshold == 0.95)
        #expect(consistency.semiSupervision.unlabelledRatio == 7 && consistency.semiSupervision.averageDecay == 0.999)
        let mixed = try #require(try read(#""method":"mixmatch""#)).semiSupervision
        #expect(mixed.unsupervisedWeight == 75 && mixed.temperature == 0.5 && mixed.alpha == 0.75 && mixed.threshold == nil)
        // And a field that the method does not know is refused, as is a view named twice and a single teacher where two are needed
        func faults(_ fields: String) throws -> [String] {
            try Self.faults(#"{"type":"train","dataset":"cells","network":"mobilenet_v2","# + fields + "}")
        }
        #expect(try faults(#""method":"fixmatch","transforms":["gamma"]"#) == ["/transforms not_for_method"])
        #expect(
            try faults(#""method":"mixmatch","threshold":0.9,"unlabelled_ratio":3"#) == [
                "/threshold not_for_method", "/unlabelled_ratio out_of_range",
            ])
        #expect(try faults(#""method":"freematch","threshold":0.9"#) == ["/threshold not_for_method"])
        #expect(try faults(#""method":"data_distillation","transforms":["gamma","gamma"]"#) == ["/transforms/1 unknown_value"])
        #expect(try faults(#""method":"model_distillation","teachers":["resnet18"]"#) == ["/teachers out_of_range"])
    }

    @Test("is told all its faults at once, each with its place")
    func allAtOnce() throws {
        // Given a job with twelve faults of different kinds
        let json = #"""
            {"type":"train","dataset":"../etc","network":"vgg16","epochs":0,"batch_size":1.5,"learning_rate":"fast","fit":"stretch","seed":-1,
             "quantisation":{"scheme":"ptq","max_drop":2,"bits":4,"qat_epochs":51},"colour":true,"epochs":5}
            """#
        // When it is judged, then every one of them is named
        #expect(
            try Self.faults(json) == [
                "/batch_size out_of_range", "/colour unknown_field", "/dataset invalid_name", "/epochs duplicate_field",
                "/epochs out_of_range",
                "/fit unknown_value", "/learning_rate wrong_type", "/network unknown_network", "/quantisation/bits unknown_field",
                "/quantisation/max_drop out_of_range", "/quantisation/qat_epochs out_of_range",
                "/seed out_of_range",
            ])
    }

    @Test(
        "is refused for each single value that is not allowed",
        arguments: [
            (#""image_size":16"#, "/image_size out_of_range"), (#""image_size":1025"#, "/image_size out_of_range"),
            (#""image_size":"224""#, "/image_size wrong_type"),
            (#""epochs":1001"#, "/epochs out_of_range"), (#""epochs":true"#, "/epochs wrong_type"),
            (#""batch_size":1"#, "/batch_size out_of_range"),
            (#""batch_size":513"#, "/batch_size out_of_range"), (#""learning_rate":0"#, "/learning_rate out_of_range"),
            (#""learning_rate":11"#, "/learning_rate out_of_range"), (#""weight_decay":-0.1"#, "/weight_decay out_of_range"),
            (#""patience":0"#, "/patience out_of_range"), (#""confidence":1"#, "/confidence out_of_range"),
            (#""confidence":-0.1"#, "/confidence out_of_range"),
            (#""label_smoothing":0.6"#, "/label_smoothing out_of_range"), (#""method":"magic""#, "/method unknown_value"),
            (#""optimiser":"adam""#, "/optimiser unknown_value"),
            (#""flips":"vertical""#, "/flips unknown_value"), (#""baseline":1"#, "/baseline wrong_type"),
            (#""seed":1e300"#, "/seed out_of_range"),
            (#""threads":5"#, "/threads out_of_range"), (#""threads":0"#, "/threads out_of_range"),
            (#""priority":101"#, "/priority out_of_range"),
            (#""time_limit_s":0"#, "/time_limit_s out_of_range"), (#""revision":0"#, "/revision out_of_range"),
            (#""model":"a b""#, "/model invalid_name"),
            (#""teachers":["resnet18"]"#, "/teachers out_of_range"), (#""quantisation":[]"#, "/quantisation wrong_type"),
            (#""quantisation":{"calibration":"median"}"#, "/quantisation/calibration unknown_value"),
            (#""weights":"imagenet""#, "/weights unknown_weights"),
            (#""weights":"plankton""#, "/weights other_network"), (#""freeze_epochs":2"#, "/freeze_epochs needs_weights"),
            (#""weights":"mobilenet_v2","epochs":2,"freeze_epochs":2"#, "/freeze_epochs out_of_range"),
            (#""a/b~c":1"#, "/a~1b~0c unknown_field"),
            (#""method":"plain_distillation","teachers":["vgg16"]"#, "/teachers/0 unknown_network"),
            (#""method":"plain_distillation","teachers":[]"#, "/teachers out_of_range"),
            (#""method":"plain_distillation","teachers":[7]"#, "/teachers/0 wrong_type"),
        ])
    func singleFaults(field: String, fault: String) throws {
        // Given an otherwise good job, when it is judged, then exactly this fault is found
        #expect(try Self.faults(#"{"type":"train","dataset":"cells","network":"mobilenet_v2",\#(field)}"#) == [fault])
    }

    @Test("without what is needed, or of another type, is refused")
    func requiredFields() throws {
        #expect(try Self.faults("{}") == ["/type required"])
        #expect(try Self.faults(#"{"type":"train"}"#) == ["/dataset required", "/network required"])
        #expect(try Self.faults(#"{"type":"dance"}"#) == ["/type unknown_value"])
        #expect(try Self.faults(#"{"type":"import","dataset":"cells"}"#) == ["/type not_submittable"])
        #expect(try Self.faults("[]") == [" wrong_type"])
        #expect(try Self.faults(#"{"type":"train","dataset":null,"network":7}"#) == ["/dataset required", "/network wrong_type"])
    }

    @Test("that cannot work with its dataset is refused before it waits")
    func impossibleJobs() throws {
        let plain = #"{"type":"train","dataset":"cells","network":"mobilenet_v2"}"#
        let distillation = #"{"type":"train","dataset":"cells","network":"mobilenet_v2","method":"plain_distillation"}"#
        // Given no dataset, no label, one class, a class with one label, no unlabelled picture, too small pictures, too little memory
        #expect(try Self.faults(plain, Self.context(nil)) == ["/dataset unknown_dataset"])
        #expect(try Self.faults(plain, Self.context([:])) == ["/dataset no_labels"])
        #expect(try Self.faults(plain, Self.context(["a": 0, "b": 0])) == ["/dataset no_labels"])
        #expect(try Self.faults(plain, Self.context(["a": 9])) == ["/dataset one_class"])
        #expect(try Self.faults(plain, Self.context(["a": 9, "b": 1])) == ["/dataset too_few_labels"])
        #expect(try Self.faults(plain, Self.context(["a": 9, "b": 2], unlabelled: 0)) == [])
        #expect(try Self.faults(distillation, Self.context(unlabelled: 0)) == ["/method no_unlabelled"])
        #expect(try Self.faults(#"{"type":"train","dataset":"cells","network":"resnet18","image_size":32}"#) == ["/image_size too_small"])
        // 32 pictures × half of 6.7 M activations × 4 bytes are 429 MB, the pictures 19 MB, 3.5 M parameters four times 56 MB: 504 MB, 481 MiB
        #expect(try Self.faults(plain, Self.context(memory: 480 << 20)) == ["/batch_size too_much_memory"])
        #expect(try Self.faults(plain, Self.context(memory: 482 << 20)) == [])
    }

    @Test(
        "that is not JSON is another error than a bad value",
        arguments: [
            "", " ", "{", "}", "nul", "{\"a\":1,}", "{a:1}", "[1 2]", "{\"a\" 1}", "01", "1.", "-", "\"a", "\"\\x\"", "\"\\ud800\"",
            "\"\\ud800\\u0041\"", "\"a\u{1}\"",
            "{} {}", "1e999", "+1", "NaN", "'a'", "// x\n{}", "\"\\u12g4\"", "[1,]",
        ])
    func notJSON(text: String) throws {
        let error = try #require(throws: SpecificationError.self) { try Submission(json: Array(text.utf8)) }
        #expect(error.status == 400)
    }

    @Test("may ask that every class counts the same, by the words that the methods list")
    func classWeights() throws {
        func weights(_ field: String) throws -> TrainSpecification.ClassWeights? {
            let text = #"{"type":"train","dataset":"cells","network":"mobilenet_v2"\#(field)}"#
            guard case .train(let work) = try Submission(json: Array(text.utf8)).specification(in: Self.context()).work else { return nil }
            return work.classWeights
        }
        #expect(try weights("") == TrainSpecification.ClassWeights.none)
        #expect(try weights(#","class_weights":"balanced""#) == .balanced)
        // And a weight for each class, by its name or in the order of the dataset
        #expect(try weights(#","class_weights":{"b":2.5}"#)?.values(["a", "b"]) == [1, 2.5])
        #expect(try weights(#","class_weights":[0.5,2]"#)?.values(["a", "b"]) == [0.5, 2])
        #expect(try weights(#","class_weights":"balanced""#)?.values(["a", "b"]) == nil)
        // And every fault is named
        func faults(_ field: String) throws -> [String] {
            try Self.faults(#"{"type":"train","dataset":"cells","network":"mobilenet_v2","class_weights":\#(field)}"#)
        }
        #expect(try faults("[1,2,3]") == ["/class_weights out_of_range"])
        #expect(try faults(#"[1,"x"]"#) == ["/class_weights/1 out_of_range"])
        #expect(try faults(#"{"a":-1,"c/d":2}"#) == ["/class_weights/a out_of_range", "/class_weights/c~1d unknown_class"])
        #expect(try faults("true") == ["/class_weights wrong_type"])
        #expect(try faults(#""rare""#) == ["/class_weights unknown_value"])
        // And all three kinds survive being written and read again
        for kind in [TrainSpecification.ClassWeights.balanced, .byClass(["a": 2]), .listed([1, 2])] {
            #expect(try JSONDecoder().decode(TrainSpecification.ClassWeights.self, from: JSONEncoder().encode(kind)) == kind)
        }
    }

    @Test("may mix pictures, average weights and choose how often a prediction set may miss, where the method has it")
    func options() throws {
        func read(_ method: String, _ fields: String) throws -> TrainSpecification? {
            let text = #"{"type":"train","dataset":"cells","network":"mobilenet_v2","method":"\#(method)"\#(fields)}"#
            guard case .train(let work) = try Submission(json: Array(text.utf8)).specification(in: Self.context()).work else { return nil }
            return work
        }
        // Given nothing, then nothing is mixed or averaged, and sets may miss one of ten
        let plain = try #require(try read("supervised", ""))
        #expect(plain.semiSupervision.mixUp == nil && plain.semiSupervision.averageDecay == nil && plain.conformalAlpha == 0.1)
        let chosen = try #require(try read("plain_distillation", #","mixup":0.4,"ema_decay":0.99,"conformal_alpha":0.05"#))
        #expect(chosen.semiSupervision.mixUp == 0.4 && chosen.semiSupervision.averageDecay == 0.99 && chosen.conformalAlpha == 0.05)
        #expect(try read("freematch", "")?.semiSupervision.fairnessWeight == 0.01)
        // And what a method has not, or a value out of range, is refused
        func faults(_ method: String, _ fields: String) throws -> [String] {
            try Self.faults(#"{"type":"train","dataset":"cells","network":"mobilenet_v2","method":"\#(method)"\#(fields)}"#)
        }
        #expect(
            try faults("fixmatch", #","mixup":0.4,"fairness_weight":0.1"#) == ["/fairness_weight not_for_method", "/mixup not_for_method"])
        #expect(
            try faults("supervised", #","mixup":0,"ema_decay":1,"conformal_alpha":0.9"#) == [
                "/conformal_alpha out_of_range", "/ema_decay out_of_range", "/mixup out_of_range",
            ])
    }

    @Test("may ask for bfloat16 where the machine has it, and is told what is allowed where not")
    func trainingPrecision() throws {
        func text(_ precision: String) -> String {
            #"{"type":"train","dataset":"cells","network":"mobilenet_v2","training_precision":\#(precision)}"#
        }
        let able = Self.context(trainsInBfloat16: true)
        // Given a machine with the instructions, the job is taken; float32 is the default
        guard case .train(let work) = try Submission(json: Array(text(#""bfloat16""#).utf8)).specification(in: able).work,
            case .train(let plain) = try Submission(json: Array(text("null").utf8)).specification(in: able).work
        else {
            Issue.record("not training jobs")
            return
        }
        #expect(work.trainingPrecision == .bfloat16)
        #expect(plain.trainingPrecision == .float32)
        // Given one without them, it is refused
        #expect(try Self.faults(text(#""bfloat16""#)) == ["/training_precision not_available"])
        #expect(try Self.faults(text(#""float32""#)) == [])
        #expect(try Self.faults(text(#""float16""#), able) == ["/training_precision unknown_value"])
    }

    @Test("that an earlier release has stored, without class weights and precision, is still read")
    func stored() throws {
        // Given the specification of a job as it is stored, without the field
        let dataset = try #require(ResourceName("cells"))
        let new = try JSONEncoder().encode(
            JobSpecification.train(TrainSpecification(dataset: dataset, network: "mobilenet_v2", classWeights: .balanced)))
        let text = String(decoding: new, as: UTF8.self)
        #expect(text.contains(#""class_weights":"balanced""#))
        let old = text.replacingOccurrences(of: #""class_weights":"balanced","#, with: "").replacingOccurrences(
            of: #","class_weights":"balanced""#, with: ""
        )
        .replacingOccurrences(of: #""training_precision":"float32","#, with: "").replacingOccurrences(
            of: #","training_precision":"float32""#, with: "")
        #expect(!old.contains("class_weights") && !old.contains("training_precision"))
        // Then it is the same job with the default
        let read = try JSONDecoder().decode(JobSpecification.self, from: Data(old.utf8))
        #expect(read == .train(TrainSpecification(dataset: dataset, network: "mobilenet_v2")))
        #expect(try JSONDecoder().decode(JobSpecification.self, from: new) != read)
    }

    @Test("is read as RFC 8259 says")
    func json() throws {
        let bytes = Array("\t{\"a\":[1,-0.5e1,true,null],\"\\u00e9\\ud83d\\ude00\\n\":{}}\r\n".utf8)
        #expect(
            try Submission(json: bytes).json
                == .object([
                    .init(name: "a", value: .array([.number(1, integer: 1), .number(-5, integer: nil), .bool(true), .null])),
                    .init(name: "é😀\n", value: .object([])),
                ]))
        // And bytes that are not UTF-8 are no JSON
        #expect(throws: SpecificationError.self) { try Submission(json: [0x22, 0xFF, 0x22]) }
    }

    @Test("is bounded in size and depth")
    func bounds() throws {
        func nested(_ depth: Int) -> [UInt8] { Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8) }
        _ = try Submission(json: nested(32))
        #expect(throws: SpecificationError.tooDeep(limit: 32)) { try Submission(json: nested(33)) }
        #expect(throws: SpecificationError.tooDeep(limit: 32)) { try Submission(json: nested(400_000)) }
        #expect(throws: SpecificationError.tooLarge(bytes: 1_048_577, limit: 1_048_576)) {
            try Submission(json: [UInt8](repeating: 0x20, count: 1_048_577))
        }
    }
}
