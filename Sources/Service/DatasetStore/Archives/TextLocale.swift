import Foundation

/// UTF-8 for the calling thread: in the C locale libarchive cannot give names with letters beyond ASCII. The process's locale stays as it is.
final class TextLocale {
    private let locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
    private var outer: locale_t?

    deinit { if let locale { freelocale(locale) } }

    func enter() { if let locale { outer = uselocale(locale) } }

    func leave() { if let outer { uselocale(outer) } }
}
