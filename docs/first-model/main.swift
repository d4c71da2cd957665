import Aliquot
import Foundation

// first-model PICTURES OUTPUT PICTURE: trains on a folder or archive, then says what is on one more picture.
let paths = CommandLine.arguments.dropFirst().map { URL(fileURLWithPath: $0) }
var options = TrainingOptions(network: .mobileNetV2, method: .plainDistillation)
options.imageSize = 64
options.epochs = 4
let outcome = try await Training(pictures: paths[0], options: options, output: paths[1]).run { event in
    if case .progress(let progress) = event { print("\(Int(progress.fraction * 100)) % \(progress.phase)") }
}
print("macro-F1 \(outcome.macroF1) on \(outcome.pictures) pictures; read \(outcome.page.path)")
let answer = try await Model(at: outcome.model).classify(contentsOf: paths[2])
print("\(answer.label), \(answer.probability)")
