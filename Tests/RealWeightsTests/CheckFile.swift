import Foundation

/// `../shared/weights/checks.json`: what PyTorch answers for some pictures.
struct CheckFile: Decodable {
    struct Picture: Decodable {
        let archive: String
        let member: String
        let top5: [Int]
        let top5Logits: [Double]
        let logitsL2: Double
        let logitsFirst: [Double]

        private enum CodingKeys: String, CodingKey {
            case archive, member, top5
            case top5Logits = "top5_logits"
            case logitsL2 = "logits_l2"
            case logitsFirst = "logits_first"
        }
    }

    let networks: [String: [Picture]]
}
