"""`python -m benchmarks [--quick]`: plans first, then events."""

from __future__ import annotations

import sys

from benchmarks import events, plans

if __name__ == "__main__":
    plans.main(sys.argv[1:])
    events.main(sys.argv[1:])
