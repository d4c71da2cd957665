import Engine

/// What the candidates that were looked at so far came to.
struct QuantisationStanding {
    /// The one with the fewest pictures in doubt of those that passed.
    struct Kept {
        let network: QuantisedNetwork
        let scheme: QuantisationScheme
        /// Of the validation pictures, a row each.
        let logits: [[Float]]
        let doubt: QuantisationReport.Doubt
        /// Nil where it was not timed yet.
        let latency: QuantisationReport.Latency?
    }

    /// A candidate that needs float for no more pictures than this share is taken without a look at the next one.
    static let littleDoubt = 0.05

    private(set) var kept: Kept?
    /// How the one with the fewest pictures in doubt was made, be it that none passed; nil while none gave finite logits.
    private(set) var surest: (scheme: QuantisationScheme, share: Double)?

    /// Whether no further candidate is worth its time.
    var isGoodEnough: Bool { (kept?.doubt.share ?? .infinity) <= Self.littleDoubt }

    /// - Parameter latency: where the candidate was timed before it was looked at.
    mutating func add(
        _ candidate: QuantisationCandidate, _ attempt: QuantisationReport.Attempt, logits: [[Float]], latency: QuantisationReport.Latency?
    ) {
        guard let doubt = attempt.doubt else { return }
        if doubt.share < surest?.share ?? .infinity { surest = (candidate.scheme, doubt.share) }
        guard attempt.passed, doubt.share < kept?.doubt.share ?? .infinity else { return }
        kept = Kept(network: candidate.network, scheme: candidate.scheme, logits: logits, doubt: doubt, latency: latency)
    }
}
