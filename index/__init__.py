"""Files become an index: readers, turns, people, passages, vectors, words, and the directory on disk."""

import os

# Threads of the numeric libraries (OpenMP) spin while they wait, unless told otherwise before the first is loaded.
# With anything else running on a small machine that costs ten times the work itself.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# oneDNN keeps what it has compiled for 1,024 shapes of matrices, a megabyte or more each: in a build hardly any two
# batches are of one shape, and the memory grows by a gigabyte for nothing.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "32")
