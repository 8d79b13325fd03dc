"""The commands of ``stockade``."""


def main() -> None:
    """Stands in until the commands are written."""
    raise SystemExit("stockade: the commands are not written yet")
