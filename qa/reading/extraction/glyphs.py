"""Signs that a document draws and does not write: raised and lowered ones, those of the font Symbol."""

from __future__ import annotations

_PLAIN = "0123456789+-−=()ni"
_RAISED = dict(zip(_PLAIN, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", strict=True))
_LOWERED = dict(zip(_PLAIN, "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₙᵢ", strict=True))
_PRIVATE = 0xF000
"""From where on Word has the codes of a font with signs of its own."""
_SYMBOL = {
    code: sign
    for first, signs in (
        (0x21, "!∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"),
        (0xA1, "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊⟨®©™∑"),
        (0xF1, "⟩∫"),
    )
    for code, sign in enumerate(signs, first)
}
"""What the font shows at its codes, but for the parts of large brackets."""


def raised(words: str) -> str:
    """Superscript as Unicode writes it, the same words where it cannot write all of them."""
    return _with(_RAISED, words)


def lowered(words: str) -> str:
    """Subscript as Unicode writes it, the same words where it cannot write all of them."""
    return _with(_LOWERED, words)


def symbol(font: str, code: int) -> str:
    """The sign that a font shows at a code; "" where only the font knows it."""
    if font.casefold() == "symbol":
        return _SYMBOL.get(code - _PRIVATE if code >= _PRIVATE else code, "")
    return chr(code) if chr(code).isprintable() else ""


def _with(signs: dict[str, str], words: str) -> str:
    return "".join(signs.get(char, char) for char in words) if all(char in signs for char in words) else words
