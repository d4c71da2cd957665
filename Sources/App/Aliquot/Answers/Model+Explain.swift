import Foundation
import Inference

extension Model {
    /// Shows where on a picture is what speaks for a class.
    ///
    /// - Parameters:
    ///   - picture: a file: JPEG, PNG, TIFF, WebP or BMP.
    ///   - label: a class by its name, or by its number from 0; `nil` for the likeliest.
    /// - Throws: ``AliquotError/picture(name:reason:)``, ``AliquotError/model(path:reason:)`` (also for a class that the model does not know),
    ///   ``AliquotError/cancelled``.
    public func explain(contentsOf picture: URL, class label: String? = nil) async throws(AliquotError) -> Explanation {
        try await explain(try await Self.bytes(of: picture), name: picture.path, class: label)
    }

    /// Shows where on a picture that is in memory is what speaks for a class.
    ///
    /// - Parameters:
    ///   - picture: the bytes of a file.
    ///   - name: what an error calls it.
    ///   - label: a class by its name, or by its number from 0; `nil` for the likeliest.
    public func explain(_ picture: [UInt8], name: String = "the picture", class label: String? = nil) async throws(AliquotError)
        -> Explanation
    {
        do {
            let answer = try await predictor.explain(picture, class: label)
            return Explanation(answer, overlay: try await onThread { try answer.overlay(on: picture) })
        } catch { throw AliquotError(error, model: folder.path, picture: name) }
    }
}
