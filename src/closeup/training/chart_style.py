"""How a chart looks, on light pages and on dark ones."""

from collections.abc import Sequence

LIGHT = ("#1d5fc4", "#c2500a", "#1a8048", "#8638b5", "#0b7c90", "#c02345", "#766400", "#59626e")
DARK = ("#7db0ff", "#ff9f5f", "#62d490", "#d19bf7", "#52cce0", "#ff8699", "#dcc54e", "#b0b9c5")


def style() -> str:
    """Rules of this class alone: a chart may stand in the text of a page, beside others."""
    rules = (
        "text{{font:12px system-ui,'DejaVu Sans',sans-serif;fill:{ink}}}"
        ".title{{font-size:15px;font-weight:600}} .tick,.faint{{fill:{faint}}}"
        " .ground{{fill:{ground}}} path{{fill:none}} .grid{{stroke:{grid}}} .zero{{stroke:{zero}}}"
        " .line{{stroke-width:2;stroke-linejoin:round}}"
        " .raw,.only{{stroke-linecap:round;stroke-width:3;opacity:.3}}"
        " .only{{stroke-width:7;opacity:1}} .band{{opacity:.18}}"
    )
    light = {"ink": "#1b1f24", "faint": "#5d6570", "ground": "#fff", "grid": "#e7eaee"}
    dark = {"ink": "#eceff3", "faint": "#a2abb6", "ground": "#15181d", "grid": "#2a2f37"}
    return (
        _scoped(rules.format(**light, zero="#9aa2ad"), LIGHT)
        + "@media (prefers-color-scheme:dark){"
        + _scoped(rules.format(**dark, zero="#6d7681"), DARK)
        + "}"
    )


def _scoped(rules: str, colours: Sequence[str]) -> str:
    for number, colour in enumerate(colours):
        rules += f" .s{number}{{stroke:{colour}}} .f{number}{{fill:{colour}}}"
    blocks = [block.strip() for block in rules.split("}") if block.strip()]
    return "".join(
        ",".join(f".closeup-chart {name.strip()}" for name in names.split(",")) + "{" + body + "}"
        for names, _, body in (block.partition("{") for block in blocks)
    )
