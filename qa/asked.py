"""Question -> the kind of answer it wants: a sentence, a whole list, or the row of a table that decides.

The words are those that questions of each language begin with or turn on; what the question is about plays no part.
"""

from __future__ import annotations

from enum import Enum

import regex


class Wanted(Enum):
    """What a question wants."""

    SENTENCE = "sentence"
    """A sentence, an item or a row: what most questions want."""
    LIST = "list"
    """All items of a list, or all steps of a procedure."""
    ROWS = "rows"
    """How many rows a table has, for which all of them are evidence."""
    LARGEST = "largest"
    SMALLEST = "smallest"
    FIRST = "first"
    LAST = "last"
    """The row of a table that has the largest or smallest value, or its first or last row."""


_LIST = regex.compile(
    r"一覧|すべて|全て|全部|挙げ|列挙|手順|流れ|やり方|仕方|方法|どうやって|どうすれば|何と何|どれとどれ|何がありま|何がある"
    r"|どんなもの|何が必要|哪些|列出|所有|步骤|步驟|流程|怎么|怎麼|怎样|怎樣|如何|모두|전부|목록|절차|단계|방법|어떻게"
    r"|\b(?:list|all|every|steps?|procedure|what are|how (?:do|can|should|does) (?:i|you|we|one)|how to)\b"
    r"|\b(?:welche|liste|alle|schritte|wie (?:kann|muss|soll|mache|geht))\b"
    r"|\b(?:quel(?:le)?s sont|liste|tou(?:s|tes) les|étapes|comment)\b"
    r"|\b(?:cu[áa]les|lista|tod[oa]s|pasos|c[óo]mo|quais|passos|como|quali|tutt[ei]|passaggi|come (?:si|posso))\b"
    r"|\b(?:какие|перечисли\w*|список|шаги|как (?:мне|можно|нужно))\b|اذكر|جميع|خطوات|كيف|ما هي"
    r"|những gì|các bước|liệt kê|tất cả|làm thế nào|làm sao|อะไรบ้าง|ทั้งหมด|ขั้นตอน|อย่างไร|วิธี"
    r"|apa saja|daftar|semua|langkah|bagaimana cara",
    regex.IGNORECASE,
)
_ROWS = regex.compile(
    r"いくつあり|いくつある|何種類|何件|何項目|何行|有多少种|有几种|共有几|몇 가지|몇 개|\bwie viele .* gibt es\b"
    r"|\bhow many .*\b(?:are there|are listed)\b|\bcombien .* y a-t-il\b|\bcu[áa]nt[oa]s .* hay\b",
    regex.IGNORECASE,
)
_MOST = regex.compile(
    r"最(?=[も大高長多年遅重古遠安小低短少早軽新速良強厚薄深浅広狭便贵貴快慢好长轻远])|一番(?![上下])|いちばん|가장|제일|\b(?:сам[аоы]\w+|наи\w+)\b|الأكثر|الأعلى|الأقل|الأدنى|أكبر|أصغر"
    r"|nhất|ที่สุด|\bpaling\b|\b(?:le|la) (?:plus|moins)\b|\b(?:el|la|lo|os?|as?|il) (?:m[áa]s|menos|mais|più|meno)\b"
    r"|\b(?:most|(?<!at )least|fewest|largest|biggest|highest|longest|smallest|lowest|shortest|cheapest|oldest|youngest"
    r"|newest|latest|earliest|heaviest|lightest|tallest|widest|farthest|nearest|fastest|slowest)\b|\bam \w+sten\b"
    r"|\b(?:größ|höch|mei|teuer|billig|günstig|klein|niedrig|läng|kürze|frühe|späte|schwer|leichte)ste\w*",
    regex.IGNORECASE,
)
_SMALL = regex.compile(
    r"[安短低近軽若早古][いくか]|少な|小さ|最[安小低短少早軽古]|便宜|少|短|小|低|近|轻|早|(?<!비)싼|적은|짧은|작은|낮은"
    r"|least|fewest|cheapest|smallest|lowest|shortest|earliest|youngest|nearest|lightest|oldest"
    r"|billigst|günstigst|kleinst|niedrigst|kürzest|wenigst|frühest|leichtest|moins|menos|barat|pequeñ|menor|meno\b"
    r"|дешев|мал|низк|коротк|أقل|أصغر|الأدنى|أرخص|rẻ|ít|nhỏ|thấp|ถูก|น้อย|เล็ก|murah|kecil",
    regex.IGNORECASE,
)
_FIRST = regex.compile(
    r"一番上|(?:表|一覧|リスト|列表|名单)(?:の|的|里)?(?:最初|先頭|第一)"
    r"|\bfirst (?:row|entry|item|line|in the|on the list)",
    regex.IGNORECASE,
)
_LAST = regex.compile(
    r"一番下|(?:表|一覧|リスト|列表|名单)(?:の|的|里)?(?:最後|末尾|最后)"
    r"|\blast (?:row|entry|item|line|in the|on the list)",
    regex.IGNORECASE,
)


def wanted(question: str) -> Wanted:
    """Return what a question wants."""
    if _FIRST.search(question):
        return Wanted.FIRST
    if _LAST.search(question):
        return Wanted.LAST
    if _MOST.search(question):
        return Wanted.SMALLEST if _SMALL.search(question) else Wanted.LARGEST
    if _ROWS.search(question):
        return Wanted.ROWS
    return Wanted.LIST if _LIST.search(question) else Wanted.SENTENCE
