"""A question's embeddings -> what the turn says: a question to the texts, or a greeting, a request for a summary ...

Multinomial logistic regression over the question's vector by the default embedding model, and over the mean and the
maximum of the states of its tokens. ``python bench/training/talk.py`` trains it, and docs/conversation.md has figures.

talk.safetensors   the weights, float16
talk.json          what they were made for, and their SHA-256
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from unicodedata import category

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from qa.conversation.kinds import CLASSES, REAL, Said
from qa.errors import QAError
from qa.index import Index
from qa.search.embedding import Embedded, Embedder, ModelRecord
from qa.search.query import Query
from qa.search.weights import load_model

_log = logging.getLogger(__name__)

WEIGHTS, CONFIG = "talk.safetensors", "talk.json"
LANGUAGES = ("en", "ja", "zh-Hans", "ar")
"""The languages that are told apart; every other one counts as the first."""
LEAST_TALK = 0.5
"""The probability from which on a turn is no question, unless it is doubtful and the texts answer it."""
LEAST_CERTAIN = 0.9
"""The probability from which on a turn is no question, whatever the texts have (`bench/talk.py`)."""

Weights = Mapping[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Reading:
    """What a turn says.

    Attributes:
        said: what it says; None for a question to the texts.
        probability: how surely it is no question to the texts, 0 to 1.
        language: the catalogue to reply from: one of `LANGUAGES`.
    """

    said: Said | None
    probability: float
    language: str

    @property
    def is_doubtful(self) -> bool:
        """Whether a confident answer of the texts shows that it is a question after all."""
        return self.probability < LEAST_CERTAIN


NONSENSE = Reading(Said.NONSENSE, 1.0, LANGUAGES[0])
"""How a turn without words is read."""


@dataclass(frozen=True)
class TalkConfig:
    """What the weights were made for.

    Attributes:
        encoder, fingerprint, directions: the embedding model, as `qa.search.embedding.ModelRecord` names it.
        prompt: what is put before a question.
        classes: what the rows of the matrix stand for.
        languages: what the rows of the matrix for languages stand for.
        sha256: the digest of the file of weights.
    """

    encoder: str
    fingerprint: str
    directions: str | None
    prompt: str
    classes: tuple[str, ...] = CLASSES
    languages: tuple[str, ...] = LANGUAGES
    sha256: str = ""

    def fits(self, model: ModelRecord) -> bool:
        """Return whether a model is the one that the weights were made for."""
        own = (self.encoder, self.fingerprint, self.directions, self.prompt)
        return own == (model.name, model.fingerprint, model.directions, model.prompts.query)


@dataclass(frozen=True)
class TalkClassifier:
    """The trained classifier, which needs numpy alone.

    Attributes:
        config: what it was made for.
        weights: float32: ``w`` [c, d] and ``b`` [c] for the classes, ``wl`` [l, d] and ``bl`` [l] for the languages.
    """

    config: TalkConfig
    weights: Weights

    def read(self, embedded: Embedded) -> Reading:
        """Return what a turn says, given its embeddings by the default model."""
        given = features(embedded)
        classes = _softmax(self.weights["w"] @ given + self.weights["b"])
        language = LANGUAGES[int(np.argmax(self.weights["wl"] @ given + self.weights["bl"]))]
        talk = 1 - float(classes[CLASSES.index(REAL)])
        best = max(Said, key=lambda said: classes[CLASSES.index(said.value)])
        return Reading(best if talk >= LEAST_TALK else None, talk, language)


def features(embedded: Embedded) -> npt.NDArray[np.float32]:
    """Return float32 [d], what the classifier reads of a turn."""
    assert embedded.states is not None
    hidden = embedded.states.hidden.astype(np.float32)
    return np.concatenate([embedded.vector, hidden.mean(axis=0), hidden.max(axis=0)])


def _softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    powers = np.exp(logits - logits.max())
    odds: npt.NDArray[np.float32] = powers / powers.sum()
    return odds


def has_words(turn: str) -> bool:
    """Return whether a turn is more than marks such as ???: letters, digits or an emoji."""
    return any(category(char)[0] in "LN" or category(char) == "So" for char in turn)


def turn_of(index: Index, query: Query) -> Reading | None:
    """Return what a prepared question says; None if that cannot be told, because the default model is not there.

    An index of another model has no other use for the default one; it is loaded when it is first needed.
    """
    if not has_words(query.question):
        return NONSENSE
    classifier = load_classifier()
    if classifier is None:
        return None
    if classifier.config.fits(index.model):
        return classifier.read(query.embedded)
    default = _default_model(classifier.config)
    return None if default is None else classifier.read(default.embed_question(query.question))


@lru_cache(maxsize=1)
def load_classifier(folder: Path | None = None) -> TalkClassifier | None:
    """Return the trained classifier; None, and a warning in the log, if its files are not what they should be.

    Args:
        folder: the folder of its files; None for the package's own.
    """
    home = files("qa") / "conversation" if folder is None else folder
    try:
        described: dict[str, Any] = json.loads((home / CONFIG).read_text(encoding="utf-8"))
        listed = {key: tuple(one) for key, one in described.items() if isinstance(one, list)}
        config = TalkConfig(**(described | listed))
        content = (home / WEIGHTS).read_bytes()
        if hashlib.sha256(content).hexdigest() != config.sha256:
            raise ValueError(f"{WEIGHTS} is damaged")
        if (config.classes, config.languages) != (CLASSES, LANGUAGES):
            raise ValueError(f"{CONFIG} has other classes")
        return TalkClassifier(config, {name: one.astype(np.float32) for name, one in load(content).items()})
    except (OSError, ValueError, TypeError, AttributeError, SafetensorError) as error:
        _log.warning("every turn is taken for a question: %s", error)
        return None


def save_classifier(folder: Path, config: TalkConfig, weights: Weights) -> TalkConfig:
    """Write weights as float16, and their description; return it with the checksum."""
    content = save({name: np.ascontiguousarray(one, dtype=np.float16) for name, one in weights.items()})
    described = replace(config, sha256=hashlib.sha256(content).hexdigest())
    (folder / WEIGHTS).write_bytes(content)
    (folder / CONFIG).write_text(json.dumps(asdict(described), indent=2) + "\n", encoding="utf-8")
    return described


@lru_cache(maxsize=1)
def _default_model(config: TalkConfig) -> Embedder | None:
    """Return the default model; None if it cannot be loaded or is another one than the classifier was made for."""
    try:
        found = load_model()
    except QAError as error:
        _log.info("every turn is taken for a question: %s", error)
        return None
    return found if config.fits(found.record) else None
