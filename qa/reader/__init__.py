"""Question and passages -> where the answer is, and whether any passage holds one.

    layers.py     states of question and passage -> scores of tokens, units and the passage (torch)
    model.py      weights -> ``Reader``: question, passages -> readings               <- start here
    weights.py    the files of a trained reader
    readers.py    what any reader is given and gives back
    transformer.py  any question-answering model, by the same interface
    loading.py    a name -> a reader

training
    features.py   texts -> the states of the embedding model's lower layers, without the upper ones
    records.py    files of questions -> texts and what is asked of them
    cutting.py    texts -> passages, cut by the product's own code, and what is right in them
    variants.py   the same with the answer taken out, questions with another number, FAQs
    negatives.py  the passages that are near and do not answer
    prepared.py   all of it on the disk, with the states
    prepare.py    python -m qa.reader.prepare DATA OUT
    groups.py     prepared data -> a question with a list of passages, again and again
    losses.py     scores of a batch -> what is to be lowered
    train.py      python -m qa.reader.train DATA OUT
    curve.py      the learning curve
"""
