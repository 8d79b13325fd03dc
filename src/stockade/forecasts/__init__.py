"""What comes next: predictive counts, simple baselines, and proper scores of both."""
