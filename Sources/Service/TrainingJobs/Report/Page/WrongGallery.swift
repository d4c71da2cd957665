/// The pictures that the network got most wrong, to look at: a wrong label, an odd picture, or a class that is hard.
struct WrongGallery {
    let pictures: [WrongPicture]
    /// In the same order, not more.
    let thumbnails: [Thumbnail]
    let evaluated: Int

    var html: HTML {
        guard evaluated > 0 else { return "" }
        guard !pictures.isEmpty else { return ReportPage.section("What it got wrong", ["<p>None of the \(evaluated) pictures.</p>"]) }
        let items = zip(pictures, thumbnails).map { wrong, thumbnail -> HTML in
            """
            <li><img src="\(thumbnail.dataURL)" alt="\(wrong.picture)" width="128"><strong>\(wrong.label)</strong><br>\
            taken for <strong>\(wrong.predicted)</strong> (\(Figures.percent(wrong.probability)))<br>\
            <span class="soft">true class: \(Figures.percent(wrong.labelProbability))<br>\(wrong.picture)</span></li>
            """
        }
        let shown: HTML = pictures.count == WrongPicture.limit ? " The \(pictures.count) worst are shown." : ""
        return ReportPage.section(
            "What it got most wrong",
            [
                "<p>The pictures whose true class it thought least likely. Look at them: a wrong label, a picture that is not like the others, or a class that is hard.\(shown)</p>",
                "<ul class=\"gallery\">\(items)</ul>",
            ])
    }
}
