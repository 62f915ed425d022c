"""A language model of the user's, kept on a leash: it writes a reply to what was found, and each sentence is checked.

written.py     a reply with the verdict on each sentence
statements.py  a reply's text -> its sentences, each with the numbers it cites
quantities.py  the numbers, dates and amounts of a text, in forms that all spellings share
names.py       the names of a sentence that are not in what it cites
polarity.py    a sentence, the quotes it cites -> whether one denies what the other states
support.py     a sentence, numbered sentences -> how well each supports it, by the embedding model and the reader
check.py       a reply, the numbered sentences it was given -> verdicts        <- start here: ``check``
given.py       an answer -> the numbered sentences that a model gets
prompt.py      question, conversation, numbered sentences -> the messages that are sent
client.py      messages -> a reply, from any endpoint that speaks OpenAI's protocol
replies.py     a turn of a conversation -> the reply of `qa.conversation`, with a written one if a model is set

Off until a user names an endpoint. Nothing of a reply is shown that has not been through the check.
"""

from __future__ import annotations
