"""The chat in the browser, on Gradio. It makes the same calls as the command line.

page.py            the page as ``gradio.Blocks``: start reading here
head.py            the document's head: words, scripts and styles; the theme
texts.py           the panel of documents: listing, adding, removing, renaming, choosing
listing.py         index and jobs -> the rows of that list
conversations.py   the panel of conversations: what the browser keeps is reopened and exported
history.py         one conversation: its questions, answers and notes
records.py         a conversation <-> the JSON that the browser keeps, checked by the strict models of kept.py
recorded.py        a file of recorded answers, of the shell or the page -> answers
events.py          what the page's scripts send, checked by strict models
reading.py         index -> the current texts and what they are about
excerpts.py        a turn -> its citations, each with its present place and its passage
messages.py        a conversation -> the chat's messages: escaped HTML
answers.py         an answer's excerpts -> the short answer, its quotation, the other citations
quotation.py       an excerpt -> its quotation, marked, as a list or table if it is one
structure.py       a quotation -> its rows, its items, its signs of Markdown
cuts.py            a long quotation -> the part of it that is in sight
talk.py            replies to turns that are no questions -> HTML, and words for exports
offers.py          what is offered below a reply: questions, topics, whether it was right -> HTML
document.py        a source -> the blocks and sentences that the source pane draws
export.py          a conversation -> JSON, Markdown (export_markdown.py) or HTML (export_html.py)
markup.py          strings of users and sources -> HTML that shows them as written
refusals.py        an error -> its sentence in the visitor's language
parts.py           the page's own components: ``*.html`` drawn by ``*.js``
endpoints.py       the public API
gradio_compat.py   everything that is used of Gradio beyond its documented interface

The scripts and styles lie beside them; ``qa.js`` says what each script does.
"""
