"""A turn of a conversation -> a question to the texts, or a reply of another kind.

kinds.py       what turns say, and the kinds of replies
classifier.py  the embeddings of a turn -> what it says
overview.py    texts -> their headings and their most central sentences
replaying.py   recorded answers, asked again -> what differs
replies.py     a turn, and what went before -> an answer, or another reply    <- start here: ``reply``
"""

from __future__ import annotations

from qa.conversation.replies import line_of, reply

__all__ = ["line_of", "reply"]
