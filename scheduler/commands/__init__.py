"""The commands of `rejig`, one per file, with heavy imports inside them, so that `rejig --help` is quick."""
