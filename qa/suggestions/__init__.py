"""Questions that a reader may ask, taken from the texts themselves; no language model, no list of questions.

draft.py       what a rule makes of a sentence
japanese.py    english.py    chinese.py    arabic.py: the rules of a language
terms.py       text -> the terms it keeps coming back to
candidates.py  index -> all that might be asked
suggest.py     -> what the product does answer, spread over the texts   <- where candidates are proven
kept.py        suggestions.json in the index folder
leads.py       what to ask next; what the texts speak of
"""

from __future__ import annotations

from qa.suggestions.kept import suggestions_of
from qa.suggestions.leads import Topic, leads_on, topics
from qa.suggestions.suggest import Suggestion, suggest

__all__ = ["Suggestion", "Topic", "leads_on", "suggest", "suggestions_of", "topics"]
