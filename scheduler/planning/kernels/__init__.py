"""Compiled inner loops over the tables of `planning/layout.py`. No bounds checks at run time; tests turn them on."""
