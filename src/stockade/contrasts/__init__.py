"""Contrasts: the same draws under two histories."""
