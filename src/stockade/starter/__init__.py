"""A first study of one group, made from its monthly record: a generic model, its priors scaled to it."""
