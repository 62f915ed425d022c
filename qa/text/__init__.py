"""Text as code points: sources, sentences, sections, passages and their exact spans."""
