"""Models built in Python; `stockade.build` is the door."""
