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
    r"一覧|挙げ|列挙|手順|流れ|やり方|仕方|方法|どうやって|どうすれば|何と何|どれとどれ|何がありま|何がある|どんなもの|何が必要"
    r"|を(?:すべて|全て|全部)|(?:すべて|全て|全部)(?:教え|書|並べ|示し|知り|の.{1,12}を)"
    r"|哪些|列出|步骤|步驟|流程|怎么|怎麼|怎样|怎樣|如何|모두|전부|목록|절차|단계|방법|어떻게"
    r"|\b(?:list (?:all|every|the)|(?:name|show) all|all (?:of )?the|steps?|procedure|what are|how to"
    r"|how (?:do|can|should|does|may) (?:i|you|we|one)|how (?:can|may) (?:the|an?) \w+)\b"
    r"|\b(?:welche \w+ (?:brauch|benötig|sind|gibt|gehören|müssen|muss)\w*|liste|schritte|alle \w+ (?:auf|nennen)"
    r"|wie (?:kann|muss|soll|mache|geht))\b"
    r"|\b(?:quel(?:le)?s sont|liste|tou(?:s|tes) les|étapes|comment (?:faire|puis|dois|doit|peut))\b"
    r"|\b(?:cu[áa]les|lista|tod[oa]s l[oa]s|pasos|c[óo]mo (?:se|puedo|hago|debo|hay)|quais|todos os|todas as|passos"
    r"|como (?:posso|faço|devo|fazer|se)|quali|tutt[ei] (?:i|gli|le)|passaggi|come (?:si|posso|faccio|devo))\b"
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
_SMALLEST = regex.compile(
    r"(?:最も|もっとも|一番|いちばん)[^、。?？]{0,12}?(?:[安短低早近軽若古狭薄浅細弱][いくか]|少な|小さ)"
    r"|最(?:小|低|少|短|安|古|軽|年少|寄り|便宜|轻|輕|近(?=的)|早|旧|慢|弱|薄|浅|窄|年轻)"
    r"|(?:가장|제일)\s*\S{0,6}?\s?(?:(?<!비)싼|(?<!비)싸|작은|작|적은|적게|낮|짧|가벼|이른|가까)"
    r"|(?<!at )\bleast\b|\b(?:fewest|cheapest|smallest|lowest|shortest|earliest|youngest|nearest|closest|lightest"
    r"|oldest|narrowest|thinnest|coldest)\b"
    r"|\b(?:billigste|günstigste|kleinste|niedrigste|kürzeste|wenigste|früheste|leichteste|älteste|jüngste)[nmrs]?\b"
    r"|\b(?:le|la|les) (?:\w+ ){0,3}?(?:moins|plus (?:petit|bas|basse|court|jeune|tôt|proche|léger|ancien|vieux)\w*)\b"
    r"|\b(?:el|la|l[oa]s|lo) (?:\w+ ){0,3}?(?:menos|menor(?:es)?"
    r"|más (?:barat|pequeñ|baj|cort|joven|jóven|tempran|cercan|liger|antigu)\w*)\b"
    r"|\b(?:o|a|os|as) (?:\w+ ){0,3}?(?:menos|menor(?:es)?"
    r"|mais (?:barat|pequen|baix|curt|jove|ced|próxim|leve|antig)\w*)"
    r"|\b(?:il|la|lo|i|gli|le) (?:\w+ ){0,3}?(?:meno\b|minore|più (?:economic|piccol|bass|cort|brev|giovan|vicin|legger"
    r"|antic|prest)\w*)"
    r"|\b(?:сам\w+ (?:дешев|дешёв|маленьк|низк|коротк|ранн|молод|близк|легк|лёгк|стар)\w*|наимен\w*|меньше всего"
    r"|минимальн\w*)\b"
    r"|(?:أصغر|أقل|أدنى|أقصر|أرخص|أقرب|أخف|أقدم|الأصغر|الأقل|الأدنى|الأقصر|الأرخص)(?!\p{L})"
    r"|\b(?:rẻ|ít|nhỏ|thấp|ngắn|sớm|gần|nhẹ|trẻ|cũ) nhất\b|(?:ถูก|น้อย|เล็ก|ต่ำ|สั้น|ใกล้|เบา|เก่า)ที่สุด"
    r"|\bpaling (?:murah|sedikit|kecil|rendah|pendek|awal|dekat|ringan|muda)\b"
    r"|\bter(?:murah|kecil|endah|pendek|sedikit|dekat|ringan|muda)\b",
    regex.IGNORECASE,
)
_SUPERLATIVE = regex.compile(
    r"(?:最も|もっとも|一番|いちばん)[^、。?？]{0,12}?(?:[高多長重遅遠速強厚深広太安短低早近軽若古狭薄浅細弱][いくか]|大き|新し|少な|小さ)"
    r"|最(?:大|高|多|長|重|新|遠|年長|长|贵|貴|远|晚|快|强|厚|深|宽)"
    r"|(?:가장|제일)\s*\S{0,6}?\s?(?:큰|크|많|비싼|비싸|높|긴|길|무거|늦|먼|멀|최근)"
    r"|(?<!at )\bmost\b(?! of)|\b(?:largest|biggest|highest|longest|newest|latest|heaviest|tallest|widest|farthest"
    r"|fastest|slowest|greatest|strongest|deepest|thickest|hottest|richest)\b"
    r"|\b(?:größte|höchste|längste|meiste|teuerste|schwerste|späteste|neueste|neuste|weiteste|schnellste|stärkste|breiteste"
    r"|tiefste)[nmrs]?\b"
    r"|\b(?:le|la|les) (?:\w+ ){0,3}?plus\b|\b(?:el|la|l[oa]s|lo) (?:\w+ ){0,3}?(?:más(?! de\b)|mayor(?:es)?\b)"
    r"|\b(?:o|a|os|as) (?:\w+ ){0,3}?(?:mais(?! de\b)|maior(?:es)?\b)"
    r"|\b(?:il|la|lo|i|gli|le) (?:\w+ ){0,3}?(?:più\b|maggior)"
    r"|\b(?:сам\w+ \w+|наибол\w*|больше всего|максимальн\w*|крупнейш\w*)\b"
    r"|(?:أكبر|أعلى|أطول|أكثر|أثقل|أحدث|أغلى|الأكبر|الأعلى|الأطول|الأكثر|الأغلى)(?!\p{L})"
    r"|(?<!thứ |duy |thống )\bnhất\b(?! định)|ที่สุด|\bpaling \w+"
    r"|\bter(?:besar|tinggi|panjang|mahal|banyak|berat|jauh|baru)\b",
    regex.IGNORECASE,
)
"""Superlatives with the adjective that they are of. What `_SMALLEST` has too is small; everything else is large."""
_FIRST = regex.compile(
    r"(?:表|一覧|リスト|列表|名单)(?:の|的|里)?(?:一番上|最初|先頭|第一)|一番上の(?:行|項目)"
    r"|\bfirst (?:row|entry|item|line)\b|\bfirst (?:\w+ ){0,2}(?:in|on|of) the (?:table|list)\b",
    regex.IGNORECASE,
)
_LAST = regex.compile(
    r"(?:表|一覧|リスト|列表|名单)(?:の|的|里)?(?:一番下|最後|末尾|最后)|一番下の(?:行|項目)"
    r"|\blast (?:row|entry|item|line)\b|\blast (?:\w+ ){0,2}(?:in|on|of) the (?:table|list)\b",
    regex.IGNORECASE,
)


def wanted(question: str) -> Wanted:
    """Return what a question wants."""
    if _FIRST.search(question):
        return Wanted.FIRST
    if _LAST.search(question):
        return Wanted.LAST
    if extreme := _extreme(question):
        return extreme
    if _ROWS.search(question):
        return Wanted.ROWS
    return Wanted.LIST if _LIST.search(question) else Wanted.SENTENCE


def _extreme(question: str) -> Wanted | None:
    """Return whether a question wants the largest or the smallest; None if it wants neither, or names both."""
    small = [match.span() for match in _SMALLEST.finditer(question)]
    superlatives = (match.span() for match in _SUPERLATIVE.finditer(question))
    large = [span for span in superlatives if not any(span[0] < end and start < span[1] for start, end in small)]
    if bool(small) == bool(large):
        return None
    return Wanted.SMALLEST if small else Wanted.LARGEST
