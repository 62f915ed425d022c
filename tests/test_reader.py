import csv
import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from qa.errors import ModelError
from qa.reader.cutting import cut_text, gold_of, without_units
from qa.reader.features import Encoder, encoder_of
from qa.reader.groups import Groups, windows_of
from qa.reader.layers import Joint
from qa.reader.loading import load_reader
from qa.reader.losses import unit_scores
from qa.reader.model import Reader
from qa.reader.negatives import Pool, Wanted
from qa.reader.prepare import encode
from qa.reader.prepared import Places, Prepared, Question, save_prepared
from qa.reader.readers import Readable, ReadableQuestion, best_span, marked
from qa.reader.records import Asked, Records, Text, held_out_lines, read_records
from qa.reader.train import Plan, Run
from qa.reader.variants import add_faqs, names_in, no_longer_holding
from qa.reader.weights import WEIGHTS, ReaderConfig, load_weights
from qa.search.states import States
from qa.search.weights import load_model

TEXT = "会議の記録\n\n出席者は7人だった。議長は佐藤氏が務めた。\n\n予算は3億円と決まった。次の会議は5月9日に開く。"


def words(texts: list[str]) -> list[int]:
    return [max(1, len(text) // 2) for text in texts]


@pytest.fixture
def toy(tmp_path: Path) -> Prepared:
    """Passages of three units; the unit that answers has states like those of the question."""
    draw = np.random.default_rng(0)
    kinds = draw.normal(size=(6, 384))
    states, passages, asked, units = [], [], [], []

    def add(rows: np.ndarray) -> tuple[int, int]:
        first = sum(map(len, states))
        states.append((rows + draw.normal(scale=0.1, size=rows.shape)).astype(np.float16))
        return first, first + len(rows)

    for kind in range(6):
        passages.append(add(np.repeat(kinds[[5 - kind, kind, (kind + 2) % 6]], (1, 3, 3), axis=0)))
        units += [(1, 4, 1), (4, 7, 1)]
        asked.append(add(np.repeat(kinds[[kind]], 4, axis=0)))
    places = Places(
        np.array(passages),
        np.array(asked),
        np.ones(6, dtype=np.int64),
        np.array(units),
        np.array([(2 * n, 2 * n + 2) for n in range(6)]),
    )
    questions = [
        Question("documents", True, False, n, None, n, (0,), (1, 2), None, (), (), tuple(m for m in range(6) if m != n))
        for n in range(6)
    ]
    save_prepared(tmp_path, places, questions, np.zeros((2, 384), dtype=np.float32))
    (tmp_path / "states.f16").write_bytes(np.concatenate(states).tobytes())
    return Prepared.load(tmp_path)


def run_of(toy: Prepared, out: Path, steps: int = 12) -> Run:
    torch.manual_seed(0)
    return Run(toy, Plan(steps=steps, tokens=60, rate=3e-4), Joint(0.1), out)


def test_a_text_is_cut_as_the_index_cuts_it_and_the_answer_is_at_its_exact_place() -> None:
    cuts = list(enumerate(cut_text(0, Text(TEXT, "", "ja"), words)))
    evidence = TEXT.index("予算は"), TEXT.index("予算は") + len("予算は3億円と決まった。")
    answer = TEXT.index("3億円"), TEXT.index("3億円") + 3
    gold = gold_of(Asked("予算は?", "documents", 0, True, answer, evidence), cuts)
    assert gold is not None
    cut = cuts[gold.passage][1]
    assert cut.words[slice(*gold.answer)] == "3億円"
    assert [cut.words[slice(*cut.units[unit])] for unit in gold.units] == ["予算は3億円と決まった。"]
    assert TEXT[cut.start : cut.start + len(cut.words)] == cut.words


def test_a_heading_that_has_the_answer_is_no_evidence() -> None:
    cuts = list(enumerate(cut_text(0, Text(TEXT, "", "ja"), words)))
    assert gold_of(Asked("何の記録?", "documents", 0, True, (0, 2), (0, 5)), cuts) is None


def test_a_passage_without_a_unit_keeps_the_places_of_the_others() -> None:
    [cut] = cut_text(0, Text(TEXT, "", "ja"), words)
    rest = without_units(cut, [1])
    assert [rest.words[slice(*unit)] for unit in rest.units] == [
        cut.words[slice(*unit)] for number, unit in enumerate(cut.units) if number != 1
    ]
    assert "出席者" not in rest.words and len(rest.citable) == len(rest.units)


def test_a_question_no_longer_holds_when_a_number_of_the_passage_is_exchanged() -> None:
    changed = no_longer_holding("2019年の会議の議長は?", "2019年の会議", ["アムステルダム"], random.Random(0))
    assert changed is not None and changed.endswith("年の会議の議長は?") and "2019" not in changed
    assert no_longer_holding("議長は?", "2019年の会議", ["アムステルダム"], random.Random(0)) is None
    assert names_in(["首都アムステルダムは?", "the Mayor of Oslo"]) == ["Mayor", "Oslo", "アムステルダム"]


def test_a_faq_has_its_answers_at_their_exact_places() -> None:
    records = Records([Text(TEXT, "", "ja")])
    for question, answer in (("何人?", "7人"), ("議長は?", "佐藤氏"), ("予算は?", "3億円"), ("次は?", "5月9日")):
        span = TEXT.index(answer), TEXT.index(answer) + len(answer)
        records.asked.append(Asked(question, "paragraphs", 0, True, span, span))
    add_faqs(records, "paragraphs", 1, random.Random(0))
    made = [asked for asked in records.asked if asked.group == "faq"]
    assert len(made) == 4
    text = records.texts[1].text
    cuts = list(enumerate(cut_text(0, records.texts[1], words)))
    for asked in made:
        assert asked.answer is not None and asked.evidence is not None
        assert text[slice(*asked.answer)] in {"7人", "佐藤氏", "3億円", "5月9日"}
        assert text[slice(*asked.evidence)].endswith("。")
        gold = gold_of(asked, cuts)
        assert gold is not None and asked.question not in cuts[gold.passage][1].words[slice(*gold.answer)]


def test_every_seventh_document_is_held_out(tmp_path: Path) -> None:
    qas = [{"q": "何?", "lang": "en", "answerable": True, "answer": "7人", "sentence": "出席者は7人だった。"}]
    lines = [{"id": str(n), "lang": "ja", "title": "会議", "text": TEXT, "qas": qas} for n in range(15)]
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (tmp_path / "documents_a.jsonl").write_text(content, encoding="utf-8")
    records = read_records(tmp_path, {}, random.Random(0))
    assert [n for n, text in enumerate(records.texts) if text.pool == "held out"] == [0, 7, 14]
    assert [json.loads(line)["id"] for line in held_out_lines(tmp_path)] == ["0", "7", "14"]
    assert not records.asked[0].same_language


def test_negatives_are_near_and_have_no_answer() -> None:
    vectors = np.eye(3, dtype=np.float32)
    pool = Pool([10, 11, 12], ["予算は3億円", "予算は5億円", "議長は佐藤氏"], [0, 1, 2], vectors)
    wanted = Wanted("予算は?", vectors[2], "３億円", frozenset())
    assert pool.near(wanted, 2) == [11, 12]
    assert pool.near(replace(wanted, answer="", texts=frozenset([1])), 2) == [10, 12]


def test_states_are_those_of_the_eighth_layer_and_the_context_comes_first() -> None:
    encoder, context = Encoder(load_model()), "料金 › 指定袋"
    tokens = encoder.in_context(["大は500円、 中は330円です。", "大"], [context, ""])
    states, without = encoder.states(tokens)
    own = states.spans[states.context :]
    assert states.context > 0 and not states.spans[: states.context].any()
    assert (own[0, 0], own[-1, 1]) == (0, len("大は500円、 中は330円です。"))
    assert (without.context, len(without.hidden)) == (0, 1)
    [layer8] = encoder_of(load_model()).states([tokens[0].ids], 8)
    theirs, ours = layer8[-1 - len(own) : -1], states.hidden[states.context :].astype(np.float32)
    cosines = (theirs * ours).sum(1) / np.linalg.norm(theirs, axis=1) / np.linalg.norm(ours, axis=1)
    assert cosines.min() > 0.999


def test_what_is_encoded_already_is_not_encoded_again(tmp_path: Path) -> None:
    encoder = Encoder(load_model())
    tokens = encoder.questions(["猫は?", "犬はどこ?", "鳥は?"])
    file = tmp_path / "states.f16"
    encode(encoder, tokens, file)
    whole = file.read_bytes()
    file.write_bytes(b"\0" * 768 + whole[768:-1000])
    encode(encoder, tokens, file)
    assert file.read_bytes()[:768] == b"\0" * 768 and len(file.read_bytes()) == len(whole)
    encode(encoder, tokens[:2], file)
    assert file.read_bytes()[:768] != b"\0" * 768


def test_the_score_of_a_unit_is_the_mean_of_its_tokens() -> None:
    scores = unit_scores(torch.tensor([[1.0, 2.0, 3.0, 6.0]]), torch.tensor([[[1, 3], [3, 4], [2, 2]]]))
    assert scores.tolist() == [[2.5, 6.0, 0.0]]


@pytest.mark.parametrize(
    ("text", "tokens", "start", "end", "marked_words"),
    [
        # Where the answer begins is open, and the middle of what is likely shares most with all of it.
        ("up to 7 days", "up|to|7|days", [2.0, 1.9, 2.0, 0.0], [-9.0, -9.0, 0.0, 4.0], "to 7 days"),
        ("up to 7 days", "up|to|7|days", [-9.0, -9.0, 4.0, 0.0], [-9.0, -9.0, 0.0, 4.0], "7 days"),
        ("川は「鬼ケ沢」の名で出る", "川は|「|鬼ケ沢|」|の名で出る", [0, 0, 9, 0, 0], [0, 0, 0, 9, 0], "「鬼ケ沢」"),
        ("川は「鬼ケ沢」の名で出る", "川は|「|鬼ケ沢|」|の名で出る", [0, 9, 0, 0, 0], [0, 0, 9, 0, 0], "「鬼ケ沢」"),
        ("送れないもの（観賞魚も）", "送れない|もの|（観賞魚|も|）", [0, 9, 0, 0, 0], [0, 9, 0, 0, 0], "もの"),
        ("観賞魚も）", "観賞魚|も|）", [9, 0, 0], [0, 0, 9], "観賞魚も"),
    ],
)
def test_the_words_marked_share_most_with_what_is_likely_and_keep_their_brackets(
    text: str, tokens: str, start: list[float], end: list[float], marked_words: str
) -> None:
    places, at = [], 0
    for token in tokens.split("|"):
        at = text.index(token, at)
        places.append((at, at + len(token)))
        at += len(token)
    scores = (np.array(one, dtype=np.float32) for one in (start, end))
    found = marked(text, (0, len(text)), np.array(places, dtype=np.int32), *scores)
    assert text[slice(*found)] == marked_words


def test_the_best_span_does_not_end_before_it_starts() -> None:
    assert best_span(np.array([0.0, 1.0, 5.0]), np.array([4.0, 3.0, 0.0])) == (2, 2)
    assert best_span(np.array([3.0, 1.0, 0.0]), np.array([0.0, 1.0, 4.0])) == (0, 2)


def test_windows_have_the_tokens_of_their_question_and_passage(toy: Prepared) -> None:
    groups = Groups(toy).batch(random.Random(0), 60, early=False)
    for lot in windows_of(toy, groups, 40):
        for n in range(len(lot.groups)):
            group = groups[int(lot.groups[n])]
            passage = toy.passage(group.passages[int(lot.positions[n])])
            assert np.array_equal(lot.passage[n][lot.there[n]].numpy(), passage.astype(np.float32))
            assert bool(lot.right[n].any()) == (int(lot.positions[n]) == group.gold)


def test_folders_that_are_loaded_together_keep_what_belongs_together(toy: Prepared, tmp_path: Path) -> None:
    twice = Prepared.load(tmp_path, tmp_path)
    assert len(twice.questions) == 2 * len(toy.questions)
    for own, same in zip(toy.questions, twice.questions[len(toy.questions) :], strict=True):
        assert same.own > own.own
        assert (twice.question(same.own) == toy.question(own.own)).all()
        for name in ("gold", "beside", "negatives"):
            numbers, others = getattr(own, name), getattr(same, name)
            for a, b in zip(
                [numbers] if name == "gold" else numbers, [others] if name == "gold" else others, strict=True
            ):
                if a is not None:
                    assert b > a
                    assert (twice.passage(b) == toy.passage(a)).all()
                    assert (twice.units(b) == toy.units(a)).all()


def test_training_lowers_the_loss(toy: Prepared, tmp_path: Path) -> None:
    run = run_of(toy, tmp_path / "run", steps=80)
    run.train()
    groups = Groups(toy).batch(random.Random(1), 300, early=False)
    run.model.eval()
    fresh = run_of(toy, tmp_path / "fresh")
    fresh.model.eval()
    with torch.inference_mode():
        before, after = fresh._losses(groups)[0], run._losses(groups)[0]
    assert float(after.has) < 0.9 * float(before.has)
    assert float(after.unit) < 0.8 * float(before.unit)
    assert float(after.evidence) < 0.8 * float(before.evidence)


def test_a_run_that_was_broken_off_ends_as_an_unbroken_one(toy: Prepared, tmp_path: Path) -> None:
    whole = run_of(toy, tmp_path / "whole")
    whole.train()
    run_of(toy, tmp_path / "parts").train(until=5)
    torch.manual_seed(1)
    rest = Run(toy, Plan(steps=12, tokens=60, rate=3e-4), Joint(0.1), tmp_path / "parts")
    rest.resume()
    assert rest.done.step == 5
    rest.train()
    assert (tmp_path / "parts" / WEIGHTS).read_bytes() == (tmp_path / "whole" / WEIGHTS).read_bytes()
    with (tmp_path / "parts" / "curve.csv").open() as table:
        assert [row["step"] for row in csv.DictReader(table)] == ["12"]


def test_weights_that_were_changed_are_not_loaded(toy: Prepared, tmp_path: Path) -> None:
    run = run_of(toy, tmp_path / "run")
    run.train(until=1)
    config, weights = load_weights(tmp_path / "run")
    assert (config.lower, config.joint, len(config.sha256)) == (8, 4, 64)
    assert weights["part"].shape == (3, 384)
    file = tmp_path / "run" / WEIGHTS
    file.write_bytes(file.read_bytes()[:-1] + b"\x01")
    with pytest.raises(ModelError):
        load_weights(tmp_path / "run")


def test_a_reading_has_exact_places() -> None:
    text = "出席者は7人だった。 議長は佐藤氏が務めた。"
    spans = np.array([(0, 0), (0, 4), (4, 6), (6, 10), (10, 13), (13, 17), (17, 21), (21, 22)], dtype=np.int32)
    states = States(np.zeros((8, 384), dtype=np.float16), spans, 1)
    torch.manual_seed(0)
    reader = Reader(ReaderConfig("m", 8, 4), Joint())
    question = ReadableQuestion("", States(np.ones((3, 384), dtype=np.float16), np.zeros((3, 2), dtype=np.int32)))
    units = [(0, 10), (11, 22)]
    [reading] = reader.read(question, [Readable(text, units, "", states)])
    assert len(reading.evidence) == 2
    for (start, end), unit in zip(reading.spans, units, strict=True):
        assert unit[0] <= start < end <= unit[1]
        assert text[start:end] == text[start:end].strip()


def test_the_folder_of_a_trained_reader_is_one_too(toy: Prepared, tmp_path: Path) -> None:
    run = run_of(toy, tmp_path / "run")
    run.train(until=1)
    reader = load_reader(str(tmp_path / "run"))
    assert reader.needs_states and reader.checksum == load_weights(tmp_path / "run")[0].sha256


def test_every_quotation_of_the_documents_to_train_on_is_in_its_document(tmp_path: Path) -> None:
    check = Path(__file__).parents[1] / "bench" / "training" / "check.py"
    checked = subprocess.run([sys.executable, check], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    line = check.with_name("documents_written.jsonl").read_text(encoding="utf-8").splitlines()[0]
    broken = json.loads(line)
    broken["text"] = broken["text"][:200]
    (tmp_path / "broken.jsonl").write_text(json.dumps(broken), encoding="utf-8")
    checked = subprocess.run([sys.executable, check, tmp_path / "broken.jsonl"], capture_output=True, text=True)
    assert checked.returncode == 1 and "in the document 0 times" in checked.stdout
