"""Text and question -> embeddings, terms and scores."""
