"""Question set, index -> figures: how well passages are found, answers cited and unanswerable questions declined.

questions.py  the parts of a question set
sets.py       file -> question set
scores.py     one question, index -> its score
metrics.py    ranks, confidences and spans -> figures
report.py     question set, index -> ``Report``         <- start here: ``evaluate``
"""
