"""The package's face: every verb it names is there."""

from __future__ import annotations

import pytest

import stockade


@pytest.mark.parametrize("name", stockade.__all__)
def test_every_public_name_is_there(name):
    assert callable(getattr(stockade, name))
    assert name in dir(stockade)


def test_an_unknown_name_is_an_ordinary_mistake():
    with pytest.raises(AttributeError, match="has no attribute 'lode'"):
        stockade.lode  # noqa: B018
