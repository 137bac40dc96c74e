"""Rejig: rejigs a factory's schedule the moment the floor changes."""

__version__ = "0.1.0"
