"""Runs, ensembles, scenarios and trajectories."""
