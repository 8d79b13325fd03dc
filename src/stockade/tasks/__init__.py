"""Many pieces of work on one machine or several: done once each, kept as they end, told when they fail."""
