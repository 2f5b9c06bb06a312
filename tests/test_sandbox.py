"""The sandbox: what a submission cannot see, reach or leave behind, as an ordinary user and as root."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from graders.harness import sandbox
from graders.harness.errors import UsageError
from graders.harness.remote import Student
from graders.harness.sandbox import ROOT, Bubblewrap, Limits, NoSandbox, choose
from graders.harness.session import Session
from graders.harness.submission import Submission

CODE = b"""
import glob, os, socket
def exists(path): return os.path.exists(path)
def listing(path): return sorted(os.listdir(path))
def reads(path):
    try: return open(path).read(20)
    except OSError as problem: return type(problem).__name__
def writes(path):
    try:
        open(path, "w").write("x"); return "written"
    except OSError as problem: return type(problem).__name__
def connects(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2); return "connected"
    except OSError as problem: return type(problem).__name__
def resolves():
    try: return socket.gethostbyname("localhost.localdomain.test")
    except OSError as problem: return type(problem).__name__
def identity(): return [os.getuid(), os.getgid(), os.getgroups()]
def processes(): return [p for p in os.listdir("/proc") if p.isdigit()]
def kills(pid):
    try:
        os.kill(pid, 9); return "killed"
    except OSError as problem: return type(problem).__name__
def variables(): return dict(os.environ)
def descriptors(): return len(os.listdir("/proc/self/fd"))
def forks():
    made = 0
    try:
        for _ in range(500):
            if os.fork() == 0:
                import time; time.sleep(60)
            made += 1
    except OSError: pass
    return made
def new_namespace():
    import ctypes
    return ctypes.CDLL(None, use_errno=True).unshare(0x10000000)
def cpu(): return open("/proc/cpuinfo").read().count("processor")
"""


@pytest.fixture(scope="module")
def session():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_OF_THE_GRADER", "42")
        limits = Limits(call_seconds=20)
        session = Session(Submission({"part.py": CODE}), {}, choose("auto"), limits)
        yield session
        session.close()


@pytest.fixture
def student(session):
    session.begin(1)
    yield Student(session, "part")
    session.end()


@pytest.mark.parametrize(
    "path",
    ["reference", "student_template/data.py", "graders/oracles", "graders/test_elman.py", "fixtures",
     "graders/assignments/rnn.toml", "graders/harness/grade.py", ".git", "tests", "README.md"],
)  # fmt: skip
def test_the_project_is_out_of_sight(student, path):
    assert not student.exists(str(ROOT / path))


def test_other_submissions_and_homes_are_out_of_sight(student, tmp_path):
    (tmp_path / "result.json").write_text("{}")
    assert not student.exists(str(tmp_path))
    assert student.reads("/etc/shadow") == "FileNotFoundError"
    above = {ROOT.parts[2]} if ROOT.is_relative_to("/tmp") else set()  # on the way to the worker
    own = {"x", "torchinductor_student"}  # another test's, and torch's empty cache
    assert set(student.listing("/tmp")) <= own | above
    assert set(student.listing("/")) <= {
        "bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "tmp", "usr",
        *(Path(p).parts[1] for p in (sys.prefix, sys.base_prefix, str(ROOT))),
    }  # fmt: skip


def test_there_is_no_network(student):
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert student.connects(server.getsockname()[1]) != "connected"
    assert student.resolves() == "gaierror"


def test_the_environment_of_the_parent_is_out_of_sight(student):
    assert "SECRET_OF_THE_GRADER" not in student.variables()
    for path in ("/proc/1/environ", f"/proc/{os.getpid()}/environ"):
        assert "SECRET" not in student.reads(path)


def test_it_is_an_ordinary_user_with_no_groups_of_ours(student):
    user, group, groups = student.identity()
    assert user != 0 and group != 0 and 0 not in groups
    assert student.reads("/proc/1/cmdline").startswith(("bwrap", "/usr/bin/bwrap"))


def test_no_other_process_is_seen_or_reached(student):
    assert len(student.processes()) <= 3
    assert student.kills(os.getpid()) == "ProcessLookupError"
    assert student.new_namespace() == -1


def test_nothing_of_the_system_can_be_written(student):
    for path in ("/usr/x", "/etc/x", sys.prefix + "/x", sys.base_prefix + "/x", "/x"):
        assert student.writes(path) in ("OSError", "PermissionError", "FileNotFoundError")
    assert student.writes("/tmp/x") == "written"


def test_the_number_of_processes_is_limited(student):
    if not sandbox._counts_processes_by_namespace():
        pytest.skip("this kernel counts a user's processes outside of the sandbox too")
    assert student.forks() < 100


def test_numbers_come_out_as_on_the_grader(student):
    assert student.cpu() > 0  # torch without /proc/cpuinfo computes other numbers


def test_only_three_streams_and_the_two_pipes_are_open(student):
    assert student.descriptors() <= 6


def test_a_missing_bubblewrap_is_a_refusal_that_says_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    sandbox._known_options.cache_clear()
    with pytest.raises(UsageError, match="apt-get install bubblewrap"):
        choose("auto")


def test_a_bubblewrap_that_fails_is_a_refusal_that_names_the_setting(monkeypatch, tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(
        sandbox, "_found", lambda program: str(fake) if program == "bwrap" else program
    )
    monkeypatch.setattr(sandbox.os, "geteuid", lambda: 1000)
    sandbox._known_options.cache_clear()
    with pytest.raises(UsageError) as caught:
        choose("auto")
    sandbox._known_options.cache_clear()
    assert "setting up uid map: Permission denied" in str(caught.value)
    assert "apparmor_restrict_unprivileged_userns" in str(caught.value)


def test_a_sandbox_that_leaks_is_a_refusal(monkeypatch):
    """A folder that has to stay unseen is bound all the same: the probe inside finds it."""
    places, hidden = sandbox._places(), sandbox._system_links
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        below = Path(folder, "below")
        below.mkdir()
        (below / "secret").write_text("x")
        monkeypatch.setattr(sandbox, "_places", lambda: [*places, Path(folder)])
        leaky = Bubblewrap()
        leaky.check()
        leaky._hidden = (*leaky._hidden, below)
        leaky.check()  # it lies below a bound folder, so it is covered
        monkeypatch.setattr(leaky, "_binds", lambda sources: _uncovered(sources) + hidden())
        with pytest.raises(UsageError, match=f"a submission could reach {below}"):
            leaky.check()


def _uncovered(sources):
    return [word for t, s in sources.items() for word in ("--ro-bind", str(s), str(t))]


def test_an_unknown_sandbox_is_refused():
    with pytest.raises(UsageError, match="There is no sandbox `docker`"):
        choose("docker")


def test_without_a_sandbox_the_folder_of_a_worker_is_removed():
    process = NoSandbox().start(Limits())
    folder = process._folder
    assert folder.is_dir()
    process.kill()
    for stream in (process.requests, process.answers, process.output):
        stream.close()
    assert not folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hide an interpreter from others")
def test_root_drops_its_rights_even_where_only_root_can_reach_the_interpreter():
    """The grader may run from /root: the worker still starts, as nobody, without root's files."""
    program = (
        "from graders.harness.sandbox import *;"
        "from graders.harness.session import Session;"
        "from graders.harness.submission import Submission;"
        "from graders.harness.remote import Student;"
        "s = Session(Submission({'p.py': b'import os\\ndef who(): return os.getuid()'}), {},"
        " choose('auto'), Limits()); s.begin(1); print(Student(s, 'p').who()); s.close()"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout.strip() == str(sandbox.NOBODY), said.stderr
