"""Index -> questions that a reader may ask, made from the sentences of its texts by rules; no language model.

draft.py       the question that a rule makes of a sentence
japanese.py    english.py    chinese.py    arabic.py: the rules of each language
terms.py       text -> the terms that are typical of it
candidates.py  index -> all questions that might be suggested
suggest.py     -> those that the index really answers, spread over the texts      <- start here: ``suggest``
kept.py        suggestions.json in the index folder
leads.py       what to ask next, and what the texts are about
"""

from __future__ import annotations

from qa.suggestions.kept import suggestions_of
from qa.suggestions.leads import Topic, leads_on, topics
from qa.suggestions.suggest import Suggestion, suggest

__all__ = ["Suggestion", "Topic", "leads_on", "suggest", "suggestions_of", "topics"]
