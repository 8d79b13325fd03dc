"""What every test room shares: 64-bit arrays, the Iraq study, and data that may lie beside the repository."""

from __future__ import annotations

from pathlib import Path

import jax
import pytest
from hypothesis import settings

# As stockade.arrays does: a test must not depend on who imports first.
jax.config.update("jax_enable_x64", True)

# Shared machines stall; a test that must be quick says so itself.
settings.register_profile("stockade", deadline=None)
settings.load_profile("stockade")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def iraq_folder() -> Path:
    """The founding case. Read it; never write into it: copy it to ``tmp_path`` first."""
    return REPOSITORY / "studies" / "iraq-2008"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Data too large for the repository, in a folder ``shared`` beside it; absent on most machines."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the folder 'shared' beside the repository: larger data that is not part of it")
    return folder
