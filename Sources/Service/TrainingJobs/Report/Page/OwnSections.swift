import Base

/// What a page shows of one kind of report only.
struct OwnSections {
    typealias Fact = (name: String, value: String)

    let title: String
    let dataset: ResourceName
    let revision: Int?
    /// Below the figures that most people look for.
    var verdict: HTML = ""
    /// How the model came to be, after those figures.
    var making: [HTML] = []
    /// What the pictures were used for, a sentence.
    let use: String
    /// The specification.
    let asked: [Fact]
    let seed: UInt64
    /// On how it was made.
    var facts: [Fact] = []
}
