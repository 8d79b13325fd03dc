"""Structure tests: a model run in many ways, and what must hold in all of them."""
