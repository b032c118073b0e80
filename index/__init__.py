"""Files become an index: readers, turns, people, passages, vectors, words, and the directory on disk."""
