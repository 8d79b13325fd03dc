"""`python -m stockade`: the command line, where the script itself is not on the path."""

from stockade.cli.app import main

if __name__ == "__main__":
    main()
