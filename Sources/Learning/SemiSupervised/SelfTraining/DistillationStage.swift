/// The names of a distillation's stages, as events and files bear them: the first of a kind by its plain name, later ones with their number.
package enum DistillationStage {
    package static func teacher(_ index: Int) -> String { numbered("teacher", index) }
    package static func labelling(round: Int) -> String { numbered("pseudo_labelling", round) }
    package static func student(round: Int) -> String { numbered("student", round) }

    static func numbered(_ name: String, _ index: Int) -> String { index == 0 ? name : "\(name)_\(index + 1)" }
}
