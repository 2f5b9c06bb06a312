"""The functions of checks, found and imported by pytest, once in a process.

Pytest's own loop is left out: its three phases with a report for each test cost a millisecond for
each check and submission, and nobody reads the reports.
"""

import contextlib
import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from graders.sheets.check_index import CHECKS

Function = Callable[..., None]

OPTIONS = ["-c", os.devnull, f"--rootdir={CHECKS}", "--noconftest", "-p", "no:cacheprovider"]
# Without this option, pytest lists every folder above, however large.
OPTIONS += [f"--confcutdir={CHECKS}"]
OPTIONS += ["-p", "no:capture", "-p", "no:logging", "-p", "no:warnings", "-q", "--no-header"]
OPTIONS += ["--import-mode=importlib", "--tb=short", "--continue-on-collection-errors"]
# These collect garbage several times at the end, for reports that no one reads.
OPTIONS += ["-p", "no:unraisableexception", "-p", "no:threadexception"]

_collected_files: dict[str, "_File"] = {}  # a file that could not be imported is not imported again


def functions(checks: Sequence[str]) -> tuple[dict[str, Function], list[str]]:
    """Return the functions of these checks, and the grader errors that hide others."""
    files = list(dict.fromkeys(check.partition("::")[0] for check in checks))
    if missing := [file for file in files if file not in _collected_files]:
        _collected_files.update(_collected(missing))
    found = {name: f for file in files for name, f in _collected_files[file].functions.items()}
    return found, [
        _collected_files[file].problem for file in files if _collected_files[file].problem
    ]


@dataclass
class _File:
    """The functions that pytest found in a file of checks, or why it found none."""

    functions: dict[str, Function] = field(default_factory=dict)
    problem: str = ""


def _collected(files: Sequence[str]) -> dict[str, _File]:
    found = _Collected(files)
    with _clean_environment(), contextlib.redirect_stdout(io.StringIO()):
        pytest.main([*OPTIONS, *(str(CHECKS / file) for file in files)], plugins=[found])
    if found.interrupted:
        raise KeyboardInterrupt  # pytest catches Ctrl-C
    return found.files


class _Collected:
    """A pytest plugin that keeps the functions that pytest finds, and runs none."""

    def __init__(self, files: Sequence[str]) -> None:
        self.files = {file: _File() for file in files}
        self.interrupted = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and report.nodeid in self.files:
            problem = f"{report.nodeid} could not be collected: {report.longreprtext}"
            self.files[report.nodeid].problem = problem

    def pytest_keyboard_interrupt(self) -> None:
        self.interrupted = True

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for item in session.items:
            if isinstance(item, pytest.Function):
                file = self.files[item.nodeid.partition("::")[0]]
                file.functions[item.nodeid] = item.obj
        return True


@contextlib.contextmanager
def _clean_environment() -> Iterator[None]:
    """Disable options and plugins of the user's own pytest."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PYTEST_")}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("PYTEST_")]:
            del os.environ[name]
        os.environ.update(kept)
