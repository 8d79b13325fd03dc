"""The command line: a face that calls public verbs and nothing else."""
