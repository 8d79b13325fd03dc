"""A first study of one armed group, made from its monthly record: a generic model with priors scaled to it."""
