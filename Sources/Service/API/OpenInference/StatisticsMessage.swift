/// The answer of `/v2/models/…/stats`. Source: Triton's "extension_statistics.md".
struct StatisticsMessage: Encodable, Sendable {
    private struct Item: Encodable, Sendable {
        struct Batch: Encodable, Sendable {
            let batchSize: Int
            let computeInfer: InferenceStatistics.Duration

            enum CodingKeys: String, CodingKey {
                case batchSize = "batch_size"
                case computeInfer = "compute_infer"
            }
        }

        let name: String
        let version: String
        let lastInference: Int
        let inferenceCount: Int
        let executionCount: Int
        let inferenceStats: [String: InferenceStatistics.Duration]
        let batchStats: [Batch]

        enum CodingKeys: String, CodingKey {
            case name, version
            case lastInference = "last_inference"
            case inferenceCount = "inference_count"
            case executionCount = "execution_count"
            case inferenceStats = "inference_stats"
            case batchStats = "batch_stats"
        }
    }

    private let modelStats: [Item]

    enum CodingKeys: String, CodingKey { case modelStats = "model_stats" }

    init(versions: [(ModelVersionKey, InferenceStatistics.Version)]) {
        modelStats = versions.map { key, counts in
            Item(
                name: key.model.description, version: "\(key.version)", lastInference: counts.lastInference,
                inferenceCount: counts.success.count, executionCount: counts.executions,
                inferenceStats: [
                    "success": counts.success, "fail": counts.fail, "queue": counts.queue, "compute_input": counts.decode,
                    "compute_infer": counts.infer,
                    // Writing an answer takes microseconds and is not measured.
                    "compute_output": .init(count: counts.success.count, ns: 0),
                ],
                batchStats: counts.byBatch.sorted { $0.key < $1.key }.map { .init(batchSize: $0.key, computeInfer: $0.value) })
        }
    }
}
