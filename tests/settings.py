"""The settings of a training installation under test."""

from __future__ import annotations

from pathlib import Path

from models.settings import Settings


def training_settings(url: str, folder: Path) -> Settings:
    """A database of the test's own, its files below `folder`."""
    return Settings(
        database_url=url,
        secret_key="test",
        data_key=bytes(range(32)),
        upload_folder=folder / "uploads",
        is_training=True,
        is_https=False,
        idle_minutes=30,
    )
