/// The look of a report: readable on a screen, in the dark and on paper; no font, image or script from elsewhere.
enum ReportStyle {
    /// Colours of curves, told apart also by people who see red and green alike. Source: Okabe and Ito 2008.
    static let curves = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]

    static func curve(_ index: Int) -> String { curves[index % curves.count] }

    static let css: HTML = """
        :root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6470;--line:#d5dae1;--card:#f5f7f9;--paper:#fff;--good:#00684a;--bad:#a63c00}
        @media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#9aa4b0;--line:#39414b;--card:#20262d;--paper:#15191e;--good:#4fc79a;--bad:#f08a4b}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:66rem;padding:2rem 1.25rem 4rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
        h1{font-size:1.7rem;line-height:1.25;margin:0 0 .25rem;overflow-wrap:anywhere}
        h2{font-size:1.2rem;margin:2.5rem 0 .75rem;padding-top:1rem;border-top:1px solid var(--line)}
        h3{font-size:1rem;margin:1.25rem 0 .5rem}
        p{margin:.5rem 0}.soft{color:var(--soft)}.small{font-size:.875rem}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.75rem;margin:1rem 0}
        .tile{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem}
        .tile b{display:block;font-size:1.5rem;line-height:1.3}.tile span{display:block}
        .note{border-left:.25rem solid var(--line);background:var(--card);padding:.6rem 1rem;margin:1rem 0}
        .note.good{border-color:var(--good)}.note.bad{border-color:var(--bad)}
        .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(24rem,1fr));gap:1.5rem}
        figure{margin:0}figcaption{font-weight:600;margin-bottom:.4rem}
        svg{display:block;width:100%;height:auto;max-width:34rem}
        svg text{font:12px system-ui,sans-serif;fill:var(--soft)}
        .axis{stroke:var(--soft);stroke-width:1}.grid{stroke:var(--line);stroke-width:1}
        .key{display:flex;flex-wrap:wrap;gap:.25rem 1rem;font-size:.875rem;margin:.3rem 0 0;padding:0;list-style:none}
        .key i{display:inline-block;width:1.4rem;border-top:3px solid;vertical-align:middle;margin-right:.4rem}.key i.dashed{border-top-style:dashed}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;font-size:.925rem;margin:.5rem 0}
        caption{text-align:left;font-weight:600;padding-bottom:.4rem}
        th,td{text-align:left;padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
        th{font-weight:600}thead th{color:var(--soft)}.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .matrix td,.matrix thead th{text-align:center;padding:.35rem .5rem;border:1px solid var(--paper);min-width:2.6rem}
        .matrix tbody th{padding-right:.75rem;text-align:right;max-width:16rem}.matrix th{overflow-wrap:break-word}.matrix thead th{max-width:9rem}
        .gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:1rem;padding:0;margin:0;list-style:none}
        .gallery li{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem;font-size:.85rem;overflow-wrap:anywhere}
        .gallery img{display:block;max-width:100%;height:8rem;object-fit:contain;margin:0 auto .5rem;image-rendering:auto}
        dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.25rem;font-size:.925rem;margin:.5rem 0}
        dl.facts dt{color:var(--soft)}dl.facts dd{margin:0;overflow-wrap:anywhere}
        @media print{body{max-width:none;padding:0}h2{break-after:avoid}figure,.tile,.gallery li,tr{break-inside:avoid}}
        @media(max-width:36rem){.columns{grid-template-columns:1fr}dl.facts{grid-template-columns:1fr}dl.facts dd{margin-bottom:.4rem}}
        """
}
