"""A question becomes an answer: retrieve passages, write or extract the answer, check each citation."""
