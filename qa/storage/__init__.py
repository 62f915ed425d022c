"""What is on the disk: generations of an index, and the one way to write another."""
