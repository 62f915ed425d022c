"""Characters that a document only draws: superscripts, subscripts and those of the font Symbol -> Unicode's."""

from __future__ import annotations

_BASE_CHARS = "0123456789+-−=()ni"
_SUPERSCRIPT = dict(zip(_BASE_CHARS, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", strict=True))
_SUBSCRIPT = dict(zip(_BASE_CHARS, "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₙᵢ", strict=True))
_PRIVATE_USE = 0xF000
"""What Word adds to the codes of a font with characters of its own."""
_SYMBOL = {
    code: sign
    for first, signs in (
        (0x21, "!∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"),
        (0xA1, "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊⟨®©™∑"),
        (0xF1, "⟩∫"),
    )
    for code, sign in enumerate(signs, first)
}
"""Codes of the font Symbol -> characters, without the parts of large brackets."""


def superscript(words: str) -> str:
    """Return words in Unicode's superscript characters, or unchanged if it does not have all of them."""
    return _replace_all(_SUPERSCRIPT, words)


def subscript(words: str) -> str:
    """Return words in Unicode's subscript characters, or unchanged if it does not have all of them."""
    return _replace_all(_SUBSCRIPT, words)


def symbol(font: str, code: int) -> str:
    """Return the character that a font shows at a code, "" if it is unknown."""
    if font.casefold() == "symbol":
        return _SYMBOL.get(code - _PRIVATE_USE if code >= _PRIVATE_USE else code, "")
    return chr(code) if chr(code).isprintable() else ""


def _replace_all(signs: dict[str, str], words: str) -> str:
    """Return words with each character replaced, or unchanged if one is not in ``signs``."""
    return "".join(signs.get(char, char) for char in words) if all(char in signs for char in words) else words
