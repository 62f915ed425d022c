"""An index on the disk: immutable generations, read in one way and written in one way.

manifest.py       how a generation was made, as a typed model
generations.py    the folder: which generations there are, and which one is current
contents.py       a generation's files <-> sources, passages, vectors
configuration.py  the model and settings of the next generation
collection.py     the sources of an index -> those of the next generation
building.py       sources -> passages -> embeddings -> a generation's files
reuse.py          what earlier builds have split and embedded
checkpoint.py     what an unfinished build has embedded
writing.py        the one write path: lock, folder aside, commit or abort
lock.py, disk.py  one writer at a time; flushes, removals, and errors of the disk
"""
