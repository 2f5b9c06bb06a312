"""The source is read before it runs: built-in layers through any name, and means of tampering."""

from textwrap import dedent

import pytest

from graders.paths import ROOT
from graders.worker.loading.loader import Loader
from graders.worker.review.review import reviewed


def review(**files):
    """Review files given by module name."""
    loader = Loader({f"{name}.py": dedent(text).encode() for name, text in files.items()})
    try:
        return reviewed(loader.own)
    finally:
        loader.close()


def tampering(text):
    return [what for _, _, what in review(rnn=text)["tampering"]]


@pytest.mark.parametrize(
    "text",
    [
        "class Cell(nn.GRUCell): pass",
        "class Cell:\n    def __init__(self): self.c = torch.nn.GRUCell(1, 1)",
        "from torch.nn import GRUCell as G\nclass Cell(G): pass",
        "import torch.nn.modules.rnn as r\nclass Cell(r.GRUCell): pass",
        "from torch.nn import *\nclass Cell(GRUCell): pass",
        "N = nn\nclass Cell(N.GRUCell): pass",
        'class Cell:\n    make = getattr(nn, "GRU" + "Cell")',
        'class Cell:\n    make = getattr(nn, f"{kind}Cell")',
        'import importlib\nclass Cell:\n    make = importlib.import_module("torch.nn").GRUCell',
        "class Cell:\n    def forward(self, *a): return torch.gru_cell(*a)",
        "class Cell:\n    def forward(self, *a): return torch.ops.aten.gru_cell.default(*a)",
        "def make(): return nn.GRUCell\nclass Cell:\n    def __init__(self): self.c = make()",
        "Base = nn.GRUCell\nclass Middle(Base): pass\nclass Cell(Middle): pass",
    ],
)
def test_a_built_in_layer_is_found_under_any_name(text):
    text = f"import torch\nfrom torch import nn\n{dedent(text)}\n"
    assert "Cell" in review(rnn=text)["built_in"].get("rnn.py", {})


def test_a_built_in_layer_is_found_in_another_file_with_its_place():
    cells = "from torch import nn\n\nclass Base(nn.LSTMCell): pass\n"
    found = review(cells=cells, rnn="from cells import Base as B\nclass Cell(B): pass\n")
    assert found["built_in"]["rnn.py"]["Cell"] == [("cells.py", "line 3", "torch.nn.LSTMCell")]


@pytest.mark.parametrize(
    "text",
    [
        "class GRU(nn.Module): pass\nclass Cell:\n    def __init__(self): self.c = GRU()",
        '"""Like nn.GRUCell."""\nclass Cell:\n    """nn.GRUCell, by hand."""',
        "class Other:\n    def __init__(self): self.c = nn.GRU(1, 1)\nclass Cell: pass",
        "from layers import GRU\nclass Cell(GRU): pass",
    ],
)
def test_what_only_has_such_a_name_is_not_built_in(text):
    text = f"from torch import nn\n{text}\n"
    assert "Cell" not in review(rnn=text, layers="class GRU: pass\n")["built_in"].get("rnn.py", {})


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("import sys\nsys.modules", "uses sys.modules"),
        ("from sys import modules as m\nm", "uses sys.modules"),
        ("import sys as s\ns._getframe(1)", "uses sys._getframe"),
        ("import gc\ngc.get_objects()", "uses gc.get_objects"),
        ("import ctypes", "imports ctypes"),
        ("from torch.overrides import TorchFunctionMode", "imports torch.overrides"),
        ("f.__globals__", "uses __globals__"),
        ('getattr(f, "__glo" + "bals__")', "uses __globals__"),
        ('vars(f)["__closure__"]', "uses __closure__"),
        ("import torch\ntorch.equal = print", "replaces torch.equal"),
        ('import torch\nsetattr(torch, "equal", print)', "replaces torch.equal"),
        ("from torch import nn\nnn.Module.forward = print", "replaces torch.nn.Module.forward"),
        ("def train(model):\n    model.forward = print", "replaces forward of an object"),
        ("def train(optimizer):\n    optimizer.step = print", "replaces step of an object"),
        ("import torch\nclass T(torch.Tensor): pass", "from torch.Tensor"),
        ("exec(text)", "runs text as code: exec"),
        ('import base64\ngetattr(f, base64.b64decode("eA=="))', "computes the name"),
        ('getattr(f, "".join(map(chr, codes)))', "computes the name"),
        ("import torch\ntorch._VF.gru_cell", "uses torch._VF.gru_cell"),
        ('open("/proc/self/mem")', "uses /proc/self/mem"),
        ("from graders.worker import serve", "imports graders.worker"),
        (
            "from torch import nn\nclass M(nn.Module):\n    def modules(self): return []",
            "replaces modules of its module",
        ),
    ],
)
def test_code_that_could_tamper_is_named(text, what):
    assert any(what in found for found in tampering(text)), tampering(text)


@pytest.mark.parametrize(
    "text",
    [
        'import sys\nCOLAB = "google.colab" in sys.modules\nsys.path.append("..")',
        "import gc\ngc.collect()",
        "import inspect\nprint(inspect.getsource(print))",
        "import torch\ntorch.backends.cudnn.deterministic = True\ntorch._dynamo.config.x = 1",
        "import torch\nopt = getattr(torch.optim, name)(p)\ndtype = getattr(torch, kind)",
        "class Net:\n    def forward(self, x): return x\n\ndef forward(self, x): return x\n"
        "Net.forward = forward",
        'class Net:\n    def f(self, i): return getattr(self, f"layer{i}")',
        "model.eval()\nmodel.weight.data = x\nmodel.best = 1",
        "import random, numpy as np, os\nrandom.seed(1)\nnp.random.seed(1)\nos.environ['A'] = 'b'",
        'exec(open("rnn.py").read())',
        "from graders.student import check\ncheck('elman')",
        "import importlib, data\nimportlib.reload(data)",
        "import matplotlib.pyplot as plt\nplt.rcParams['x'] = 1",
        "class Config(dict):\n    def __getattr__(self, name): return self[name]",
    ],
)
def test_usual_code_is_not_flagged(text):
    assert tampering(text) == []


@pytest.mark.parametrize("folder", ["reference", "student_template"])
def test_our_own_answers_are_not_flagged(folder):
    files = {f.name: f.read_bytes() for f in (ROOT / folder).glob("*.py")}
    assert reviewed(Loader(files).own)["tampering"] == []


def test_no_variant_is_flagged():
    for folder in sorted((ROOT / "fixtures" / "variants").iterdir()):
        files = {
            str(f.relative_to(folder)): f.read_bytes()
            for f in folder.rglob("*")
            if f.suffix in (".py", ".ipynb")
        }
        assert reviewed(Loader(files).own)["tampering"] == [], folder


def test_deep_code_is_shown_to_a_person():
    assert review(rnn="x = 1\n")["tampering"] == []
    deep = "x = " + "-" * 700 + "1\n" + "y = " + ".a".join(["z"] + [""] * 900) + "b\n"
    found = review(rnn=deep)
    assert found["built_in"] == {}
