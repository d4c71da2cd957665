import Base
import Foundation
import ModelFormat

/// One immutable version of a model.
package struct StoredVersion: Sendable {
    package let model: ResourceName
    package let version: Int
    package let manifest: ModelManifest
    /// `report.json` as the job wrote it.
    package let report: Data
    /// Where the files lie.
    package let directory: URL
}
