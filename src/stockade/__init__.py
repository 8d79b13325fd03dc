"""Stockade puts what is said about an armed group to the test."""

from __future__ import annotations

__version__ = "0.1.0"
