from __future__ import annotations

from pathlib import Path

from stockade.model.function_docs import functions_page
from stockade.model.unit_docs import synonyms_table


def test_the_page_says_what_the_table_says(repository: Path) -> None:
    page = repository / "docs" / "functions.md"
    # To renew it: python -c "from stockade.model.function_docs import *; print(functions_page(), end='')"
    assert page.read_text(encoding="utf-8") == functions_page()


def test_the_page_of_units_says_what_the_code_says(repository: Path) -> None:
    page = repository / "docs" / "units.md"
    # To renew the table: python -c "from stockade.model.unit_docs import *; print(synonyms_table(), end='')"
    assert synonyms_table() in page.read_text(encoding="utf-8")
