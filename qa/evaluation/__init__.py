"""Question set, index -> figures: how well passages are found, answers cited and unanswerable questions declined.

questions.py    the parts of a question set
sets.py         file -> question set
documents.py    records of documents and conversations -> collections of questions
scores.py       one question, index -> its score
metrics.py      ranks, confidences and spans -> figures
calibration.py  confidences and what each was worth -> how far a confidence can be trusted
report.py       question set, index -> ``Report``         <- start here: ``evaluate``
pictures.py     ``Report`` -> pictures of risk and reliability
"""
