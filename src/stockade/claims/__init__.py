"""Claims: what was said, as an expression that data can speak for or against, and the verdict on it."""
