"""What a fork server imports before anything large: from then on it ends with the process that started it.

By itself it looks whether that process is gone only when it has imported everything, which takes long on a busy
computer. To be imported nowhere else.
"""

from __future__ import annotations

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1

if sys.platform == "linux":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
