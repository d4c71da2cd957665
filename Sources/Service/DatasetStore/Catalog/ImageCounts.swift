/// How many pictures a dataset or revision holds, by role and class.
package struct ImageCounts: Sendable, Codable, Equatable {
    package struct OfClass: Sendable, Codable, Equatable {
        package let label: String
        package var train = 0
        package var validation = 0
        package var test = 0
        package var total: Int { train + validation + test }
    }

    package private(set) var images = 0
    package private(set) var labelled = 0
    package private(set) var unlabelled = 0
    package private(set) var train = 0
    package private(set) var validation = 0
    package private(set) var test = 0
    /// Pictures of role `train` without a label: what the semi-supervised methods learn from.
    package private(set) var unlabelledTrain = 0
    /// In the order of the dataset's classes; a declared class without pictures is listed with zeros.
    package private(set) var perClass: [OfClass]

    package init(classes: [String]) { perClass = classes.map { OfClass(label: $0) } }

    package mutating func add(_ count: Int = 1, label: String?, role: ImageRole) {
        images += count
        switch role {
        case .train: train += count
        case .validation: validation += count
        case .test: test += count
        }
        guard let label else {
            unlabelled += count
            if role == .train { unlabelledTrain += count }
            return
        }
        labelled += count
        let index = perClass.firstIndex { $0.label == label } ?? perClass.endIndex
        if index == perClass.endIndex { perClass.append(OfClass(label: label)) }
        switch role {
        case .train: perClass[index].train += count
        case .validation: perClass[index].validation += count
        case .test: perClass[index].test += count
        }
    }

    /// The same with the classes in byte order.
    var sorted: ImageCounts {
        var copy = self
        copy.perClass.sort { Array($0.label.utf8).lexicographicallyPrecedes(Array($1.label.utf8)) }
        return copy
    }

    private enum CodingKeys: String, CodingKey {
        case images, labelled, unlabelled, train, validation, test
        case unlabelledTrain = "unlabelled_train"
        case perClass = "per_class"
    }
}
