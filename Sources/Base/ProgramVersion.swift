/// The version of this program, as `/v1/version`, reports and models name it.
package enum ProgramVersion {
    package static let current = "0.1.0"
}
