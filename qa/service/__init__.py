"""What the page, HTTP and MCP share: the open index, its queue of jobs, its limits, and uploads; no Gradio, no HTTP.

open_index.py  index folder -> OpenIndex: what every caller asks and changes   <- start here
queue.py       jobs -> done one after another by one thread
jobs.py        a job and its state; the pace of its progress
turns.py       a limit on how many callers do something at once
uploads.py     the folder of uploaded files
"""
