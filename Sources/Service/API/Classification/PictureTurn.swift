import Inference
import ModelFormat

/// One picture's way through a predictor, counted.
enum PictureTurn {
    /// - Parameter waits: of a request with many pictures: while others fill the line it waits its turn, up to 10 s, instead of failing the picture.
    /// - Throws: as `Predictor.scores`.
    static func scores(
        _ predictor: Predictor, _ picture: PictureInput, _ options: ClassifyOptions, _ key: ModelVersionKey, _ environment: APIEnvironment,
        waits: Bool
    ) async throws -> Scores {
        let start = ContinuousClock.now
        let deadline = start.advanced(by: .seconds(10))
        while true {
            do {
                let scores = try await predictor.scores(picture, options)
                environment.measures.recordClassified(precision: scores.precision.rawValue)
                environment.statistics.record(key, scores.timing, batch: scores.batch)
                return scores
            } catch InferenceError.saturated where waits && ContinuousClock.now < deadline && !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(20))
            } catch {
                environment.statistics.recordFailure(key, milliseconds: start.duration(to: .now) / .milliseconds(1))
                throw error
            }
        }
    }
}
