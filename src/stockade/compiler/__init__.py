"""Model -> Simulator: pure JAX functions."""
