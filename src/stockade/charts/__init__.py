"""A run of a model as a chart: on a terminal, or as a file."""
