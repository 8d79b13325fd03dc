"""External data: what a model reads from spreadsheets, delimited text and data files."""
