"""Any question-answering model can read instead of the packaged reader."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from qa import Index, Source, answer
from qa.answer import least_confidence
from qa.errors import ModelError
from qa.reader.loading import load_reader
from qa.reader.readers import Readable, ReadableQuestion
from qa.search.config import DEFAULT_CONFIG


@pytest.fixture(scope="module")
def foreign_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A question-answering model of the field: random weights, a vocabulary of letters."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForQuestionAnswering, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("foreign")
    pieces = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", *"abcdefghijklmnopqrstuvwxyz?.", "\u3002"]
    raw = Tokenizer(models.WordLevel({piece: at for at, piece in enumerate(pieces)}, unk_token="[UNK]"))
    raw.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split("", "isolated")]
    )
    raw.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]"
    ).save_pretrained(folder)
    torch.manual_seed(0)
    BertForQuestionAnswering(
        BertConfig(
            vocab_size=len(pieces),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=160,
        )
    ).save_pretrained(folder)
    return folder


def test_any_question_answering_model_reads_by_the_same_interface(foreign_reader: Path) -> None:
    reader = load_reader(str(foreign_reader))
    assert not reader.needs_states and len(reader.checksum) == 64
    text, units = "the gate is red. the key is under it.", [(0, 16), (17, 37)]
    passages = [
        Readable(text, units),
        Readable("no key here.", [(0, 12)], context="the mill\u3002"),
        Readable("a b", []),
    ]
    readings = reader.read(ReadableQuestion("where is the key?"), passages)
    assert [len(reading.evidence) for reading in readings] == [2, 1, 0]
    for reading, passage in zip(readings, passages, strict=True):
        assert reading.has == max(reading.evidence, default=-20.0)
        for (start, end), unit in zip(reading.spans, passage.units, strict=True):
            assert unit[0] <= start < end <= unit[1]
    alone = reader.read(ReadableQuestion("where is the key?"), passages[:1])
    assert alone[0].spans == readings[0].spans
    assert alone[0].evidence == pytest.approx(readings[0].evidence, abs=1e-4)


def test_what_a_model_has_no_room_for_is_no_evidence(foreign_reader: Path) -> None:
    words = "the mill is old. " * 20
    [reading] = load_reader(str(foreign_reader)).read(
        ReadableQuestion("who?"), [Readable(words, [(0, 16), (300, 316)])]
    )
    assert reading.evidence[1] == -20.0 < reading.evidence[0]
    assert reading.spans[1] == (300, 316)


def test_of_a_long_question_the_beginning_is_read(foreign_reader: Path) -> None:
    reader = load_reader(str(foreign_reader))
    [long] = reader.read(ReadableQuestion("who " * 500), [Readable("anna owns the mill.", [(0, 19)])])
    assert long.evidence[0] > -20.0


def test_questions_are_read_at_the_same_time(foreign_reader: Path) -> None:
    reader, passages = (
        load_reader(str(foreign_reader)),
        [Readable("anna owns the mill. " * n, [(0, 19)]) for n in (1, 9)],
    )
    alone = [reader.read(ReadableQuestion("who? " * n), passages) for n in range(1, 9)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda n: reader.read(ReadableQuestion("who? " * n), passages), range(1, 9)))
    assert together == alone


def test_a_model_without_a_head_for_answers_is_refused(foreign_reader: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer, BertConfig, BertModel

    AutoTokenizer.from_pretrained(foreign_reader).save_pretrained(tmp_path)
    BertModel(BertConfig.from_pretrained(foreign_reader)).save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="qa_outputs"):
        load_reader(str(tmp_path))


def test_an_answer_is_read_with_the_model_that_is_asked_for(foreign_reader: Path, tmp_path: Path) -> None:
    index = Index.build(Source("mill", "the mill is old. anna owns the mill."), tmp_path)
    own, other = (answer(index, "who owns the mill?", bold=0.0, reader=name) for name in (None, str(foreign_reader)))
    assert own.span is not None and other.span is not None
    assert own.confidence != other.confidence
    assert least_confidence(index, replace(DEFAULT_CONFIG, reader=str(foreign_reader))) == 0.3


@pytest.mark.parametrize("name", ["no/such-model", "a\0b", "x" * 5000])
def test_an_unknown_reader_is_one_clear_error(name: str) -> None:
    with pytest.raises(ModelError):
        load_reader(name)
