"""The pivot: a model as frozen data, and what can be said of it without running it."""
