import Base
import Foundation

/// Gives the pictures of an archive names that are valid and differ from each other. The same archive always gets the same names.
struct ImageNaming {
    private var taken: Set<String> = []

    /// The file name made valid; if that is taken, with the role and class before it; if that is taken too, with a number behind it. Nil cannot happen while a digest is hexadecimal.
    mutating func name(for path: ArchivePath, place: ArchiveLayout.Place, digest: SHA256Digest) -> ResourceName? {
        guard let file = Self.valid(path.parts.last ?? "", digest: digest),
            let longer = Self.valid("\(place.role.rawValue)-\(place.label ?? "unlabelled")-\(file)", digest: digest)
        else { return nil }
        var candidate = taken.contains(file.description) ? longer : file
        var number = 2
        while taken.contains(candidate.description) {
            guard let numbered = Self.numbered(longer, number, digest: digest) else { return nil }
            candidate = numbered
            number += 1
        }
        taken.insert(candidate.description)
        return candidate
    }

    /// `cell.jpg` and 2 give `cell-2.jpg`.
    static func numbered(_ name: ResourceName, _ number: Int, digest: SHA256Digest) -> ResourceName? {
        let (stem, suffix) = split(name.description)
        let end = "-\(number)\(suffix)"
        return valid(String(stem.prefix(128 - end.utf8.count)) + end, digest: digest)
    }

    /// Letters lose their accents; what else a ``ResourceName`` cannot hold becomes `_`; a name without letters or digits is named after its bytes.
    static func valid(_ text: String, digest: SHA256Digest) -> ResourceName? {
        let plain = text.decomposedStringWithCompatibilityMapping.unicodeScalars.filter { $0.properties.generalCategory != .nonspacingMark }
        let allowed = plain.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": Character(scalar)
            default: "_"
            }
        }
        var name = String(String(allowed).drop { !$0.isLetter && !$0.isNumber })
        while name.contains("..") { name = name.replacing("..", with: ".") }
        let (stem, suffix) = split(name)
        name = String(stem.prefix(128 - suffix.utf8.count)) + suffix
        let isOnlySuffix = !plain.dropLast(suffix.utf8.count).contains {
            $0.properties.isAlphabetic && $0.isASCII || ("0"..."9").contains($0)
        }
        if !isOnlySuffix, let valid = ResourceName(name) { return valid }
        let fallback = "image-\(digest.description.prefix(12))"
        return ResourceName(fallback + suffix) ?? ResourceName(fallback)
    }

    /// The name and its ending with the dot, where that is short.
    private static func split(_ name: String) -> (stem: String, suffix: String) {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, "") }
        let suffix = name[dot...]
        return (2...6).contains(suffix.utf8.count) ? (String(name[..<dot]), String(suffix)) : (name, "")
    }
}
