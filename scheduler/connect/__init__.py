"""Connections to other systems. Each is an adapter behind a Protocol, and nothing here knows of plans."""
