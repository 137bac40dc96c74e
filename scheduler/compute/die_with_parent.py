"""The fork server imports this file first: from then on it ends with the process that started it.

Without it, the fork server notices the end of that process only after all its imports, which take long on a busy
computer. Nothing else may import this file: it would end with its parent, too.
"""

from __future__ import annotations

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1

if sys.platform == "linux":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
