"""Folded text -> the numbers in it, each in one form: 二〇一三年, 2013年 and 平成25年 all give ``2013`` and ``2013年``.

    numbers("第九条")           9 and 9条
    numbers("3億5,000万円")     350000000 and 350000000円
    numbers("午後3時")          3, 3時, 15 and 15時
    numbers("พ.ศ. ๒๕๕๙")        2559 and 2016

The forms are for matching alone. What can be read in two ways (1.234, the year of an era) gives both; what only looks
like a number (三重県, 3.10.1, 03-1234-5678) gives none, nor do the days of an ambiguous date (4/1/2013). No library
says where in a text such numbers stand: japanera reads a date of a given format, and see `qa.text.numerals`.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from math import prod
from typing import NamedTuple

from qa.text import number_patterns as around
from qa.text.number_words import ERA_LETTERS, ERAS, MONTHS, SCALES, UNITS
from qa.text.numerals import NUMERAL, values, written


class Number(NamedTuple):
    """One reading of a number in a text.

    Attributes:
        form: its value in decimal notation, followed by what it counts where that is known: ``2.5``, ``9条``, ``50%``.
        start, end: the place of all that the reading comes from, such as 平成25年; 0-based code points, end exclusive.
    """

    form: str
    start: int
    end: int


def numbers(text: str) -> list[Number]:
    """Return the readings of the numbers in a text that is folded by NFKC and case, number by number."""
    return _Reader(text).read()


class _Reader:
    """Reads one text from its beginning to its end; each method that reads returns where it stopped."""

    def __init__(self, text: str) -> None:
        if not text.isascii():
            text = around.SIGN.sub(lambda sign: around.SIGNS[sign.group()], text)
            if around.FOREIGN.search(text):
                text = around.DIGIT.sub(lambda digit: str(unicodedata.decimal(digit.group())), text)
        self.begins = around.START_ASCII if text.isascii() else around.START
        self.text = text
        self.found: list[Number] = []

    def read(self) -> list[Number]:
        """Return the readings, in the order of the numbers."""
        at, text = 0, self.text
        while begin := self.begins.search(text, at):
            start, char = begin.start(), begin.group()
            if quick := around.QUICK.match(text, start):
                at = quick.end()
                self.found.append(Number(quick[1], start, at - 1))
                self.found.append(Number(quick[1] + UNITS[quick[2]], start, at))
            elif char in around.ASCII_DIGITS:
                at = self._read_digits(start)
            elif char == "元":
                at = self._read_first_year(start)
            elif text[start + 1 : start + 2] in around.FOLLOWING or text[max(0, start - 2) : start].endswith(
                around.LEADING
            ):
                at = self._read_kanji(start)
            else:
                at = start + 1
        return list(dict.fromkeys(self.found))

    def _add(self, value: Decimal | int, unit: str, start: int, end: int, unit_end: int) -> None:
        """Add a value by itself, and with what it counts."""
        form = written(Decimal(value))
        self.found.append(Number(form, start, end))
        if unit:
            self.found.append(Number(form + unit, start, unit_end))

    def _read_first_year(self, start: int) -> int:
        era = self._era_before(start)
        if era and self.text.startswith("年", start + 1):
            self._add(ERAS[era] + 1, "年", start - len(era), start + 2, start + 2)
            self._add(1, "年", start, start + 1, start + 2)
        return start + 1

    def _era_before(self, start: int) -> str:
        before = self.text[max(0, start - 2) : start]
        return before if before in ERAS else ""

    def _read_digits(self, start: int) -> int:
        """Read what begins with a digit: a number, a date, a time, or what is none of them."""
        text = self.text
        if start and around.LETTER.match(text, start - 1):
            return self._read_glued(start)
        if simple := around.SIMPLE.match(text, start):
            if self._is_bare(start, simple.end()):
                self.found.append(Number(simple.group(), start, simple.end()))
                return simple.end()
            code = around.CODE.match(text, start) if text[start - 1 : start] == "+" else None
            return code.end() if code else self._read_numeral(start)
        if (date := around.DATE.match(text, start) or around.DAY_FIRST.match(text, start)) and self._read_date(date):
            return date.end()
        if time := around.TIME.match(text, start):
            return self._read_time(time)
        if code := around.CODE.match(text, start):
            return code.end()
        if slashes := around.SLASHES.match(text, start):
            for year in around.YEAR.finditer(text, start, slashes.end()):
                self._add(int(year.group()), "", *year.span(), 0)
            return slashes.end()
        if spaced := around.SPACED.match(text, start):
            self._describe([Decimal(spaced.group().replace(" ", ""))], start, spaced.end())
        return self._read_numeral(start)

    def _is_bare(self, start: int, end: int) -> bool:
        """Tell whether nothing around digits says more of them, quickly; False is always right."""
        text = self.text
        before, after = text[start - 1 : start], text[end : end + 1]
        if text[start] == "0" or end - start > 12 or after not in around.PLAIN or before not in around.PLAIN:
            return False
        if after in around.GOING_ON:
            word = around.WORD_AFTER.match(text, end)
            if text.startswith(" %", end) or (
                word and (word[1] in around.KNOWN or word[1][0] == "p" or word[1] >= "\u0370")
            ):
                return False
        if before == " " and (text[max(0, start - 3) : start - 1] in ERAS or self._month_before(start, with_day=True)):
            return False
        return end - start != 4 or text[start : start + 2] not in around.BUDDHIST_CENTURIES

    def _read_glued(self, start: int) -> int:
        """Pass over digits that belong to a word (mp3, v2.1), except the year of an era (H25年)."""
        end = around.GLUED.match(self.text, start).end()  # type: ignore[union-attr]
        letter = self.text[start - 1]
        alone = start == 1 or not around.LETTER.match(self.text, start - 2)
        if alone and letter in ERA_LETTERS and end - start < 3 and self.text.startswith("年", end):
            self._add(ERA_LETTERS[letter] + int(self.text[start:end]), "年", start - 1, end, end + 1)
        return end

    def _read_date(self, date: re.Match[str]) -> bool:
        if not (1 <= int(date["month"]) <= 12 and 1 <= int(date["day"]) <= 31):
            return False
        for part, unit in (("year", "年"), ("month", "月"), ("day", "日")):
            start, end = date.span(part)
            self._add(int(date[part]), unit, start, end, end)
        return True

    def _read_time(self, time: re.Match[str]) -> int:
        start, end = time.span("hour")
        clock = around.CLOCK.match(self.text, time.end())
        self._add(int(time["hour"]), "時", start, end, time.end())
        self._read_clock(int(time["hour"]), start, clock.end() if clock else time.end(), clock)
        if int(time["minute"]):
            start, end = time.span("minute")
            self._add(int(time["minute"]), "分", start, end, end)
        return time.end()

    def _read_clock(self, hour: int, start: int, end: int, clock: re.Match[str] | None) -> None:
        """Add the hour of 24 that an hour of twelve is (午後3時, 3 pm)."""
        half = around.HALF_DAY.search(self.text, max(0, start - 3), start)
        if hour <= 12 and (clock or half):
            afternoon = clock[1] == "p" if clock else bool(half and half[1])
            real = hour % 12 + (12 if afternoon else 0)
            if real != hour:
                self._add(real, "時", half.start() if half else start, end, end)

    def _read_kanji(self, start: int) -> int:
        """Read what begins with a kanji numeral, unless it belongs to a word (三重県, 一部, 数千)."""
        text = self.text
        end = NUMERAL.match(text, start).end()  # type: ignore[union-attr]
        if text[max(0, start - 1) : start] in around.VAGUE:
            return end
        if around.NO_COUNT.match(text, start) and not around.HALF_DAY.search(text, max(0, start - 3), start):
            return end
        if (
            end - start == 1
            and not around.ORDINAL.search(text, max(0, start - 3), start)
            and not self._unit(start, end)[0]
        ):
            return end
        return self._read_numeral(start)

    def _read_numeral(self, start: int) -> int:
        end = NUMERAL.match(self.text, start).end()  # type: ignore[union-attr]
        numeral = self.text[start:end]
        read = values(numeral)
        if not read and numeral.isdecimal() and end - start <= 4 and self._unit(start, end)[0]:
            read = [Decimal(numeral)]  # 04月
        if read:
            return self._describe(read, start, end)
        if around.LIST.fullmatch(numeral):
            for piece in around.PIECE.finditer(self.text, start, end):
                if one := values(piece.group()):
                    end = self._describe(one, *piece.span())
        return end

    def _describe(self, read: list[Decimal], start: int, end: int) -> int:
        """Add what a numeral can mean, alone and with what stands around it."""
        scale, scaled = self._scale(start, end)
        unit, unit_end = self._unit(start, scaled)
        if unit == "条" and (below := around.SUBARTICLE.match(self.text, unit_end)):
            self._add_article(read[0], start, end, below)
            return below.end()
        for value in read:
            value *= scale
            if unit == "割":
                value, unit_end = self._tenths(value, unit_end)
            self._add(value, "%" if unit == "割" else unit, start, scaled, unit_end)
            self._add_years(value, unit, start, scaled, unit_end)
        whole = int(read[0])
        if unit == "時" or self.text[unit_end - 1] in "点點":
            self._read_clock(whole, start, unit_end, None)
        elif not unit and scaled == end and whole == read[0]:
            self._read_words(whole, start, end)
        return unit_end if unit == "割" else scaled

    def _scale(self, start: int, end: int) -> tuple[int, int]:
        """Return what the words after digits multiply them by (million, Mio., lakh), and where these words end."""
        scale = 1
        if self.text[end - 1] not in around.ASCII_DIGITS or self.text[end : end + 1] in around.NO_WORD:
            return scale, end
        while (word := around.WORD_AFTER.match(self.text, end)) and scale < 10**12:
            if word[1][0] > "\u0e00" and (thai := around.THAI_SCALE.match(self.text, end)):
                return prod(SCALES[part] for part in around.THAI_WORD.findall(thai[1])), thai.end()
            known = SCALES.get(word[1])
            if (
                known is None
                and scale == 1
                and self.text[max(0, start - 2) : start].rstrip().endswith(around.CURRENCIES)
            ):
                known = around.SHORT_SCALES.get(word[1])
            if known is None:
                break
            scale, end = scale * known, word.end()
        return scale, end

    def _unit(self, start: int, end: int) -> tuple[str, int]:
        """Return what a number counts, "" if nothing is known of it, and where that ends."""
        text = self.text
        if text[max(0, start - 3) : start] in ("百分の", "百分之"):
            return "%", end
        at = end + 1 if text[end : end + 1] == " " and text[end - 1] in around.BEFORE_SPACE else end
        char = text[at : at + 1]
        unit = UNITS.get(char, "")
        if text.startswith(("時間", "시간", "小时", "小時"), at):
            return "時間", at + 2
        if unit:
            return ("", end) if around.FRACTION.match(text, at) else (unit, at + 1)
        if char == "割" and not around.NOT_TENTHS.match(text, at):
            return "割", at + 1
        if char in around.PERCENT_STARTS and (percent := around.PERCENT.match(text, end)):
            return "%", percent.end()
        if char in around.OF_COUNTERS and (months := around.OF_MONTHS.match(text, at)):
            return "箇" + months[1], months.end()
        return "", end

    def _tenths(self, value: Decimal, end: int) -> tuple[Decimal, int]:
        """Return the percentage that 割 and the 分 after it are, and where they end."""
        below = around.HUNDREDTHS.match(self.text, end)
        return value * 10 + (values(below[1])[0] if below else 0), below.end() if below else end

    def _add_article(self, article: Decimal, start: int, end: int, below: re.Match[str]) -> None:
        """Add an article between two others (第十二条の三), which is not the article before it."""
        parts = [values(part) for part in re.split("[の之]", below.group())[1:]]
        self._add(article, "条" + "".join(f"の{written(part[0])}" for part in parts if part), start, end, below.end())

    def _add_years(self, value: Decimal, unit: str, start: int, end: int, unit_end: int) -> None:
        """Add the Gregorian year of a year of an era or of the Buddhist calendar."""
        if unit not in ("年", "") or value != int(value):
            return
        if value < around.LONGEST_ERA:
            at = start - 1 if self.text[start - 1 : start] == " " else start
            if value > 0 and (era := self._era_before(at)):
                self._add(value + ERAS[era], "年", at - len(era), unit_end, unit_end)
        elif 2400 <= value < 2700:
            before = self.text[max(0, start - 15) : start].rstrip()
            word = before.rpartition(" ")[2]
            if before.endswith(around.BUDDHIST_SIGNS) or (word in MONTHS and word[0] > "\u0e00"):
                self._add(value - around.BUDDHIST, "年", start, end, unit_end)

    def _read_words(self, value: int, start: int, end: int) -> None:
        """Add the hour, the day or the year that the words beside a plain number make it."""
        text = self.text
        if value <= 12 and (clock := around.CLOCK.match(text, end)):
            self._add(value, "時", start, end, clock.end())
            self._read_clock(value, start, clock.end(), clock)
            return
        if 1000 <= value < 3000 and (month := self._month_before(start, with_day=True)):
            self.found += [Number(f"{value}年", start, end), month]
        elif 1 <= value <= 31:
            after = around.WORD_AFTER.match(text, end)
            if after and after[1] in MONTHS:
                month = Number(f"{MONTHS[after[1]]}月", *after.span(1))
            else:
                month = self._month_before(start)
            if month:
                self.found += [month, Number(f"{value}日", start, end)]

    def _month_before(self, start: int, with_day: bool = False) -> Number | None:
        """Return the month whose name stands before a number, ``with_day`` also if its day stands between."""
        if self.text[start - 1 : start] != " ":
            return None
        words = self.text[max(0, start - around.REACH) : start]
        if with_day:
            words = around.DAY_BEFORE.sub(" ", words)
        name = words.removesuffix(" de ").rstrip(" ,.").rpartition(" ")[2]
        if name not in MONTHS:
            return None
        at = self.text.rindex(name, 0, start)
        return Number(f"{MONTHS[name]}月", at, at + len(name))
