"""Every model file of the SDX suite against what its vendor's tool wrote; needs the folder ``shared``.

What is expected of each file stands in `expected.tsv`. A file that does worse fails here, and so does one
that does better: then write the table anew with

    python benchmarks/conformity.py ../shared/corpus --update tests/conformity/expected.tsv
"""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.conformity import changes, counts_by_format, model_files, outcomes, read_expected

EXPECTED = read_expected(Path(__file__).with_name("expected.tsv"))
# Something of everything: subscripts, macros, delays, lookups, both formats, a refusal. Seconds each.
PART = (
    "samples/simple_harmonic_oscillator/simple_harmonic_oscillator.mdl",
    "tests/active_initial/test_active_initial.mdl",
    "tests/chained_initialization/test_chained_initialization.xmile",
    "tests/delays/test_delays.mdl",
    "tests/delay_xmile/test_delay_xmile.xmile",
    "tests/except_multiple/test_except_multiple.mdl",
    "tests/if_stmt/if_stmt.stmx",
    "tests/lookups_inline/test_lookups_inline.stmx",
    "tests/macro_multi_macros/test_macro_multi_macros.mdl",
    "tests/macro_stock/test_macro_stock.mdl",
    "tests/non_negative_stocks/test_non_negative_stocks.xmile",
    "tests/number_handling/test_number_handling.mdl",
    "tests/smooth_and_stock/test_smooth_and_stock.stmx",
    "tests/special_characters_xmile/test_special_variable_names.xmile",
    "tests/subscript_1d_arrays/test_subscript_1d_arrays.stmx",
    "tests/subscript_3d_arrays/test_subscript_3d_arrays.mdl",
    "tests/subscript_aggregation/test_subscript_aggregation.mdl",
    "tests/tabbed_arrays/tabbed_arrays.mdl",
    "tests/unicode_characters/unicode_test_model.mdl",
)


@pytest.fixture(scope="session")
def corpus(shared: Path) -> Path:
    folder = shared / "corpus"
    if not folder.is_dir():
        pytest.skip("needs the folder 'shared/corpus' beside the repository: the SDX suite is not part of it")
    return folder


def test_what_is_expected_is_what_may_be() -> None:
    assert set(EXPECTED.values()) <= {"pass", "wrong", "refused", "random", "no output"}
    assert set(PART) <= set(EXPECTED)


@pytest.mark.slow
@pytest.mark.core
@pytest.mark.corpus
def test_a_part_of_the_suite(corpus: Path) -> None:
    found = list(outcomes(corpus, PART, workers=0))
    assert changes(found, EXPECTED) == []


@pytest.mark.slow
@pytest.mark.corpus
@pytest.mark.timeout(1800)
def test_the_whole_suite(corpus: Path) -> None:
    names = model_files(corpus)
    found = list(outcomes(corpus, names, workers=2))
    assert changes(found, EXPECTED) == [], counts_by_format(found)
    assert set(EXPECTED) == set(names)


@pytest.mark.slow
@pytest.mark.corpus
def test_the_page_has_a_row_for_every_file_that_is_no_pass(repository: Path) -> None:
    page = (repository / "docs" / "conformity.md").read_text(encoding="utf-8")
    others = [f"| `{one}` | {status} |" for one, status in EXPECTED.items() if status != "pass"]
    assert [one for one in others if one not in page] == []
