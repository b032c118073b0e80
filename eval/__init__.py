"""Questions with gold answers, the metrics that score them, and the sample interviews."""
