"""Text to Model: one reader for each file format, each a folder of its own."""
