"""A sandbox for a container that allows no namespaces, such as Gradescope's.

The worker is another user, without rights and under kernel restrictions. It cannot read what only
root may read, write outside of /tmp, or reach the grader; it sees the rest of the container.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from graders.errors import UsageError
from graders.paths import WORKER
from graders.sandbox.bubblewrap import NOBODY, found
from graders.sandbox.process import Spawned, WorkerProcess
from graders.sandbox.sandbox import BOOT, environment, popen, python
from graders.sheets.limits import Limits

NOT_PROMISED = {"port": 1, "disk_mb": 2**40}  # the container's own network and disk


class Locked:
    """The worker runs as another user; needs root."""

    name = "locked"
    remark = ""

    def start(self, limits: Limits, canary: dict[str, Any] | None = None) -> WorkerProcess:
        if os.geteuid() != 0:
            raise UsageError("The sandbox `locked` needs root, to run submissions as another user.")
        order = limits.order(lock=True)
        if canary:
            order["canary"] = canary | NOT_PROMISED
        folder = Path(tempfile.mkdtemp(prefix="unroll-"))
        os.chown(folder, NOBODY, NOBODY)
        user = [found("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        command = [*user, *python(), "-c", BOOT, str(WORKER), json.dumps(order)]
        return Spawned(popen(command, environment(str(folder)), str(folder)), folder)
