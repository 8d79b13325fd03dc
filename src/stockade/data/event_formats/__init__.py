"""The formats of event files: one file each, and the list of them in `catalogue`."""
