"""The confidence is a probability: it is fitted to questions, and says how likely the first citation is to answer."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import regex

from qa import Index, Source, answer
from qa.answering.confidence import Calibration, Signs, calibration_of, from_record, packaged_calibration
from qa.answering.finding import find
from qa.errors import SourceError
from qa.evaluation.calibrating import DECLINED, Example, calibrate, examples_of, fit, scaled
from qa.evaluation.questions import Evidence, Question
from qa.reader.loading import reader_id
from qa.retrieval import prepare
from qa.search.config import Boldness

NONE = Signs(*[0.0] * len(Signs._fields))


def calibration(bias: float = 0.0, **weights: float) -> Calibration:
    return Calibration({name: weights.get(name, 0.0) for name in Signs._fields}, bias, dict.fromkeys(Boldness, 0.5), "")


def test_the_probability_is_a_logistic_function_of_the_signs() -> None:
    assert calibration().probability(NONE) == 0.5
    assert calibration(1.0, found=2.0).probability(NONE._replace(found=0.5)) == pytest.approx(1 / (1 + math.exp(-2)))
    assert calibration(found=1.0).probability(NONE._replace(found=-1e9)) == pytest.approx(0.0)
    assert calibration(found=1.0).probability(NONE._replace(found=1e9)) == pytest.approx(1.0)


def test_what_is_not_a_number_is_no_certainty() -> None:
    assert calibration(found=1.0).probability(NONE._replace(found=math.nan)) == 0.0


def test_a_fit_finds_the_probabilities_that_examples_were_drawn_with() -> None:
    rng = random.Random(0)
    true, examples = calibration(-0.5, found=1.2, maxsim=-0.7), []
    for _ in range(4000):
        signs = NONE._replace(found=rng.gauss(1, 2), maxsim=rng.gauss(0, 1), log_p=rng.gauss(-3, 2))
        right = rng.random() < true.probability(signs)
        examples.append(Example(signs, right, answerable=right or rng.random() < 0.3))
    fitted = fit(examples)
    gaps = [abs(fitted.probability(one.signs) - true.probability(one.signs)) for one in examples]
    assert max(gaps) < 0.06
    answerable = [fitted.probability(one.signs) for one in examples if one.answerable]
    for bold, share in DECLINED.items():
        declined = sum(value < fitted.threshold(bold) for value in answerable) / len(answerable)
        assert declined == pytest.approx(share, abs=0.01)


def test_a_calibration_is_read_as_it_was_written() -> None:
    assert from_record(json.loads(json.dumps(calibration(0.25, log_p=1.5).to_record()))) == calibration(0.25, log_p=1.5)


@pytest.mark.parametrize(
    "change",
    [
        {"weights": {"found": 1.0}},
        {"thresholds": {"normal": 0.5}},
        {"thresholds": dict.fromkeys(Boldness, 1.5)},
        {"thresholds": dict.fromkeys(Boldness, math.nan)},
        {"slope": 1},
        {"weights": dict.fromkeys(Signs._fields, "1")},
        {"bias": None},
        {"bias": True},
        {"reader": 1},
    ],
)
def test_a_calibration_of_another_version_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        from_record(calibration().to_record() | change)


def test_examples_scale_a_calibration_the_more_of_them_there_are() -> None:
    before = calibration(found=1.0)
    sure, unsure = NONE._replace(found=3.0), NONE._replace(found=-1.0)
    few = [Example(sure, True, True), Example(unsure, True, True)]
    assert scaled(before, []) == before
    gains = [scaled(before, few * n).probability(unsure) - before.probability(unsure) for n in (1, 5, 50)]
    assert 0 < gains[0] < gains[1] < gains[2]
    assert scaled(before, few * 50).thresholds == before.thresholds
    upside_down = [Example(sure, False, False), Example(unsure, True, True)] * 50
    assert scaled(before, upside_down).probability(sure) >= scaled(before, upside_down).probability(unsure)


def test_the_packaged_calibration_is_for_the_packaged_reader_and_trusts_it() -> None:
    packaged = packaged_calibration()
    assert packaged.reader == reader_id()
    sure = Signs(
        found=4.0, log_p=-0.1, maxsim=0.8, lexical=0.4, margin=0.2, agreed=1.0, read=4.0, covered=0.9, exact=0.0
    )
    assert packaged.probability(sure) > packaged.threshold(Boldness.NORMAL)
    assert packaged.probability(sure._replace(found=-4.0, log_p=-6.0, agreed=0.0, margin=0.0)) < packaged.threshold(
        Boldness.NORMAL
    )


TEXT = "事務所は港町にあります。電話は朝九時から受け付けます。犬は連れて入れません。"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index.build(Source("office", TEXT), tmp_path_factory.mktemp("confidence"))


def test_an_example_is_right_if_the_best_unit_is_evidence(index: Index) -> None:
    asked = Question("1", "ja", "電話は何時から受け付けますか", answerable=True, evidence=(evidence(TEXT[12:26]),))
    wrong = replace(asked, evidence=(evidence("犬は連れて入れません。"),))
    unmarked = replace(asked, evidence=())
    without = replace(unmarked, answerable=False)
    found = list(examples_of(index, [asked, wrong, unmarked, without]))
    assert [(one.right, one.answerable) for one in found] == [(True, True), (False, True), (True, True), (False, False)]


PEOPLE = """Founders of the mill

Anna Berg founded the mill in 1912. Karl Lund bought the mill in 1934. The mill was closed in 1967.
Its museum opened in 1985. The museum is led by Maria Holm. Peter Dahl repaired the wheel in 1999. The bridge beside the
mill was built in 1871. Lena Strand designed the exhibition. The Berg Foundation bought the tower in 2004."""


def test_an_index_is_calibrated_with_its_own_sentences_and_keeps_that(tmp_path: Path) -> None:
    lines = [line for line in regex.split(r"(?<=\.)\s+", PEOPLE) if line]
    index = Index.build([Source(f"mill {n}", line) for n, line in enumerate(lines)], tmp_path)
    assert calibration_of(index) == packaged_calibration()
    fitted = calibrate(index)
    assert fitted.index.generation == 2 and fitted.index.sources == index.sources
    own = [example for example in fitted.examples if example.answerable]
    assert own and any(example.right for example in own)
    assert calibration_of(fitted.index) == scaled(packaged_calibration(), fitted.examples) != packaged_calibration()
    more = fitted.index.add(Source("office", TEXT))
    assert calibration_of(more) == calibration_of(Index.open(tmp_path)) == calibration_of(fitted.index)
    assert calibration_of(more.calibrated({})) == packaged_calibration()


def test_too_few_sentences_for_a_calibration_are_one_clear_error_and_nothing_is_written(tmp_path: Path) -> None:
    index = Index.build(Source("mill", "Anna Berg founded the mill in 1912."), tmp_path)
    with pytest.raises(SourceError, match="could be made of these texts"):
        calibrate(index)
    assert Index.open(tmp_path).generation == 1


def test_another_index_is_calibrated_anew(tmp_path: Path) -> None:
    record = replace(packaged_calibration(), bias=0.5).to_record()
    index = Index.build(Source("office", TEXT), tmp_path).calibrated(record)
    assert calibration_of(index).bias == calibration_of(index.rename("office", "desk")).bias == 0.5
    assert calibration_of(Index.build(Source("mill", PEOPLE), tmp_path)) == packaged_calibration()


def test_a_second_copy_of_a_text_does_not_take_the_confidence_away(tmp_path: Path) -> None:
    question = "電話は何時から受け付けますか"
    once = answer(Index.build(Source("office", TEXT), tmp_path / "once"), question)
    copies = [Source("office", TEXT), Source("office, edited", TEXT + "駐車場があります。")]
    twice = answer(Index.build(copies, tmp_path / "twice"), question)
    assert once.answered and twice.answered
    assert twice.confidence == pytest.approx(once.confidence, abs=0.25)


def test_one_sentence_does_not_answer_every_question(tmp_path: Path) -> None:
    alone = Index.build(Source("cat", "猫は魚を食べます。"), tmp_path)
    fits, far = (
        answer(alone, question, bold=0.0) for question in ("猫は何を食べますか", "富士山の標高は何メートルですか")
    )
    assert far.confidence < 0.5 < fits.confidence


def test_what_was_fitted_to_another_reader_is_not_used(tmp_path: Path) -> None:
    index = Index.build(Source("office", TEXT), tmp_path)
    record = replace(packaged_calibration(), bias=9.0, reader="another").to_record()
    assert calibration_of(index.calibrated(record)) == packaged_calibration()


def evidence(quote: str) -> Evidence:
    return Evidence("office", TEXT.index(quote), TEXT.index(quote) + len(quote), quote)


def test_the_signs_are_those_of_the_best_unit(index: Index) -> None:
    found = find(index, prepare(index, "電話は何時から受け付けますか"), 1)
    best, second = sorted(found.units, key=lambda unit: -unit.score)[:2]
    assert found.signs is not None
    assert found.signs.log_p == pytest.approx(best.log_p)
    assert (found.signs.maxsim, found.signs.lexical) == (best.maxsim, best.lexical)
    assert found.signs.margin == pytest.approx(best.score - second.score)
    assert found.signs.read == pytest.approx(math.log(len(found.units)))
    assert best.log_p is not None and best.log_p < 0
