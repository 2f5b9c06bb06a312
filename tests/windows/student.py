"""`python -m graders.student` as if the system were Windows, in a folder that the course gave out."""

import os
import sys
from types import SimpleNamespace

import sitecustomize

from graders.remote import pipes
from graders.sandbox import process, sandbox
from graders.student import __main__ as student

assert sitecustomize.ABSENT
NT = SimpleNamespace(**{**vars(os), "name": "nt"})
for module in (pipes, process, sandbox):
    module.os = NT
process.signal = SimpleNamespace()  # the library's own processes need some of it here
plain = sandbox.environment
sandbox.environment = lambda home: plain(home) | {"PYTHONPATH": os.environ["SITE"]}
sys.exit(student.main())
