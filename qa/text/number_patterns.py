"""What stands before and after a number, as patterns and sets of characters; `qa.text.numbers` says what it means."""

from __future__ import annotations

import re

from qa.text.number_words import MONTHS, SCALES, UNITS
from qa.text.numerals import KANJI, MYRIADS, TENS

BUDDHIST = 543
"""Years from the Buddhist to the Gregorian era, as Thailand, Laos and Cambodia count."""
BUDDHIST_SIGNS = ("พ.ศ.", "พุทธศักราช", "ปี", "ພ.ສ.", "ព.ស.", "b.e.", "仏暦", "佛暦", "佛曆", "佛历")
LONGEST_ERA = 150
"""The year up to which one is looked for an era before it."""
REACH = 24
"""Code points within which the word before a number is looked for."""
CURRENCIES = tuple("$€£¥₹₩฿")
SHORT_SCALES = {"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9}
"""Those that are scales beside a sign of a currency only."""
VAGUE = frozenset("数何幾數几")
"""What makes a numeral after it none: 数千人."""

_LETTERS = "a-z\u00df-\u024f\u0370-\u052f"
QUICK = re.compile(
    rf"(?<![{_LETTERS}+])(?![0-9]{{1,3}}年|2[4-6][0-9][0-9]年)([1-9][0-9]{{0,11}}+)"
    rf"([{''.join(sorted(set(UNITS) - set('条條조時时시분分點点점년')))}])"
)
"""Matches the most frequent numbers, those that depend on nothing else around them."""
FOLLOWING = frozenset([*UNITS, *KANJI, *TENS, *MYRIADS, *"○ヶヵかカケ箇個个割%パ小"])
"""What follows a kanji numeral that is a number by itself."""
LEADING = ("第", "の", "之", "第 ")
"""What goes before one that is a number even without that."""
ASCII_DIGITS = frozenset("0123456789")
BEFORE_SPACE = ASCII_DIGITS | frozenset("만억조")
"""What may be parted by a space from what it counts."""
START_ASCII = re.compile("[0-9]")
START = re.compile(rf"[0-9{KANJI}{TENS}元]")
DIGIT = re.compile(r"\d")
FOREIGN = re.compile("[\u0660-\u1c59\ua620-\uabf9\U000104a0-\U0001fbf9]")
"""The ranges that hold digits besides those of ASCII, once NFKC has folded the fullwidth ones."""
SIGN = re.compile("[٬٫٪’‐‑–]")
SIGNS = dict(zip("٬٫٪’‐‑–", ",.%'---", strict=True))
LETTER = re.compile(f"[{_LETTERS}]")
GLUED = re.compile(r"[0-9]+(?:[-.,:/][0-9]+)*")
"""Digits, with all that is joined to them, of a word such as v2.1."""
SIMPLE = re.compile(r"[0-9]++(?![-.,:/'][0-9]| [0-9]{3})")
"""Digits that nothing joins to others."""
CODE = re.compile(
    r"(?:(?<=\+)[0-9][0-9() -]{5,}[0-9]"  # a telephone number
    r"|[0-9]+(?:-[0-9]+){2,}|0[0-9]+-[0-9]+"  # one as well, an ISBN
    rf"|[0-9]{{3}}-[0-9]{{4}}(?![{''.join(UNITS)}])"  # a postal code
    r")(?![0-9])"
)
DATE = re.compile(r"(?P<year>[0-9]{4})([-/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})(?![0-9]|[-/.][0-9])")
DAY_FIRST = re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})(?![0-9]|[-/.][0-9])")
SLASHES = re.compile(r"[0-9]+(?:/[0-9]+)+")
YEAR = re.compile(r"[0-9]{4}")
TIME = re.compile(r"(?P<hour>[01]?[0-9]|2[0-4]):(?P<minute>[0-5][0-9])(?::[0-5][0-9])?(?![0-9:])")
SPACED = re.compile(r"[1-9][0-9]{0,2}(?: [0-9]{3}){1,5}(?![0-9]| [0-9])")
WORD_AFTER = re.compile(r"(?:st|nd|rd|th|er|o|\.)?(?: de| of)?[ -]?([^\W\d_][^\s\d.,;:()\[\]!?\"'。、・「」『』…—-]*)")
DAY_BEFORE = re.compile(r" [0-9]{1,2}(?:st|nd|rd|th)?,? \Z")
HALF_DAY = re.compile(r"(?:(午後|下午|오후)|午前|上午|오전) ?\Z")
ORDINAL = re.compile(r"(?:第|条[の之]|百分[の之]) ?\Z")
LIST = re.compile(r"[0-9,]+")
PIECE = re.compile(r"[0-9]+")
THAI_WORD = re.compile("พัน|หมื่น|แสน|ล้าน")
_NO_UNIT = frozenset(["", *"\n\t.,:;/)]}'\"-、。・)」』"])
NO_WORD = _NO_UNIT - {"."} | frozenset(UNITS)
CLOCK = re.compile(r" ?([ap])\.?m\b\.?")
THAI_SCALE = re.compile(r" ?((?:พัน|หมื่น|แสน|ล้าน)+)")
PERCENT = re.compile(
    r" ?(?:%|パーセント|퍼센트|प्रतिशत"
    r"|(?:per ?cent|pct|p(?:ou|e)r cento?|por cien(?:to)?|por cento|pro[zc]ent|процент\w*)\b)"
)
PLAIN = frozenset(["", *" \n\t.,:;/()[]{}'\"-!?=<>|_*`、。・「」『』"])
"""What can stand beside digits that are no more than a number."""
GOING_ON = frozenset(" .-")
"""What can stand between digits and a word that belongs to them."""
KNOWN = frozenset([*SCALES, *SHORT_SCALES, *MONTHS, "a", "am"])
BUDDHIST_CENTURIES = ("24", "25", "26")
PERCENT_STARTS = frozenset("%パ퍼प pп")
OF_COUNTERS = frozenset("ヶヵかカケ箇個个")
OF_MONTHS = re.compile(r"[ヶヵかカケ箇個个]([月所国])")
FRACTION = re.compile(rf"分[の之][0-9{KANJI}{TENS}]")
NOT_TENTHS = re.compile("割[るりられっ合]")
HUNDREDTHS = re.compile(rf"([1-9{KANJI}])分")
SUBARTICLE = re.compile(rf"(?:[の之](?:[0-9]++|[{KANJI}{TENS}]++))+(?!つ|(?![第及又並但])[\u4e00-\u9fff々])")
NO_COUNT = re.compile(
    "一(?:部(?!屋)|時(?![間0-9半一二三四五十])|番(?!目|地|線)|度[もにはとで]|本化|層|杯|円[のに]|台詞|点張|枚岩|件落"
    "|名を|倍に)"
    "|[一二三]元(?:[論化管的方]|及)"
    "|二(?:度と|枚[目貝]|本松|日酔|分[しさす化])|三(?:日(?:月|坊主)|位一体)|六本木|九頭[竜龍]|千(?:歳|枚通|羽鶴)"
    "|[四五八]日市|[六十]日町|五十嵐|八百[屋長]|八百万の神|百分"
    "|(?<!時)十分(?![間後前以弱強過]|おき|ごと|ほど|程)"
)
"""Words that begin as a numeral with what it counts does."""
