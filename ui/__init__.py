"""What a person touches: the command line, and later the page and the service."""
