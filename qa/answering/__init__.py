"""Hits -> what answers: their units scored and read, how surely one answers, and how much around it is cited.

asked.py       what kind of answer a question wants
units.py       the units of the hits, scored by the ranker
readings.py    the same units, read together with the question
finding.py     all of that for one question
cuts.py        where a turn may be two questions
parts.py       whether it is, and what is found for each
turns.py       all of that for a turn of a conversation, with the turns before it
origin.py      what an answer was made with
confidence.py  how likely it is that the best unit answers
choosing.py    the units that are cited: the best, and what adds to it
differing.py   those of them that answer differently from the best, and as surely
extents.py     how much around a unit is cited
"""
