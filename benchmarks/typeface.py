"""Cut Inter to what pictures write: `python benchmarks/typeface.py FOLDER` of its OpenType files.

They come from https://rsms.me/inter, or from Debian's package fonts-inter; what is made goes to
`optiviz/views/fonts`. Outlines become quadratic, as TrueType has them, which a PDF can embed, and
the digits are those of equal width, so that a counter does not shiver.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

CUTS = ("Regular", "SemiBold", "Italic")
HOME = Path(__file__).parents[1] / "optiviz" / "views" / "fonts"
KEPT = set(range(0x20, 0x180)) | {0x2007, 0x2009, 0x202F} | set(map(ord, (
    "ˆˇ˘˙˚˛˜˝\N{COMBINING CIRCUMFLEX ACCENT}\N{COMBINING TILDE}\N{COMBINING MACRON}ḡ"
    "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψωϑϕϵ"
    "‐‑‒–—‘’“”„†‡•…‰′″‹›⁄€™ℓℝ⁰ⁱ⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵃᵇᵈᵉᵍʰᵏᵐᵒᵖᵗᵘᵛ"
    "←↑→↓↔↕↖↗↘↙⇐⇒⇔∀∂∃∅∆∇∈∏∑−∓∕∗∘√∞∠∥∧∨∩∪∫∼≈≠≡≤≥≪≫⊂⊃⊥⋅⋮⋯■□▲△▶▷▼▽◀◆◇○●★☆✓✗×"
)))  # fmt: skip
DIGITS = range(ord("0"), ord("9") + 1)
ERROR = 1.0  # units of 2048 or more to the em by which a curve may be off


def cut(source: Path, target: Path) -> None:
    """Write the glyphs that pictures may need, as TrueType."""
    font = TTFont(source)
    equal = _tabular(font)
    for table in font["cmap"].tables:
        table.cmap = table.cmap | {n: equal.get(table.cmap[n], table.cmap[n]) for n in DIGITS}
    options = Options()
    options.layout_features, options.hinting, options.glyph_names = [], False, False
    options.name_IDs, options.notdef_outline = [0, 1, 2, 3, 4, 6, 13, 14, 16, 17], True
    subset = Subsetter(options)
    subset.populate(unicodes=KEPT)
    subset.subset(font)
    _quadratic(font)
    font.save(target)
    font.flavor = "woff2"  # of pages and drawings; takes the package brotli
    font.save(target.with_suffix(".woff2"))


def _tabular(font: TTFont) -> dict[str, str]:
    """The glyphs of equal width that stand for others."""
    table = font["GSUB"].table
    (feature, *_) = (r.Feature for r in table.FeatureList.FeatureRecord if r.FeatureTag == "tnum")
    found: dict[str, str] = {}
    for index in feature.LookupListIndex:
        for part in table.LookupList.Lookup[index].SubTable:
            found |= getattr(part, "ExtSubTable", part).mapping
    return found


def _quadratic(font: TTFont) -> None:
    """Turn cubic outlines into a TrueType table."""
    glyphs, order = font.getGlyphSet(), font.getGlyphOrder()
    drawn = {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, ERROR, reverse_direction=True))
        drawn[name] = pen.glyph()
    del font["CFF "]
    if "VORG" in font:
        del font["VORG"]
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, drawn
    head = font["maxp"]
    head.tableVersion = 0x00010000
    for field in ("Zones", "TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs"):
        setattr(head, f"max{field}", int(field == "Zones"))
    head.maxStackElements = head.maxSizeOfInstructions = 0
    head.maxComponentElements = max(
        (len(g.components) for g in drawn.values() if g.isComposite()), default=0
    )
    font["post"].formatType, font["post"].extraNames = 3.0, []
    font["post"].mapping, font.sfntVersion = {}, "\x00\x01\x00\x00"


if __name__ == "__main__":
    for name in CUTS:
        cut(Path(sys.argv[1]) / f"Inter-{name}.otf", HOME / f"Inter-{name}.ttf")
