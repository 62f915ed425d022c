"""What is offered below a reply: questions to ask, topics, and whether it was right -> HTML."""

from __future__ import annotations

from qa.catalogue import Words
from qa.ui.markup import button, own, place
from qa.ui.reading import Reading


def suggested_questions(reading: Reading, title: str) -> str:
    """Return questions that the documents answer, below a title; "" if there are none."""
    if not reading.questions:
        return ""
    shown = "".join(button("suggested", question) for question in reading.questions)
    return f'<div class="next"><p class="part-title">{own(title)}</p>{shown}</div>'


def offered_instead(reading: Reading, words: Words) -> str:
    """Return what the documents do say: questions that they answer or, while none are known, their topics."""
    return suggested_questions(reading, words["chat.try.instead"]) or _topic_buttons(reading, words)


def _topic_buttons(reading: Reading, words: Words) -> str:
    known = [topic for topic in reading.topics if topic.source in reading.sources]
    if not known:
        return ""
    shown = "".join(button(f"show topic {place(reading.sources[t.source], t.start, t.end)}", t.title) for t in known)
    return f'<div class="topics"><p class="part-title">{own(words["chat.topics"])}</p>{shown}</div>'


def rating(words: Words) -> str:
    """Return the question whether a reply is right, and what may be said of a wrong one; ratings.js keeps the reply."""
    judged = button("right", words["rate.right"]) + button("wrong", words["rate.wrong"])
    truth = button("nowhere", words["rate.nowhere"]) + button("pick", words["rate.pick"])
    return (
        f'<div class="rating"><p>{own(words["rate.ask"])} {judged}</p>'
        f'<p class="truth">{truth}<span class="picked" dir="auto"></span></p></div>'
    )
