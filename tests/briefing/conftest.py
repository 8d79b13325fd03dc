from __future__ import annotations

import sys
from pathlib import Path

import pytest

from stockade.briefing.document import Document

sys.path.insert(0, str(Path(__file__).parent))

from example import example_document


@pytest.fixture(scope="session")
def document() -> Document:
    return example_document()
