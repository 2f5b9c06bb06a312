"""The worker behind a session: it answers, and whatever a student's code does ends as an outcome."""

import contextlib
import time

import psutil
import pytest
import torch

from graders.remote.connection import STRETCH
from graders.remote.describe import describe
from graders.remote.faults import Crash, Failed, Fault, NotFound, StudentError, TooLarge, TooSlow
from graders.remote.pipes import Threaded
from graders.remote.session import Session
from graders.remote.student import RemoteSubmission
from graders.sandbox.bubblewrap import Bubblewrap
from graders.sandbox.sandbox import NoSandbox
from graders.sandbox.zygote import Zygote
from graders.sheets.limits import Limits
from graders.uploads.submission import Submission

LIMITS = Limits(call_seconds=3, check_seconds=8, load_seconds=4, memory_mb=600, output_kb=4)
CODE = '''
import torch, os, sys, time
from torch import nn

class Net(nn.Module):
    def __init__(self, a, b=2):
        super().__init__()
        self.lin = nn.Linear(a, b)
        self.history = [1.0, float("nan")]
        self.unused = nn.Parameter(torch.zeros(1))
    def forward(self, x):
        return self.lin(x)
    def twice(self, x):
        return self.lin(x), [self.lin(x)]

def double(x): return 2 * x
def mutate(rows):
    rows[0].append(9)
    return rows
def shout(text):
    print(text)
    print("err", file=sys.stderr)
def raises(x):
    values = [1, 2]
    return values[x]
def spin():
    while True: pass
def leave(code): os._exit(code)
def exits(): sys.exit(0)
def segfault():
    import ctypes
    ctypes.string_at(0)
def hog():
    kept = []
    while True:
        kept.append(torch.ones(2 ** 22))
def huge(): return torch.ones(10 ** 13)
def flood():
    while True: print("x" * 10000)
def nonsense():
    os.write(ANSWERS, b"HTTP/1.1 200 OK, all tests passed")
    time.sleep(60)
def forge():
    import struct, json
    text = json.dumps({"number": 10 ** 6, "value": {"value": 1, "mutated": False}}).encode()
    os.write(ANSWERS, struct.pack(">4sIQ", b"UNR1", len(text), 0) + text)
    time.sleep(60)
def numbers():
    for i in range(3): yield i, torch.tensor(i)
def environment(): return sorted(os.environ)
def fork_and_stay():
    if os.fork() == 0:
        time.sleep(600)
    return os.getpid()
def seeded():
    import random, numpy
    return [random.random(), float(numpy.random.rand()), float(torch.rand(1))]
FDS = [int(f) for f in os.listdir("/proc/self/fd")]
ANSWERS = max(f for f in FDS if f > 2 and os.path.exists(f"/proc/self/fd/{f}"))
'''  # fmt: skip


@pytest.fixture(scope="module", params=["none", "none as on Windows", "bwrap", "zygote"])
def session(request):
    kinds = {"bwrap": Bubblewrap, "zygote": Zygote}
    with pytest.MonkeyPatch.context() as patch:
        if "Windows" in request.param:
            patch.setattr("graders.remote.connection.pipes", Threaded)
        sandbox = kinds.get(request.param, NoSandbox)()
        session = Session(Submission({"part.py": CODE.encode()}), {}, sandbox, LIMITS)
        yield session
        session.close()


@pytest.fixture(scope="module")
def warm():
    """A sandbox whose workers are forks of one process; others import torch for each worker."""
    sandbox = Zygote(preload=())
    yield sandbox
    sandbox.close()


@pytest.fixture
def student(session):
    session.begin(5)
    yield RemoteSubmission(session, "part")
    session.end()


def test_functions_take_and_give_tensors(student):
    assert torch.equal(student.double(torch.arange(3)), torch.tensor([0, 2, 4]))
    assert student.called == "double(tensor([0, 1, 2]))"


def test_what_is_told_is_done_before_what_is_asked_next(student):
    net = student.Net(3)
    student.tell(net.eval)
    student.tell(net.double)
    student.set_parameters(net, {"lin.weight": torch.full((2, 3), 7.0)})
    assert student.get(net, "training") is False
    weight = {p.name: p.values for p in student.parameters(net)}["lin.weight"]
    assert torch.equal(weight, torch.full((2, 3), 7.0, dtype=torch.float64))


def test_what_is_told_and_fails_is_the_answer_to_what_is_asked_next(student):
    student.tell(student.raises, 5)
    with pytest.raises(StudentError, match="list index out of range"):
        student.double(1)
    assert student.double(1) == 2


def test_what_is_told_at_the_end_of_a_check_is_forgotten(session):
    session.begin(5)
    student = RemoteSubmission(session, "part")
    student.tell(student.leave, 3)
    session.end()
    session.begin(6)
    assert student.double(2) == 4
    session.end()


def test_objects_stay_in_the_worker_and_are_called_by_handle(student):
    net = student.Net(3, b=4)
    assert net(torch.zeros(2, 3)).shape == (2, 4)
    one, [other] = net.twice(torch.ones(1, 3))
    assert torch.equal(one, other)
    assert student.get(net, "lin.weight").shape == (4, 3)
    assert student.get(net, "history.0") == 1.0


def test_parameters_are_read_and_written(student):
    net = student.Net(3)
    found = {p.name: p for p in student.parameters(net)}
    assert {name: p.owner for name, p in found.items()} == {
        "unused": "Net", "lin.weight": "Linear", "lin.bias": "Linear"
    }  # fmt: skip
    student.set_parameters(net, {"lin.weight": torch.ones(2, 3), "lin.bias": torch.zeros(2)})
    assert net(torch.ones(1, 3)).tolist() == [[3.0, 3.0]]


def test_gradients_come_by_name_and_by_input(student):
    net = student.Net(3)
    found = student.gradients(net, [torch.ones(1, 3)], [torch.ones(1, 2)])
    assert found.parameters["unused"] is None
    assert found.parameters["lin.weight"].tolist() == [[1.0] * 3] * 2
    assert found.inputs[0].shape == (1, 3)


def test_generators_are_listed(student):
    assert student.numbers() == [(i, torch.tensor(i)) for i in range(3)]


def test_changed_arguments_are_noticed(student):
    student.mutate([[1], [2]])
    assert student.mutated
    student.double(torch.ones(2))
    assert not student.mutated


def test_an_exception_is_told_with_the_students_own_lines(student):
    with pytest.raises(StudentError) as caught:
        student.raises(5)
    assert "It raised IndexError: list index out of range" in caught.value.message
    assert "part.py, line 25, in raises\n    return values[x]" in caught.value.message
    assert "serve.py" not in caught.value.message


def test_a_missing_name_proposes_the_nearest(student):
    with pytest.raises(NotFound) as caught:
        student.doubles(1)
    assert "`doubles` is not in the submission" in caught.value.message
    assert "Did you mean `double`?" in caught.value.message


MAKING = """
import time
class Net:
    def __init__(self, a):
        self.a = a
    def width(self): return self.a
class Picky:
    def __init__(self, a):
        raise ValueError(a)
class Slow:
    def __init__(self):
        while True: pass
class Leaves:
    def __init__(self):
        import os
        os._exit(3)
def Plain(a): return [a]
class Odd:
    def __new__(cls): return type("Shy", (list,), {"__repr__": lambda self: 1 / 0})()
def same(a): return a
"""  # fmt: skip


@pytest.fixture
def making(session):
    mine = Session(Submission({"part.py": MAKING.encode()}), {}, session._sandbox, LIMITS)
    mine.begin(1)
    yield RemoteSubmission(mine, "part")
    mine.close()


def test_an_object_is_made_with_the_next_request(making):
    first, second = making.Net(3), making.Net(4)
    assert (second.width(), first.width()) == (4, 3)
    (held,) = making.same([first])
    assert held.width() == 3


def test_what_cannot_be_made_is_told_with_its_own_call(making):
    good, bad, later = making.Net(3), making.Picky(5), making.Net(4)
    with pytest.raises(StudentError, match="ValueError: 5"):
        good.width()
    assert making.called == "Picky(5)"
    for lost in (bad, later):  # later was not made either, since a check ends where that shows
        with pytest.raises(StudentError, match="ValueError: 5"):
            making.same(lost)
        with pytest.raises(StudentError, match="ValueError: 5"):
            making.tell(lost.width)
            making.same(1)
    assert good.width() == 3


def test_what_nobody_asks_for_is_made_before_a_check_ends(making):
    making.Picky(5)
    with pytest.raises(StudentError, match="ValueError: 5"):
        making.settle()
    making.settle()


@pytest.mark.parametrize(("name", "fault"), [("Slow", TooSlow), ("Leaves", Crash)])
def test_making_that_never_comes_back_is_named(making, name, fault):
    good, made = making.Net(3), getattr(making, name)()
    with pytest.raises(fault):
        making.same(made)
    assert making.called == f"Net(3), then {name}(), then same({name}())"
    with pytest.raises(Crash, match="lost earlier"):
        good.width()


@pytest.mark.parametrize(
    ("name", "arguments", "shown"), [("Plain", [3], "[3]"), ("Odd", [], "Shy")]
)
def test_a_class_that_gives_no_object_fails(making, name, arguments, shown):
    getattr(making, name)(*arguments)
    with pytest.raises(Failed, match=f"{name} did not return an object") as caught:
        making.settle()
    assert caught.value.returned == shown


def test_exit_in_a_call_is_only_an_exception(student):
    with pytest.raises(StudentError, match="SystemExit"):
        student.exits()
    assert torch.equal(student.double(torch.tensor(1)), torch.tensor(2))


@pytest.mark.parametrize(
    ("name", "arguments", "kind", "words"),
    [
        ("spin", (), TooSlow, "not finished after 3 seconds"),
        ("leave", (0,), Crash, "ended before it answered (exit code 0)"),
        ("leave", (3,), Crash, "exit code 3"),
        ("segfault", (), Crash, "segmentation fault"),
        ("hog", (), TooLarge, "MB of memory; 600 MB are allowed"),
        ("huge", (), TooLarge, "asked for more memory than is available"),
        ("nonsense", (), Crash, "invalid answer"),
        ("forge", (), Crash, "invalid answer"),
        ("flood", (), Fault, ""),
    ],
)
def test_a_lost_worker_costs_one_check_and_is_replaced(session, name, arguments, kind, words):
    session.begin(5)
    student = RemoteSubmission(session, "part")
    started = time.monotonic()
    with pytest.raises(kind) as caught:
        getattr(student, name)(*arguments)
    assert words in caught.value.message
    assert time.monotonic() - started < STRETCH * LIMITS.call_seconds + 0.5  # on a busy machine
    session.end()
    session.begin(6)
    assert torch.equal(student.double(torch.tensor(1)), torch.tensor(2))
    session.end()


def test_output_is_kept_up_to_its_cap(session):
    session.begin(5)
    student = RemoteSubmission(session, "part")
    student.shout("hello")
    assert session.end() == "hello\nerr\n"
    session.begin(6)
    student.shout("x" * 10_000)
    output = session.end()
    assert len(output) < 4300 and "(cut: 10," in output
    session.begin(7)
    assert session.end() == ""


def test_draws_follow_the_checks_seed(session):
    def draws(seed):
        session.begin(seed)
        values = RemoteSubmission(session, "part").seeded()
        session.end()
        return values

    assert draws(3) == draws(3) != draws(4)


def test_the_worker_has_a_clean_environment(student, monkeypatch):
    assert set(student.environment()) <= {
        "HOME", "LANG", "LC_CTYPE", "MKL_NUM_THREADS", "MPLBACKEND", "OMP_NUM_THREADS", "PATH", "PWD",
        "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "TMPDIR", "TZ", "USER", "KMP_DUPLICATE_LIB_OK",
        "KMP_INIT_AT_FORK", "TORCHINDUCTOR_CACHE_DIR", "PYTHONUTF8", "XDG_CACHE_HOME",
        "TORCH_CPP_LOG_LEVEL",
    }  # fmt: skip


def test_nothing_is_left_running(student, session):
    student.fork_and_stay()
    worker = session._connection.process._family()
    assert len(worker) > 1
    session.close()
    time.sleep(0.2)
    assert not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in worker)


def test_a_file_that_ends_the_worker_is_not_loaded_again(warm):
    code = b"import os\nclass A:\n    os._exit(0)\ndef f(): return 1\n"
    files = {"part.py": code, "other.py": b"def g(): return 2\n"}
    session = Session(Submission(files), {}, warm, LIMITS)
    for name in ("f", "A", "f"):
        session.begin(1)
        started = time.monotonic()
        with pytest.raises(Crash, match=r"part\.py could not be loaded"):
            getattr(RemoteSubmission(session, "part"), name)()
        session.end()
    assert time.monotonic() - started < 1
    session.begin(2)
    assert RemoteSubmission(session, "part").g() == 2
    session.close()


def test_a_worker_that_does_not_start_is_our_fault(monkeypatch):
    monkeypatch.setattr("graders.sandbox.sandbox.BOOT", "import sys; sys.exit('no torch here')")
    session = Session(Submission({"part.py": b""}), {}, NoSandbox(), LIMITS)
    with pytest.raises(RuntimeError, match=r"No worker could be started: .*no torch here"):
        session.begin(1)


@pytest.mark.alone
def test_a_call_that_got_little_of_a_busy_machine_is_given_longer(monkeypatch):
    """A core that others use is played by a clock that stands still; waiting for time is no work."""
    code = b"""
import time
def work(seconds):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        pass
    return seconds
def rest(seconds):
    time.sleep(seconds)
"""
    monkeypatch.setattr("graders.sandbox.process.WorkerProcess.cpu_seconds", lambda self: 0.0)
    session = Session(Submission({"part.py": code}), {}, NoSandbox(), Limits(call_seconds=1))
    student = RemoteSubmission(session, "part")
    session.begin(1)
    assert student.work(2.5) == 2.5
    took = {}
    for name in ("rest", "work"):
        started = time.monotonic()
        with pytest.raises(TooSlow):
            getattr(student, name)(60)
        took[name] = time.monotonic() - started
        session.end()
        session.begin(2)
    session.close()
    assert took["rest"] < took["work"] and took["work"] >= STRETCH


def test_code_that_hangs_again_and_again_is_given_less_time(warm):
    code = b"def spin():\n    while True: pass\n\ndef turn():\n    while True: pass\n"
    session = Session(Submission({"part.py": code}), {}, warm, Limits(call_seconds=1))
    spent = []
    for name in ("spin", "spin", "spin", "turn"):
        session.begin(1)
        with pytest.raises(TooSlow) as caught:
            getattr(RemoteSubmission(session, "part"), name)()
        session.end()
        spent.append(caught.value.message.split()[5])
    assert spent == ["1", "1", "1", "0.25"]


def test_files_that_end_the_worker_while_they_are_parsed_are_sent_once(monkeypatch):
    session = Session(Submission({"part.py": b""}), {}, NoSandbox(), LIMITS)
    sent = []

    def crash():
        sent.append(1)
        raise Crash("The process ended.")

    monkeypatch.setattr(session, "_send_files", crash)
    for _ in range(3):
        with pytest.raises(Crash, match=r"The files could not be read\. The process ended\."):
            session.begin(1)
    session.close()
    assert sent == [1]


@contextlib.contextmanager
def begun(code, limits, sandbox):
    """Give a session in its first check, and the submission of one file as that check sees it."""
    session = Session(Submission({"part.py": code}), {}, sandbox, limits)
    session.begin(1)
    yield session, RemoteSubmission(session, "part")
    session.close()


def test_a_check_has_a_time_limit_of_its_own(warm):
    code = b"import time\ndef nap(): time.sleep(0.7)\n"
    with begun(code, Limits(call_seconds=5, check_seconds=1), warm) as (_, student):
        student.nap()
        with pytest.raises(TooSlow):
            student.nap()


def test_what_a_check_does_itself_is_not_the_submissions_time(warm):
    limits = Limits(call_seconds=5, check_seconds=2)
    with begun(b"def f(): return 1\n", limits, warm) as (_, student):
        assert student.f() == 1
        time.sleep(2.5)
        assert student.f() == 1


def test_what_is_left_of_a_checks_time_is_told(warm):
    code = b"import time\ndef nap(): time.sleep(0.3)\n"
    with begun(code, Limits(call_seconds=5, check_seconds=0.5), warm) as (session, student):
        student.nap()
        session._budget._spent = 0.6  # as if it had come back just in time
        with pytest.raises(TooSlow, match=r"The calls of this check took 0\.6 seconds in total"):
            student.nap()
        session.begin(1)
        student.nap()


def test_what_is_made_on_the_way_has_its_time_within_the_checks(warm):
    code = b"import time\ndef f(): return 1\nclass Net:\n    def __init__(self): time.sleep(0.7)\n"
    for limits, lasts in ((Limits(call_seconds=1), True), (Limits(9, check_seconds=1), False)):
        with begun(code, limits, warm) as (_, student):
            student.Net(), student.Net()
            if lasts:
                assert student.f() == 1
            else:
                with pytest.raises(TooSlow):
                    student.f()


def test_a_submission_has_a_time_limit_of_its_own():
    limits = Limits(submission_seconds=0)
    session = Session(Submission({"part.py": b""}), {}, NoSandbox(), limits)
    with pytest.raises(TooSlow, match="used up its 0 seconds"):
        session.begin(1)


LIES = """
import gc
def worker():
    return next(o for o in gc.get_objects() if type(o).__name__ == "Worker")
def lie():
    worker().notes_sent = -1
    type(worker().loader).notes = property(lambda self: 5)
def shout():
    worker()._describe = lambda problem: {
        "kind": "raised", "type": "X" * 10**6, "text": "y" * 10**6, "file": None,
        "frames": [["f" * 10**5, 1, "w" * 10**5, "l" * 10**5]] * 20}
    raise ValueError
"""  # fmt: skip


def test_a_worker_that_lies_about_what_was_noted_is_lost_not_our_fault(warm):
    session = Session(Submission({"part.py": LIES.encode()}), {}, warm, LIMITS)
    session.begin(1)
    with pytest.raises(Crash):
        RemoteSubmission(session, "part").lie()
    assert session.end() == ""
    session.begin(2)
    with pytest.raises(StudentError) as caught:
        RemoteSubmission(session, "part").shout()
    assert len(caught.value.message) < 8_000
    session.close()


AFTERWARDS = """
import os, threading, time
ANSWERS = max(int(f) for f in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{f}"))
def later(action): threading.Thread(target=lambda: (time.sleep(0.2), action())).start()
def leave(): later(lambda: os._exit(3))
def plant(): later(lambda: os.write(ANSWERS, b"all tests passed"))
def words(): print("kept")
"""  # fmt: skip


@pytest.mark.parametrize("name", ["leave", "plant"])
def test_what_a_thread_does_after_its_check_costs_no_other_check(session, name):
    mine = Session(Submission({"part.py": AFTERWARDS.encode()}), {}, session._sandbox, LIMITS)
    mine.begin(1)
    getattr(RemoteSubmission(mine, "part"), name)()
    mine.end()
    time.sleep(0.5)
    mine.begin(2)
    RemoteSubmission(mine, "part").words()
    assert mine.end() == "kept\n"
    mine.close()


MODELS = """
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin, self.kept = nn.Linear(3, 2), nn.Parameter(torch.ones(4), requires_grad=False)
def Large(): return nn.ParameterList([nn.Parameter(torch.zeros(2 ** 21)) for _ in range(10)])
def Small(): return nn.ParameterList([nn.Parameter(torch.zeros(3).to(torch.float8_e5m2), False)])
def Nowhere(): return nn.Linear(2, 2, device="meta")
"""  # fmt: skip


def test_parameters_are_told_with_their_values_or_without(warm):
    mine = Session(Submission({"part.py": MODELS.encode()}), {}, warm, LIMITS)
    mine.begin(1)
    student = RemoteSubmission(mine, "part")
    model = student.Net()
    whole, bare = student.parameters(model), student.parameters(model, values=False)
    assert [p.name for p in whole] == ["kept", "lin.weight", "lin.bias"]
    for one, other in zip(whole, bare, strict=True):
        assert (one.name, one.trained, one.owner) == (other.name, other.trained, other.owner)
        assert (one.values.shape, one.values.dtype) == (other.values.shape, other.values.dtype)
        assert not other.values.any()
    for name, reason in (("Large", "80 MB"), ("Small", "float8_e5m2"), ("Nowhere", "meta device")):
        for values in (True, False):
            with pytest.raises(StudentError, match=reason):
                student.parameters(getattr(student, name)(), values)
    mine.close()


SHAPES = """
import gc
def told(rows):
    worker = next(o for o in gc.get_objects() if type(o).__name__ == "Worker")
    worker.do_parameters = lambda request: rows
class Net: pass
"""  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        [["a", [-1], torch.float32, True, "X"]],
        [["a", [True], torch.float32, True, "X"]],
        [["a", ["2"], torch.float32, True, "X"]],
        [["a", [1] * 40, torch.float32, True, "X"]],
        [["a", [2], torch.float8_e5m2, True, "X"]],
        [["a", [2], "float32", True, "X"]],
        [["a", [2], torch.float32, 1, "X"]],
        [["a", [2]]],
        ["a"],
        3,
    ],
)
def test_parameters_that_cannot_be_are_no_answer(warm, rows):
    with pytest.raises(Crash):
        _told(warm, rows)


@pytest.mark.parametrize(
    "rows",
    [
        [["a", [2**40], torch.float32, True, "X"]],
        [["a", [2**22], torch.float32, True, "X"]] * 100,
        [["a", [2**26], torch.int8, True, "X"]],  # random weights for it are floats
        [["a", [0, 2**62], torch.float64, True, "X"]],
        [["a", [1], torch.float32, True, "X"]] * 301,  # roles are found in the cube of that
    ],
)
def test_more_parameters_than_any_answer_needs_fail(warm, rows):
    with pytest.raises(Failed):
        _told(warm, rows)


def _told(sandbox, rows):
    mine = Session(Submission({"part.py": SHAPES.encode()}), {}, sandbox, LIMITS)
    mine.begin(1)
    student = RemoteSubmission(mine, "part")
    model = student.Net()
    student.told(rows)
    try:
        student.parameters(model, values=False)
    finally:
        mine.close()


COLLECTED = """
class Batches:
    def __init__(self, rows): self.rows = rows
    def __iter__(self):
        self.rows.reverse()
        return iter(self.rows)
def batches(rows): return Batches(rows)
class Long:
    def __init__(self): self.items = ["a"] * 199_999
def first(items): return items[0]
class Net:
    def eval(self): import os; os._exit(3)
def objects(): return [Net()]
"""  # fmt: skip


@pytest.fixture
def collected(warm):
    mine = Session(Submission({"part.py": COLLECTED.encode()}), {}, warm, LIMITS)
    mine.begin(1)
    yield RemoteSubmission(mine, "part")
    mine.close()


def test_what_an_iterable_does_to_the_arguments_is_told(collected):
    found = collected.batches([1, 2, 3])
    assert not collected.mutated
    assert collected.collect(found, 9) == [3, 2, 1]
    assert collected.mutated


def test_what_is_too_large_to_be_handed_back_is_the_students_fault(collected):
    items = collected.get(collected.Long(), "items")
    with pytest.raises(Failed, match="too large to be examined"):
        collected.first([items, items])


def test_a_call_whose_answer_nobody_needs_is_named_where_it_may_have_ended_the_worker(collected):
    model = collected.Net()
    collected.tell(model.eval)
    with pytest.raises(Crash):
        collected.get(model, "x")
    assert "Net().eval()" in collected.called


def test_an_object_in_a_list_is_described_by_its_call(collected):
    assert describe(collected.objects()) == "[objects()]"
