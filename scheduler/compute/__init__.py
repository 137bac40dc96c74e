"""Where work runs: local worker processes now, a cluster behind the same `Executor` later."""
