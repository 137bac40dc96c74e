"""The demo: what the onlooker is told."""
