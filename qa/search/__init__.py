"""Text and question -> embeddings, terms and scores.

text
    lexical.py    tokenize: text -> terms; BM25 over them
    embedding.py  text -> a vector for the whole and one for each token
    weights.py    the default model's files
    tokens.py     the token vectors on the disk
    states.py     which tokens have states for the reader; state_store.py keeps them on the disk

question
    query.py      the question, embedded and tokenized
    candidates.py store.py, the two searches -> the passages worth ranking
    ranker.py     -> scores                          <- the formula, in one place
    maxsim.py     query.py                           the two halves of it
    config.py     the numbers, and why they are what they are
"""
