"""The default model's folder -> an encoder: BERT's layers in torch, with the weights mapped from the disk.

`sentence_transformers` would give the same numbers, but importing it and `transformers` takes longer than answering a
question, and so does the hash of the weights, which is therefore kept in a file beside the folder.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from qa.search.encoders import Encoded, Prompts, Vectors
from qa.search.states import LOWER

if TYPE_CHECKING:
    from tokenizers import Encoding
    from torch import Tensor

_log = logging.getLogger(__name__)

PROBE = "質問と答え: Question & answer 123, 谁 вопрос сؤال 질문."
"""A text whose tokens are part of a model's fingerprint."""
_MODULES = ("Transformer", "Pooling", "Normalize")
_POOLING = "mean"
_PREFIX = "0.model."
"""What `sentence_transformers` puts before the names of the parameters."""


class E5Encoder:
    """The default model. See :class:`qa.search.encoders.Encoder`.

    Attributes:
        weights: its parameters, by BertModel's names.
    """

    lower: int | None = LOWER

    def __init__(self, folder: Path) -> None:
        """Map the weights of a SentenceTransformer folder that holds a BERT with mean pooling."""
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # its threads would not outlive a fork
        config, own = (_read_json(folder / name) for name in ("config.json", "config_sentence_transformers.json"))
        self._folder = folder
        self.weights: Mapping[str, Tensor] = load_file(folder / "model.safetensors")
        self._layers = [_Layer(self.weights, number, config) for number in range(config["num_hidden_layers"])]
        self._epsilon: float = config["layer_norm_eps"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.prompts = Prompts(own["prompts"]["query"], own["prompts"]["document"])
        self.dimension: int = config["hidden_size"]
        self.window: int = _read_json(folder / "tokenizer_config.json")["model_max_length"]
        self.fingerprint = self._known_fingerprint() or self._keep(self.hash_weights())

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without special tokens."""
        self._tokenizer.no_truncation()
        return [len(one.ids) for one in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Return the places of all tokens of a text, without special tokens."""
        self._tokenizer.no_truncation()
        spans: list[tuple[int, int]] = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return spans

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Return what the model makes of each text."""
        encodings = self.tokenize(texts)
        lower, last = self._after([one.ids for one in encodings], (LOWER, len(self._layers)))
        found = []
        for one, below, tokens in zip(encodings, lower, last, strict=True):
            vector = tokens.mean(axis=0)
            found.append(
                Encoded(
                    vector / max(float(np.linalg.norm(vector)), 1e-12),
                    tokens,
                    spans_of(one),
                    special_in(one),
                    below,
                )
            )
        return found

    def tokenize(self, texts: Sequence[str]) -> list[Encoding]:
        """Return texts in tokens, special ones included, as many as fit the window."""
        self._tokenizer.enable_truncation(self.window)
        encodings: list[Encoding] = self._tokenizer.encode_batch(list(texts))
        return encodings

    def states(self, ids: Sequence[Sequence[int]], depth: int) -> list[Vectors]:
        """Return the states of texts in tokens after the first ``depth`` layers, float32 [t, h] each."""
        [found] = self._after(ids, (depth,))
        return found

    def _after(self, ids: Sequence[Sequence[int]], depths: Sequence[int]) -> list[list[Vectors]]:
        """Return the states of texts in tokens after as many layers as each of ``depths``, in ascending order, says."""
        import torch

        longest = max(map(len, ids), default=0)
        padded = torch.zeros(len(ids), longest, dtype=torch.long)
        there = torch.zeros(len(ids), longest, dtype=torch.bool)
        for row, own in enumerate(ids):
            padded[row, : len(own)] = torch.tensor(own)
            there[row, : len(own)] = True
        found, done = [], 0
        with torch.inference_mode():
            states = self._embed(padded)
            for depth in depths:
                for layer in self._layers[done:depth]:
                    states = layer(states, there[:, None, None, :])
                found.append([states[row, : len(own)].numpy() for row, own in enumerate(ids)])
                done = depth
        return found

    def _embed(self, ids: Tensor) -> Tensor:
        """Return the states of tokens [n, t] before the first layer."""
        from torch.nn import functional

        word, place, kind = (
            self.weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")
        )
        norm, bias = (self.weights[f"embeddings.LayerNorm.{name}"] for name in ("weight", "bias"))
        states = functional.embedding(ids, word) + place[: ids.shape[1]] + kind[0]
        return functional.layer_norm(states, norm.shape, norm, bias, self._epsilon)

    def hash_weights(self) -> str:
        """Return the fingerprint, read from all weights."""
        digest = hashlib.sha256()
        for name, value in sorted(self.weights.items()):
            hash_tensor(digest, _PREFIX + name, value)
        hash_tokenizer(digest, self._tokenizer.to_str())
        self._tokenizer.no_truncation()
        hash_rest(digest, self.window, self._tokenizer.encode(PROBE).ids, _MODULES, _POOLING)
        return digest.hexdigest()[:16]

    def _known_fingerprint(self) -> str | None:
        """Return the fingerprint that was kept for these very files; None if there is none."""
        try:
            kept = _read_json(self._kept_at())
        except (OSError, ValueError):
            return None
        known = kept.get("fingerprint") if isinstance(kept, dict) and kept.get("files") == self._stamps() else None
        return known if isinstance(known, str) else None

    def _keep(self, fingerprint: str) -> str:
        try:
            content = json.dumps({"files": self._stamps(), "fingerprint": fingerprint})
            self._kept_at().write_text(content, encoding="utf-8")
        except OSError as error:
            _log.debug("the fingerprint is not kept: %s", error)
        return fingerprint

    def _kept_at(self) -> Path:
        return self._folder.with_name(f"{self._folder.name}.fingerprint")

    def _stamps(self) -> list[list[int]]:
        """Return size, time of change and number of each file that the fingerprint is made of."""
        names = ("model.safetensors", "tokenizer.json", "tokenizer_config.json")
        stats = [(self._folder / name).stat() for name in names]
        return [[one.st_size, one.st_mtime_ns, one.st_ino] for one in stats]


class _Layer:
    """A layer of BERT: attention, then two feed-forward matrices, each added to its input and normalised."""

    def __init__(self, weights: Mapping[str, Tensor], number: int, config: Mapping[str, Any]) -> None:
        import torch

        def pair(name: str) -> tuple[Tensor, Tensor]:
            return weights[f"{prefix}{name}.weight"], weights[f"{prefix}{name}.bias"]

        prefix = f"encoder.layer.{number}."
        attention = [pair(f"attention.self.{name}") for name in ("query", "key", "value")]
        self.qkv = (torch.cat([weight for weight, _ in attention]), torch.cat([bias for _, bias in attention]))
        self.out, self.norm1 = pair("attention.output.dense"), pair("attention.output.LayerNorm")
        self.up, self.down, self.norm2 = pair("intermediate.dense"), pair("output.dense"), pair("output.LayerNorm")
        self.heads: int = config["num_attention_heads"]
        self.epsilon: float = config["layer_norm_eps"]

    def __call__(self, states: Tensor, there: Tensor) -> Tensor:
        """Return states [n, t, h] after the layer; ``there``, bool [n, 1, 1, t], says which tokens are no padding."""
        from torch.nn import functional

        n, t, width = states.shape
        qkv = functional.linear(states, *self.qkv).view(n, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], there)
        seen = functional.linear(seen.transpose(1, 2).reshape(n, t, width), *self.out)
        states = functional.layer_norm(states + seen, (width,), *self.norm1, self.epsilon)
        inner = functional.linear(functional.gelu(functional.linear(states, *self.up)), *self.down)
        return functional.layer_norm(states + inner, (width,), *self.norm2, self.epsilon)


def spans_of(encoding: Encoding) -> npt.NDArray[np.int32]:
    """Return int32 [t, 2], the place of each token in the text; 0-based code points, end exclusive."""
    return np.asarray(encoding.offsets, dtype=np.int32).reshape(-1, 2)


def special_in(encoding: Encoding) -> npt.NDArray[np.bool_]:
    """Return bool [t], which of the tokens are special."""
    return np.asarray(encoding.special_tokens_mask, dtype=bool)


def hash_tensor(digest: Any, name: str, value: Tensor) -> None:
    """Add a parameter to a fingerprint."""
    import torch

    digest.update(f"{name}{tuple(value.shape)}{value.dtype}".encode())
    digest.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())


def hash_tokenizer(digest: Any, written: str) -> None:
    """Add a tokenizer, as `tokenizers` writes it, to a fingerprint."""
    # What comes before is how the last call truncated and padded.
    digest.update(written[written.index('"added_tokens"') :].encode())


def hash_rest(digest: Any, window: int, probe: Sequence[int], modules: Sequence[str], pooling: str) -> None:
    """Add the window, the tokens of `PROBE`, the kinds of the modules and of the pooling to a fingerprint."""
    for part in (str(window), str(list(probe)), str(list(modules)), pooling):
        digest.update(part.encode())


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
