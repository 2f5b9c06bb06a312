"""The sandbox: what a submission cannot see, reach or leave behind, as an ordinary user and as root."""

import ctypes
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from graders.errors import UsageError
from graders.paths import ROOT
from graders.remote.faults import Fault
from graders.remote.session import Session
from graders.remote.student import RemoteSubmission
from graders.sandbox import bubblewrap, cgroup, selftest, zygote
from graders.sandbox.bubblewrap import Bubblewrap
from graders.sandbox.sandbox import NoSandbox
from graders.sandbox.selftest import choose, self_test
from graders.sandbox.zygote import Zygote
from graders.sheets.limits import Limits, counts_processes_by_namespace
from graders.uploads.submission import Submission
from graders.worker import confinement

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


@pytest.fixture(scope="module", params=["zygote", "bwrap"])
def session(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_OF_THE_GRADER", "42")
        limits = Limits(call_seconds=20)
        session = Session(Submission({"part.py": CODE}), {}, choose(request.param), limits)
        yield session
        session.close()


@pytest.fixture
def student(session):
    session.begin(1)
    yield RemoteSubmission(session, "part")
    session.end()


@pytest.mark.parametrize(
    "path",
    ["reference", "student_template/data.py", "graders/oracles", "graders/checks/test_elman.py",
     "fixtures", "graders/assignments/rnn.toml", "graders/grading/grade.py", ".git", "tests",
     "README.md"],
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
    assert student.listing("/dev/shm") == []
    assert set(student.listing("/dev/pts")) <= {"ptmx"}
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


def test_no_other_process_is_seen_or_reached(student):
    assert len(student.processes()) <= 3
    assert student.kills(os.getpid()) == "ProcessLookupError"
    assert student.new_namespace() == -1


def test_nothing_of_the_system_can_be_written(student):
    for path in ("/usr/x", "/etc/x", sys.prefix + "/x", sys.base_prefix + "/x", "/x"):
        assert student.writes(path) in ("OSError", "PermissionError", "FileNotFoundError")
    assert student.writes("/tmp/x") == "written"


def test_the_number_of_processes_is_limited(student):
    if not counts_processes_by_namespace():
        pytest.skip("this kernel counts a user's processes outside of the sandbox too")
    assert student.forks() < 100


def test_numbers_come_out_as_on_the_grader(student):
    assert student.cpu() > 0  # torch without /proc/cpuinfo computes other numbers


def test_only_three_streams_and_the_two_pipes_are_open(student):
    assert student.descriptors() <= 6


@pytest.mark.parametrize("name", ["auto", "zygote", "bwrap"])
def test_a_missing_bubblewrap_is_a_refusal_that_says_what_to_install(monkeypatch, name):
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    bubblewrap.known_options.cache_clear()
    with pytest.raises(UsageError, match="apt-get install bubblewrap"):
        choose(name)


@pytest.mark.parametrize("name", ["auto", "zygote", "bwrap"])
def test_a_bubblewrap_that_fails_is_a_refusal_that_names_the_setting(monkeypatch, tmp_path, name):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(
        bubblewrap, "found", lambda program: str(fake) if program == "bwrap" else program
    )
    monkeypatch.setattr(bubblewrap.os, "geteuid", lambda: 1000)
    bubblewrap.known_options.cache_clear()
    with pytest.raises(UsageError) as caught:
        choose(name)
    bubblewrap.known_options.cache_clear()
    assert "setting up uid map: Permission denied" in str(caught.value)
    assert "apparmor_restrict_unprivileged_userns" in str(caught.value)


@pytest.mark.parametrize("kind", [Bubblewrap, lambda: Zygote(preload=None)])
def test_a_sandbox_that_leaks_is_a_refusal(monkeypatch, kind):
    """A folder that has to stay unseen is bound all the same: the canary inside finds it."""
    places, links = bubblewrap.places, bubblewrap._system_links
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # /tmp is covered in any case
        os.chmod(folder, 0o755)
        below = Path(folder, "below")
        below.mkdir()
        (below / "secret").write_text("x")
        monkeypatch.setattr(bubblewrap, "places", lambda: [*places(), Path(folder)])
        leaky = kind()
        (leaky if isinstance(leaky, Bubblewrap) else leaky._bubblewrap).hidden += (below,)
        assert self_test(leaky, (below,)) == []  # it lies below a bound folder, so it is covered
        monkeypatch.setattr(Bubblewrap, "_binds", lambda self, found: _uncovered(found) + links())
        with pytest.raises(UsageError, match=f"a submission could read {below}"):
            self_test(leaky, (below,))


def _uncovered(sources):
    return [word for t, s in sources.items() for word in ("--ro-bind", str(s), str(t))]


KINDS = [Bubblewrap, lambda: Zygote(preload=None)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"memory_mb": -1000}, "use memory without limit"),
        ({"file_mb": 1}, "write a file without limit"),
        ({"files": 100}, "open files without limit"),
        ({"disk_mb": 1}, "fill the disk"),
        ({"processes": 3}, "start processes without limit"),
    ],
)
def test_a_limit_that_does_not_bite_is_a_refusal(kind, told, said):
    """The canary expects a lower limit than the one that was set."""
    with pytest.raises(UsageError, match=f"Sandbox self-test failed: a submission could {said}"):
        self_test(kind(), (), Limits(**told))


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_that_was_forgotten_is_a_refusal(monkeypatch, kind):
    order = Limits.order
    monkeypatch.setattr(Limits, "order", lambda self, lock: order(self, lock=False))
    with pytest.raises(UsageError, match=r"a submission could .*call any part of the kernel"):
        self_test(kind(), ())


def test_without_a_warm_sandbox_the_other_is_taken_and_the_user_is_told(monkeypatch):
    """So it is on Ubuntu, where a namespace inside of bubblewrap has no rights."""
    monkeypatch.setattr(Zygote, "start", _no_worker)
    chosen = choose("auto")
    assert chosen.name == "bwrap"
    assert chosen.remark.startswith("The warm sandbox does not work here (unshare: not permitted)")
    with pytest.raises(UsageError, match="unshare: not permitted"):
        choose("zygote")


def test_what_ends_a_fork_before_it_works_is_said(monkeypatch):
    start = Zygote.start
    told = {"paths": None}  # which the canary takes for a list
    monkeypatch.setattr(Zygote, "start", lambda self, limits, _: start(self, limits, told))
    with pytest.raises(UsageError, match=r"KeyError|TypeError"):
        choose("zygote")


def test_a_checkout_below_tmp_is_graded_in_a_bubblewrap_for_each(monkeypatch):
    """A fork has an empty /tmp of its own over it, and would find nothing there."""
    below = [*zygote.places(), Path("/tmp/clone/graders/worker")]
    monkeypatch.setattr(zygote, "places", lambda: below)
    chosen = choose("auto", ())
    assert isinstance(chosen, Bubblewrap)
    assert "(/tmp/clone/graders/worker is inside a folder that each" in chosen.remark
    with pytest.raises(
        UsageError, match="is inside a folder that each worker replaces with its own"
    ):
        choose("zygote", ())


def _no_worker(self, limits, canary=None):
    raise RuntimeError("unshare: not permitted")


def test_a_kernel_without_a_lock_is_named_in_every_result(monkeypatch):
    monkeypatch.setattr(selftest, "self_test", lambda sandbox, hidden: ["Landlock", "seccomp"])
    assert choose("auto").name == "zygote without Landlock and seccomp"
    assert selftest.again("zygote without Landlock and seccomp", ()).name.endswith("and seccomp")
    assert selftest.again("none", ()).name == "none"


def test_the_numbers_of_the_refused_calls_are_the_kernels():
    """libseccomp knows them for every machine."""
    library = ctypes.CDLL("libseccomp.so.2")
    for place, machine in enumerate((0xC000003E, 0xC00000B7)):
        for name, numbers in confinement.REFUSED.items():
            known = library.seccomp_syscall_resolve_name_arch(machine, name.encode())
            assert known in (numbers[place], -1), name  # -1: younger than this library
        for name, numbers in {
            "clone": (56, 220),
            "clone3": (435, 435),
            "socket": (41, 198),
        }.items():
            assert (
                library.seccomp_syscall_resolve_name_arch(machine, name.encode()) == numbers[place]
            )


def test_a_machine_of_another_kind_has_no_filter_and_says_so(monkeypatch):
    assert confinement.seccomp_filter("riscv64") is None
    monkeypatch.setattr(confinement, "_FILTER", None)
    assert confinement._seccomp() == ["seccomp"]


# --- the warm process ---


@pytest.fixture
def warm():
    warm = Zygote(preload=())
    yield warm
    warm.close()


def run(warm, statement, seconds=20):
    """Run a worker to its end; give its exit code."""
    session = Session(Submission({"p.py": f"import os\n{statement}".encode()}), {}, warm, Limits())
    session.begin(1)
    try:
        return RemoteSubmission(session, "p").f()
    except Fault as fault:
        return fault.message
    finally:
        session.end()
        session.close()


def test_the_warm_process_is_replaced_after_a_bad_end_and_nobody_waits_for_it(warm):
    run(warm, "def f(): return 1")
    first = warm._warm
    assert "exit code 3" in run(warm, "def f(): os._exit(3)")
    assert first.worn
    run(warm, "def f(): return 1")  # the next one is started beside it
    assert warm._next is not None
    warm._next.wait(60)
    run(warm, "def f(): return 1")
    assert warm._warm is not first and first.ended


def test_the_warm_process_is_replaced_after_so_many_workers(warm, monkeypatch):
    monkeypatch.setattr(zygote, "JOBS", 3)
    monkeypatch.setattr(zygote, "AHEAD", 1)
    seen = []
    for _ in range(7):
        assert run(warm, "def f(): return 1") == 1
        seen.append(warm._warm)
    assert len(set(map(id, seen))) >= 2
    assert all(one.used <= 3 for one in seen)
    assert all(one.ended for one in seen if one is not warm._warm)


def test_a_warm_process_that_is_killed_is_our_fault_and_is_replaced(warm):
    session = Session(Submission({"p.py": b"def f(): return 1"}), {}, warm, Limits())
    session.begin(1)
    worker = session._connection.process._first
    warm._warm._process.kill()
    worker.wait(10)
    with pytest.raises(Fault):
        RemoteSubmission(session, "p").f()
    session.end()
    session.begin(2)
    assert RemoteSubmission(session, "p").f() == 1
    session.close()


def test_a_worker_that_cannot_be_confined_is_our_fault(warm, monkeypatch):
    order = Limits().order(lock=True)
    del order["disk_mb"]
    monkeypatch.setattr(Limits, "order", lambda self, lock: order)
    with pytest.raises(RuntimeError, match="No worker could be started"):
        Session(Submission({}), {}, warm, Limits()).begin(1)


def test_two_workers_of_one_warm_process_do_not_see_each_other(warm):
    code = b"""
import os, glob
def leave(text):
    open("/tmp/note", "w").write(text)
    open("/dev/shm/note", "w").write(text)
    os.environ["NOTE"] = text
def find(): return [glob.glob("/tmp/*"), glob.glob("/dev/shm/*"), os.environ.get("NOTE")]
def others():
    found = []
    for pid in range(1, 2000):
        try: os.kill(pid, 0); found.append(pid)
        except OSError: pass
    return found
"""
    one, other = (Session(Submission({"p.py": code}), {}, warm, Limits()) for _ in range(2))
    one.begin(1)
    RemoteSubmission(one, "p").leave("secret")
    other.begin(1)
    places, shared, variable = RemoteSubmission(other, "p").find()
    assert [place for place in places if "note" in place] == shared == []
    assert variable is None
    assert RemoteSubmission(other, "p").others() in ([2], [1, 2])  # itself, and what watches it
    one.close()
    other.close()


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
        "from graders.sandbox.sandbox import Limits;"
        "from graders.sandbox.selftest import choose;"
        "from graders.remote.session import Session;"
        "from graders.uploads.submission import Submission;"
        "from graders.remote.student import RemoteSubmission;"
        "s = Session(Submission({'p.py': b'import os\\ndef who(): return os.getuid()'}), {},"
        " choose('auto'), Limits()); s.begin(1); print(RemoteSubmission(s, 'p').who()); s.close()"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout.strip() == str(bubblewrap.NOBODY), said.stderr


# --- the control group ---


def test_without_the_right_to_make_groups_there_is_none(monkeypatch, tmp_path):
    monkeypatch.setattr(cgroup, "HIERARCHY", tmp_path)
    assert cgroup.make() is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("controllers", ["memory pids\n", "cpu\n"])
def test_a_group_of_version_2_is_made_beside_our_own(monkeypatch, tmp_path, controllers):
    (tmp_path / "cgroup.subtree_control").write_text(controllers)
    monkeypatch.setattr(cgroup, "HIERARCHY", tmp_path)
    found = cgroup._parent("", "app.scope")
    assert found == (tmp_path if "memory" in controllers else None)


def test_what_is_in_a_group_is_bounded_together():
    group = cgroup.make()
    if group is None:
        pytest.skip("this user may make no groups")
    group.limit(-cgroup.WARM_MB + 64, 20)  # 64 MB in all
    hog = "x = []\nwhile True: x.append(bytearray(2**20))"
    ended = subprocess.run(group.around([sys.executable, "-c", hog]), check=False)
    assert ended.returncode == -9
    crowd = (
        "import os, time\nfor _ in range(60):\n  if os.fork() == 0: time.sleep(0.5); os._exit(0)"
    )
    ended = subprocess.run(
        group.around([sys.executable, "-c", crowd]), check=False, capture_output=True
    )
    assert b"BlockingIOError" in ended.stderr
    group.close()
    assert not any(folder.exists() for folder in group.folders)


def test_a_warm_sandbox_leaves_no_group_behind(warm):
    run(warm, "def f(): return 1")
    group = warm._warm._group
    warm.close()
    assert group is None or not any(folder.exists() for folder in group.folders)


def test_groups_of_a_grader_that_was_killed_are_swept(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for name in (f"unroll-{ended.pid}-0", f"unroll-{os.getpid()}-0", "unroll-x-0", "other"):
        (tmp_path / name).mkdir()
    cgroup._sweep(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"unroll-{os.getpid()}-0", "unroll-x-0", "other"}


def test_a_grader_that_is_killed_leaves_no_process(tmp_path):
    program = (
        "import time\n"
        "from graders.sandbox.sandbox import Limits\n"
        "from graders.remote.session import Session\n"
        "from graders.uploads.submission import Submission\n"
        "from graders.sandbox.zygote import Zygote\n"
        "s = Session(Submission({}), {}, Zygote(preload=()), Limits()); s.begin(1)\n"
        "print('up', flush=True); time.sleep(600)"
    )
    grader = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
    assert grader.stdout.readline() == b"up\n"
    family = psutil.Process(grader.pid).children(recursive=True)
    assert len(family) >= 4
    grader.kill()
    grader.communicate()
    assert psutil.wait_procs(family, timeout=10)[1] == []
