"""Texts become unit vectors, and every token vector knows its place in the text."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from qa.errors import ModelError
from qa.search.e5 import E5Encoder
from qa.search.embedding import Embedder
from qa.search.encoders import Prompts
from qa.search.sentence_transformer import load_encoder
from qa.search.weights import default_model_folder, load_model

TEXT = "OpenAIはEmmett Shear氏を暫定CEOに任命しました。①ｶﾞ é"


def load_embedder(folder: str) -> Embedder:
    return Embedder(load_encoder(folder, folder), folder)


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SentenceTransformer folder of another kind: random weights, 16 dimensions, prompts of its own."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    vocabulary = {piece: i for i, piece in enumerate(["[PAD]", "[CLS]", "[SEP]", "[UNK]", "ask", ":", "cat", "dog"])}
    raw = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    raw.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    raw.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]"
    )
    torch.manual_seed(0)
    BertModel(
        BertConfig(
            vocab_size=8,
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=64,
        )
    ).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    modules = [Transformer(str(folder), max_seq_length=64), Pooling(16, "mean"), Normalize()]
    SentenceTransformer(modules=modules, prompts={"query": "ask: ", "document": ""}).save(str(folder / "model"))
    return folder / "model"


def test_vectors_are_what_sentence_transformers_gives() -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(default_model_folder()))
    embedder = load_model().without_directions()
    np.testing.assert_allclose(
        embedder.embed_question(TEXT).vector, model.encode_query(TEXT, show_progress_bar=False), atol=1e-5
    )
    [passage] = embedder.embed_passages([TEXT])
    np.testing.assert_allclose(passage.vector, model.encode_document(TEXT, show_progress_bar=False), atol=1e-5)


def test_the_default_model_is_the_same_run_by_either_library() -> None:
    """Texts of different lengths in one batch, so that some are padded, one of them longer than the window."""
    folder = str(default_model_folder())
    texts = [TEXT, "猫。", "A longer text about the sea and its ports. " * 80, ""]
    ours, theirs = load_model().without_directions(), load_embedder(folder)
    assert (ours.fingerprint, ours.max_tokens) == (theirs.fingerprint, theirs.max_tokens)
    assert ours.count_tokens(texts) == theirs.count_tokens(texts)
    for one, other in zip(ours.embed_passages(texts), theirs.embed_passages(texts), strict=True):
        assert one.spans.tolist() == other.spans.tolist()
        np.testing.assert_allclose(one.vector, other.vector, atol=1e-5)
        np.testing.assert_allclose(one.tokens, other.tokens, atol=1e-5)


def test_the_hash_of_the_weights_is_kept_until_a_file_changes(tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    first = E5Encoder(folder)
    kept = tmp_path / "model.fingerprint"
    assert first.fingerprint == load_embedder(str(folder)).fingerprint and first.fingerprint in kept.read_text(
        encoding="utf-8"
    )
    kept.write_text(kept.read_text(encoding="utf-8").replace(first.fingerprint, "0" * 16), encoding="utf-8")
    again = E5Encoder(folder)
    assert again.fingerprint == "0" * 16 and again.hash_weights() == first.fingerprint
    (folder / "tokenizer.json").touch()
    assert E5Encoder(folder).fingerprint == first.fingerprint
    kept.write_text("[]", encoding="utf-8")
    assert E5Encoder(folder).fingerprint == first.fingerprint


def test_each_token_names_the_characters_it_came_from() -> None:
    [passage] = load_model().embed_passages([TEXT])
    assert passage.tokens.shape == (len(passage.spans), 384)
    np.testing.assert_allclose(np.linalg.norm(passage.tokens, axis=1), 1, atol=1e-5)
    pieces = [TEXT[start:end] for start, end in passage.spans]
    assert "OpenAI" in "".join(pieces[:3])
    assert "任命" in "".join(pieces)
    assert (passage.spans[:, 1] > passage.spans[:, 0]).all()
    assert passage.spans.min() >= 0
    assert passage.spans.max() == len(TEXT)


def test_prompt_and_specials_have_no_token_vectors() -> None:
    assert load_model().embed_question("猫").spans.tolist() == [[0, 1]]
    assert next(load_model().embed_passages(["a cat"])).spans.tolist() == [[0, 1], [1, 5]]  # with its space


def test_a_long_context_pushes_no_part_of_a_passage_out_of_the_window() -> None:
    embedder = load_model()
    sentence = "時間は十分です。"
    [size] = embedder.count_tokens([sentence * 50])
    text = sentence * (50 * (embedder.max_tokens - 10) // size)
    assert embedder.max_tokens - 40 < embedder.count_tokens([text])[0] <= embedder.max_tokens
    context = "章の見出し › " * 40 + "最後の見出し"
    [alone], [under] = ([*embedder.embed_passages([text], None, given)] for given in (None, [context]))
    assert under.spans.tolist() == alone.spans.tolist() and under.spans[-1][1] == len(text)
    assert (under.vector @ alone.vector) < 0.9999, "the end of the context is read"


def test_texts_come_back_in_order_and_progress_counts_them() -> None:
    seen: list[tuple[int, int]] = []
    texts = [f"文{n}。" * (n % 3 + 1) for n in range(20)]
    embedded = list(load_model().embed_passages(texts, lambda event: seen.append((event.done, event.total))))
    assert seen == [(n, 20) for n in range(1, 21)]
    alone = load_model().embed_question(texts[7])
    nearest = [float(one.vector @ alone.vector) for one in embedded]
    assert int(np.argmax(nearest)) % 10 == 7


def test_another_model_by_folder_brings_its_own_prompts_and_window(tiny_model: Path) -> None:
    embedder = load_embedder(str(tiny_model))
    assert embedder.prompts == Prompts(query="ask: ", passage="")
    assert (embedder.dimension, embedder.max_tokens) == (16, 62)
    question, [passage] = embedder.embed_question("cat"), list(embedder.embed_passages(["cat"]))
    assert question.spans.tolist() == passage.spans.tolist() == [[0, 3]]
    assert not np.allclose(question.vector, passage.vector)


def test_given_prompts_replace_the_models_own(tiny_model: Path) -> None:
    embedder = load_embedder(str(tiny_model)).with_prompts(Prompts())
    [passage] = embedder.embed_passages(["cat dog"])
    np.testing.assert_allclose(embedder.embed_question("cat dog").vector, passage.vector, atol=1e-6)


def test_the_fingerprint_changes_with_one_weight_and_not_with_the_name(tiny_model: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    assert load_embedder(str(copy)).fingerprint == load_embedder(str(tiny_model)).fingerprint
    weights = load_file(copy / "model.safetensors")
    weights["embeddings.word_embeddings.weight"] = weights["embeddings.word_embeddings.weight"] + 0.01
    save_file(weights, copy / "model.safetensors", metadata={"format": "pt"})
    assert load_embedder(str(copy)).fingerprint != load_embedder(str(tiny_model)).fingerprint


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("tokenizer.json", "BertPreTokenizer", "Whitespace"),
        ("tokenizer_config.json", '"model_max_length": 64', '"model_max_length": 32'),
    ],
)
def test_another_tokenizer_or_window_is_another_model(
    tiny_model: Path, tmp_path: Path, file: str, old: str, new: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    written = (copy / file).read_text(encoding="utf-8")
    assert old in written
    (copy / file).write_text(written.replace(old, new), encoding="utf-8")
    assert load_embedder(str(copy)).fingerprint != load_embedder(str(tiny_model)).fingerprint


def test_a_fingerprint_does_not_depend_on_what_was_embedded_before(tiny_model: Path) -> None:
    embedder = load_embedder(str(tiny_model))
    embedder.embed_question("cat " * 100)
    assert embedder.hash_weights() == embedder.fingerprint


def test_an_unknown_model_is_a_one_line_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^The embedding model .* cannot be loaded .*\.$") as caught:
        load_embedder(str(tmp_path / "nothing"))
    assert "\n" not in str(caught.value)
