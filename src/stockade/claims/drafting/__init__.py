"""From a pasted text to a draft register of claims, by plain rules for English; an analyst completes it."""
