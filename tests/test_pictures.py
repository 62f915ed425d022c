"""The pictures of an evaluation and of a training run: what they show, and that it can be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from browser import needs_chromium

from qa import plot
from qa.errors import EvaluationSetError, StorageError
from qa.evaluation.pictures import check_pictures, reliability_plot, risk_plot, write_pictures
from qa.evaluation.questions import Collection, EvaluationSet, Question
from qa.evaluation.report import Report
from qa.evaluation.scores import EvidenceScore, QuestionScore
from qa.reader.curve import draw as draw_losses

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = """<script>alert("1")</script>&amp; ' \x01\u202e \ud800 """ + "質問集" * 30 + "W" * 90


def scored(confidence: float, right: bool, *, answered: bool = True, answerable: bool = True) -> QuestionScore:
    cited = EvidenceScore(right, right, right, 1)
    return QuestionScore("", "en", answerable, answerable, 1, answered, confidence, cited, cited, 1, 1)


def report(name: str = "hand") -> Report:
    """Return four questions: one declined, one without an answer, two right; the two of .8 are equally confident."""
    scores = (
        scored(0.9, True),
        scored(0.8, True),
        scored(0.8, False, answerable=False),
        scored(0.1, False, answered=False),
    )
    return Report(name, scores, 1.0, 0.24)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_risk_picture_has_the_curve_the_threshold_and_the_risk_of_everything() -> None:
    picture = risk_plot(report())
    curve, everything, threshold = picture.series
    assert curve.points == [(0.25, 0.0), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    assert everything.points == [(0, 0.5), (1, 0.5)]
    assert threshold.points == [(0.75, pytest.approx(1 / 3))]  # three of four are answered, and it lies on the curve
    assert (threshold.line, threshold.dots) == (False, True)
    assert (picture.y.high, picture.y.ticks()) == (0.5, pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5]))
    assert "AURC 0.292" in curve.name  # .5 * 1/3 + .25 * .5
    assert "risk 0.500" in everything.name
    assert threshold.name == "threshold 0.24 (coverage 0.750, risk 0.333)"


def test_where_nothing_is_answered_there_is_no_point_for_the_threshold() -> None:
    declined = Report("none", (scored(0.1, False, answered=False),), 1.0, 0.24)
    assert len(risk_plot(declined).series) == 2


def test_the_reliability_picture_has_the_bins_with_their_questions_and_the_diagonal() -> None:
    scores = [scored(0.25, n < 6) for n in range(12)] + [scored(0.75, n < 9) for n in range(10)]
    picture = reliability_plot(Report("hand", tuple(scores), 1.0, 0.24))
    bins, ideal = picture.series
    assert bins.points == [(0.25, 0.5), (0.75, 0.9)]
    assert ideal.points == [(0, 0), (1, 1)]
    assert picture.table == [
        ["confidence", "right", "questions"],
        ["0.250", "0.500", "12"],
        ["0.750", "0.900", "10"],
    ]
    assert "ECE 0.205" in bins.name  # 12/22 * .25 + 10/22 * .15


def test_a_picture_is_xml_with_its_heading_its_axes_and_its_key() -> None:
    svg = plot.draw(risk_plot(report()))
    shown = " ".join(texts(svg))
    assert ElementTree.fromstring(svg).findtext(f"{SVG}title") == "hand: risk and coverage, 4 questions"
    for part in ("coverage: share of questions answered", "risk: share of the answered", "threshold 0.24", "0.5"):
        assert part in shown
    assert svg.count("<polyline") == 4  # two lines, and their two signs in the key
    assert svg.count("<circle") == 2


def test_what_comes_from_outside_is_text_in_a_picture() -> None:
    svg = plot.draw(risk_plot(report(HOSTILE)))
    svg.encode()
    document = ElementTree.fromstring(svg)
    assert [element for element in document.iter() if element.tag == f"{SVG}script"] == []
    title = document.findtext(f"{SVG}title") or ""
    assert title.startswith("""<script>alert("1")</script>&amp; ' \ufffd\ufffd \ufffd 質問集""")
    assert re.sub(r"\s", "", "".join(texts(svg))).startswith(re.sub(r"\s", "", title))  # all of it, in several lines


def test_both_pictures_are_written_beside_each_other(tmp_path: Path) -> None:
    files = write_pictures(report(), tmp_path)
    assert files == [tmp_path / "hand-risk.svg", tmp_path / "hand-reliability.svg"]
    assert [file.read_text(encoding="utf-8") for file in files] == [
        plot.draw(risk_plot(report())),
        plot.draw(reliability_plot(report())),
    ]


def test_a_folder_that_is_gone_when_the_pictures_are_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"The pictures cannot be written to .*gone \(No such file or directory\)"):
        write_pictures(report(), tmp_path / "gone")


def a_set(name: str = "hand", *, gold: str = "00000") -> EvaluationSet:
    asked = (Question("1", "en", "Who?", True, gold=gold), Question("2", "en", "Why?", False))
    return EvaluationSet(name, (Collection((), asked),))


def test_a_folder_is_made_and_left_empty_before_questions_are_asked(tmp_path: Path) -> None:
    check_pictures(a_set(), tmp_path / "new" / "folder")
    assert list((tmp_path / "new" / "folder").iterdir()) == []
    (tmp_path / "hand-risk.svg").write_text("of the last time")
    check_pictures(a_set(), tmp_path)
    assert (tmp_path / "hand-risk.svg").read_text() == "of the last time"


@pytest.mark.parametrize("kind", ["a file", "a folder that is a file's", "a name too long", "a picture is a folder"])
def test_pictures_that_cannot_be_written_are_reported_before_questions_are_asked(tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "hand-risk.svg").mkdir()
    folder, name = {
        "a file": (tmp_path / "file", "other"),
        "a folder that is a file's": (tmp_path / "file" / "folder", "other"),
        "a name too long": (tmp_path, "x" * 250),
        "a picture is a folder": (tmp_path, "hand"),
    }[kind]
    with pytest.raises(StorageError, match=r"The pictures cannot be written to .*: choose another folder"):
        check_pictures(a_set(name), folder)


def test_a_set_that_does_not_mark_its_answers_has_no_risk_to_draw(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match="does not say where the answers"):
        check_pictures(a_set(gold=""), tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def test_the_losses_of_a_run_are_lines_over_its_steps(tmp_path: Path) -> None:
    rows = [{"step": 10.0, "all": 4.0, "part": 1.0}, {"step": 20.0, "all": 2.0, "part": 0.5}]
    draw_losses(rows, ("all", "part"), tmp_path / "curve.svg")
    svg = (tmp_path / "curve.svg").read_text()
    assert {"all", "part", "step", "loss", "10", "20", "4.00", "0.00"} <= set(texts(svg))
    lines = re.findall(r'<polyline class="c(\d)"[^>]* points="([\d., ]+)"', svg)
    assert [(color, len(points.split())) for color, points in lines[:2]] == [("0", 2), ("1", 2)]
    draw_losses([], ("all",), tmp_path / "curve.svg")
    ElementTree.parse(tmp_path / "curve.svg")


class TestInABrowser:
    pytestmark = needs_chromium

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_no_text_is_cut_and_all_of_it_stands_out(self, browser: Any, scheme: str, tmp_path: Path) -> None:
        pictures = [plot.draw(risk_plot(report())), plot.draw(reliability_plot(report(HOSTILE)))]
        page = browser.new_page(color_scheme=scheme)
        for svg in pictures:
            page.set_content(svg)
            cut = page.evaluate("""() => {
                const whole = document.querySelector('svg').getBoundingClientRect();
                return [...document.querySelectorAll('text')].filter(text => {
                    const box = text.getBoundingClientRect();
                    return box.left < whole.left || box.right > whole.right
                        || box.top < whole.top || box.bottom > whole.bottom;
                }).map(text => text.textContent);
            }""")
            assert cut == []
            ink, paper = (
                page.eval_on_selector(selector, "node => getComputedStyle(node).fill")
                for selector in ("text", ".paper")
            )
            assert (
                (brightness(ink) < 60 < 200 < brightness(paper))
                if scheme == "light"
                else (brightness(paper) < 60 < 200 < brightness(ink))
            )
        page.close()


def brightness(color: str) -> float:
    return sum(map(int, re.findall(r"\d+", color)[:3])) / 3
