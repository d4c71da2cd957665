/// Where a picture's place in an archive puts it in the dataset.
///
/// `labelled/CLASS/*`, `train/CLASS/*` or `CLASS/*`; `unlabelled/*`, or `unlabelled/CLASS/*` for classes that only the evaluator is to know; `validation/CLASS/*` or
/// `valid/CLASS/*`; `test/CLASS/*`. One folder around it all is ignored.
/// A pure function of all the pictures' paths.
struct ArchiveLayout: Sendable {
    struct Place: Sendable, Equatable {
        let label: String?
        /// The class that only the evaluator knows.
        var hiddenLabel: String?
        let role: ImageRole
    }

    private enum TopFolder {
        case classes(ImageRole)
        case unlabelled

        init?(_ name: String) {
            switch name.lowercased() {
            case "labelled", "labeled", "train", "training": self = .classes(.train)
            case "validation", "valid", "val": self = .classes(.validation)
            case "test", "testing": self = .classes(.test)
            case "unlabelled", "unlabeled": self = .unlabelled
            default: return nil
            }
        }
    }

    /// The folder around everything, which is ignored.
    let wrapper: String?
    /// Whether a folder for labelled training pictures stands at the top: then a class folder beside it would be a guess.
    private let namesTraining: Bool

    init(_ paths: [ArchivePath]) {
        let first = paths.first?.parts.first
        let isAround = paths.allSatisfy { $0.parts.count >= 2 && $0.parts.first == first } && paths.contains { $0.parts.count >= 3 }
        wrapper = isAround ? first.flatMap { TopFolder($0) == nil ? $0 : nil } : nil
        let depth = wrapper == nil ? 0 : 1
        namesTraining = paths.contains { path in
            guard path.parts.count > depth + 1, case .classes(.train) = TopFolder(path.parts[depth]) else { return false }
            return true
        }
    }

    /// - Throws: ``BadEntry`` with code `wrong_place` or `invalid_label`.
    func place(_ path: ArchivePath) throws(BadEntry) -> Place {
        let full = path.parts.joined(separator: "/")
        func misplaced(_ detail: String) -> BadEntry { BadEntry(path: full, code: .wrongPlace, detail: detail) }
        let parts = path.parts.dropFirst(wrapper == nil ? 0 : 1)
        guard let top = parts.first, parts.count >= 2 else {
            throw misplaced("in no folder; allowed: labelled/CLASS/, CLASS/, unlabelled/, validation/CLASS/, test/CLASS/")
        }
        switch TopFolder(top) {
        case .unlabelled:
            guard parts.count <= 3 else {
                throw misplaced("too deep; allowed: \(top)/, \(top)/CLASS/ for classes that only the evaluator is to know")
            }
            let hidden = parts.count == 3 ? try label(parts[parts.startIndex + 1], full) : nil
            return Place(label: nil, hiddenLabel: hidden, role: .train)
        case .classes(let role):
            guard parts.count == 3 else {
                throw misplaced(parts.count == 2 ? "in no class folder; allowed: \(top)/CLASS/" : "too deep; allowed: \(top)/CLASS/")
            }
            return Place(label: try label(parts[parts.startIndex + 1], full), role: role)
        case nil:
            guard parts.count == 2 else { throw misplaced("too deep; allowed: CLASS/") }
            guard !namesTraining else {
                throw misplaced("the folder '\(top)' stands beside labelled/ or train/: put it inside if it is a class")
            }
            return Place(label: try label(top, full), role: .train)
        }
    }

    private func label(_ text: String, _ path: String) throws(BadEntry) -> String {
        do { return try ClassLabel.checked(text) } catch {
            throw BadEntry(path: path, code: .invalidLabel, detail: "the class name '\(text)' breaks the rule: \(ClassLabel.rule)")
        }
    }
}
