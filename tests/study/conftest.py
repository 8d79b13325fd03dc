"""A tiny study, assessed once for all tests of the route."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stockade.study import route
from tests.study.tiny import write_tiny


@pytest.fixture(scope="session")
def assessed(tmp_path_factory):
    """The study's folder after an assessment, and its document. Copy the folder before changing it."""
    folder = write_tiny(tmp_path_factory.mktemp("tiny") / "park")
    return folder, route.assess_study(folder)


@pytest.fixture
def again(assessed, tmp_path):
    """A copy of the assessed study with all that it has kept."""
    return Path(shutil.copytree(assessed[0], tmp_path / "park"))
