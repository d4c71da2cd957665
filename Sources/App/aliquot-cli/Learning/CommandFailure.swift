import Aliquot
import ArgumentParser
import Foundation
import Jobs

/// Tells an error on standard error, and gives the exit status for it.
enum CommandFailure {
    /// Source: sysexits.h, EX_USAGE; also what ArgumentParser exits with.
    static let usage: Int32 = 64

    /// - Parameter hint: what to do after a stop.
    static func exit(_ error: AliquotError, hint: String = "") -> ExitCode {
        switch error {
        case .invalid(let faults):
            tell("this cannot work:\n" + faults.map { "  \(name($0)): \($0.detail)" }.joined(separator: "\n"))
            return ExitCode(usage)
        case .cancelled:
            tell(hint.isEmpty ? "stopped" : "stopped: \(hint)")
            return ExitCode(WorkerExitCode.stopped)
        case .outputNotEmpty, .outputOfAnotherRun:
            tell("\(error)")
            return ExitCode(usage)
        default:
            tell("\(error)")
            return ExitCode(1)
        }
    }

    static func tell(_ text: String) { FileHandle.standardError.write(Data("aliquot: \(text)\n".utf8)) }

    /// The option where the field is one, else the field.
    private static func name(_ fault: AliquotError.Fault) -> String {
        switch fault.field {
        case "dataset": "--data"
        case let field where field.hasPrefix("-") || field.isEmpty: field
        case let field where fault.code == "unknown_argument": field
        case let field:
            // `teachers.1`: the second of the option's values.
            JobField.option(JobField.all.first { field == $0.name || field.hasPrefix($0.name + ".") }?.name ?? field)
        }
    }
}
