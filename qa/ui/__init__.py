"""The chat in the browser: the same calls as the command line's, on Gradio.

words.py        language tag -> the interface's words (languages/*.json)
jobs.py         what is to be done to an index: one text added, removed or renamed
open_index.py   index folder -> the Index now in use, also after a rebuild, and the queue of jobs
history.py      questions and answers of one visit
reading.py      index -> the present texts, and what they speak of
excerpts.py     a turn -> its excerpts: the cited words where they stand now, within their passage
messages.py     history -> the chat's messages: escaped HTML, citations checked as they are shown
cards.py        excerpts and hits -> cards below an answer
markup.py       strings of users and sources -> HTML that shows them as written
document.py     source -> what the source pane draws
parts.py        the page's own components
conversations.py  the drawer of conversations: kept by the browser, reopened, exported
records.py      history <-> the JSON that the browser keeps; what comes back is checked
export.py       history -> JSON, Markdown (export_markdown.py) or HTML (export_html.py)
page.py         all of it -> gradio.Blocks   <- where the page is put together
endpoints.py    the public API
listing.py      index and jobs -> the list of texts
texts.py        the panel of texts: what is indexed and on its way; adding, removing, renaming, choosing
*.html, *.js, *.css: templates, scripts and styles of the page; page.js explains them
"""
