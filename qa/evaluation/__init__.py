"""Question set -> figures: how well passages are found, answers cited, and unanswerable questions declined.

questions.py  what a set is made of
sets.py       a file -> a set
metrics.py    ranks, confidences and spans -> figures
scores.py     one question, an index -> its score
report.py     a set, an index -> ``Report``                           <- where a set becomes figures
"""
