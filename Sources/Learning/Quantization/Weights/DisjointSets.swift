/// Numbers 0..<count in sets that are joined one after the other. The least number of a set stands for it.
struct DisjointSets {
    private var parents: [Int]

    init(count: Int) { parents = Array(0..<max(count, 0)) }

    /// O(log count), amortised.
    func root(_ number: Int) -> Int {
        var number = number
        while parents[number] != number { number = parents[number] }
        return number
    }

    mutating func join(_ a: Int, _ b: Int) {
        let (a, b) = (shortened(a), shortened(b))
        if a != b { parents[max(a, b)] = min(a, b) }
    }

    /// The root, after which everything on the way there points to it.
    private mutating func shortened(_ number: Int) -> Int {
        let root = root(number)
        var number = number
        while parents[number] != root { (parents[number], number) = (root, parents[number]) }
        return root
    }
}
