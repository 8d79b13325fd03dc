"""The reader of Vensim's .mdl files."""
