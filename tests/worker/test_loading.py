"""Students' files become definitions; what they would do when run is left out and said."""

import dataclasses
import inspect
import json
import linecache
import math
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from textwrap import dedent
from typing import Any

import pytest
import torch
from torch import nn

from graders.worker.loading.loader import BrokenDefinition, Loader, Missing

Open = Callable[..., Loader]


@pytest.fixture
def submission() -> Iterator[Open]:
    """Open a loader on files given by path, and close it after the test."""
    opened: list[Loader] = []

    def open_(files: dict[str, str | bytes], given: dict[str, bytes] | None = None) -> Loader:
        as_bytes = {
            file: text if isinstance(text, bytes) else dedent(text).encode()
            for file, text in files.items()
        }
        opened.append(Loader(as_bytes, given or {}))
        return opened[-1]

    dtype = torch.get_default_dtype()
    yield open_
    torch.set_default_dtype(dtype)
    for loader in opened:
        loader.close()


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let packages be missing, whatever is installed."""

    def remove(*packages: str) -> None:
        for package in packages:
            monkeypatch.setitem(sys.modules, package, None)  # type: ignore[arg-type]

    return remove


def notebook(*cells: str) -> bytes:
    """Write a notebook of format 4."""
    code = [{"cell_type": "code", "source": dedent(cell).splitlines(True)} for cell in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": code}).encode()


def value(loader: Loader, name: str, part: str = "part") -> Any:
    return loader.lookup(part, name)


# What is taken ----------------------------------------------------------------------------------


def test_a_script_that_trains_when_imported_gives_its_definitions(submission: Open) -> None:
    loader = submission(
        {
            "q3.py": """\
            import torch
            from torch import nn
            import matplotlib.pyplot as plt
            from data_rnn import load_imdb

            (x_train, y_train), (x_val, y_val), (i2w, w2i), n = load_imdb(final=False)

            class Elman(nn.Module):
                def __init__(self, insize=3, outsize=3, hsize=3):
                    super().__init__()
                    self.lin1 = nn.Linear(insize + hsize, hsize)

            model = Elman()
            optimizer = torch.optim.Adam(model.parameters())
            losses = []
            for epoch in range(10 ** 9):
                loss = model(x_train).sum()
                loss.backward()
                optimizer.step()
            plt.plot(losses)
            plt.show()
            """
        }
    )
    assert isinstance(value(loader, "Elman", "elman")(), nn.Module)
    assert loader.notes == {
        "q3.py": [
            "line 4: `data_rnn` is not installed here",
            "line 6: loading of data skipped",
            "lines 13-14: statements skipped",
            "lines 16-21: training loop, plot skipped",
        ]
    }


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("main()", "training loop"),
        ("history = train_model(3)", "training loop"),
        ("model.fit(3)", "training loop"),
        ("while True:\n    go()", "statement"),
        ("import os\nos._exit(0)", "statement"),
        ("import sys\nsys.exit()", "statement"),
        ("exit()", "statement"),
        ("name = input()", "statement"),
        ("download_imdb()", "download"),
        ("import os\nos.system('wget x')", "download"),
        ("from urllib.request import urlretrieve\nurlretrieve('x')", "download"),
        ("import pickle\nd = pickle.load(3)", "loading of data"),
        ("import pandas as pd\ntable = pd.read_csv('x')", "loading of data"),
        ("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()", "plot"),
        ("def go():\n    loss.backward()\ngo()", "training loop"),
        ("def a():\n    b()\ndef b():\n    x.step()\nresult = a()", "training loop"),
        ("class Run:\n    def __init__(self): self.go()\n    def go(self): x.step()\nRun()", None),
    ],
)
def test_heavy_statements_are_skipped_and_named(
    submission: Open, statement: str, kind: str | None
) -> None:
    loader = submission({"a.py": statement})
    loader.load("a.py")
    (note,) = loader.notes["a.py"]
    assert note.endswith(f": {kind or 'training loop'} skipped")


def test_values_that_definitions_need_are_made(submission: Open) -> None:
    loader = submission(
        {
            "a.py": """\
            from collections import namedtuple
            from functools import partial
            from torch import nn
            HIDDEN = 7
            History = namedtuple("History", "train_loss val_loss")
            relu = nn.ReLU()
            double = lambda x: 2 * x
            squares = {i: i * i for i in range(4)}
            width: int = HIDDEN + 1
            first, (second, *others) = 1, (2, 3, 4)
            if (chosen := 5) > 4: pass
            class Net:
                def __init__(self, hidden=HIDDEN): self.hidden = hidden
            MLPClassifier = Net
            small = partial(Net, hidden=2)
            """
        }
    )
    assert value(loader, "History")(1, 2).val_loss == 2
    assert value(loader, "relu")(torch.tensor(-1.0)) == 0
    assert value(loader, "double")(4) == 8
    assert value(loader, "squares") == {0: 0, 1: 1, 2: 4, 3: 9}
    assert (value(loader, "width"), value(loader, "others")) == (8, [3, 4])
    assert value(loader, "MLPClassifier")().hidden == 7
    assert value(loader, "small")().hidden == 2
    assert loader.load("a.py").chosen == 5
    assert loader.notes == {}


def test_dataclasses_work_under_future_annotations(submission: Open) -> None:
    loader = submission(
        {
            "a.py": """\
            from __future__ import annotations
            from dataclasses import dataclass
            @dataclass
            class History:
                losses: list[Undefined]
            """
        }
    )
    assert dataclasses.asdict(value(loader, "History")([1])) == {"losses": [1]}


def test_future_annotations_reach_the_later_cells_of_a_notebook(submission: Open) -> None:
    loader = submission(
        {"a.ipynb": notebook("from __future__ import annotations", "def f(x: Undefined): return x")}
    )
    assert value(loader, "f")(3) == 3


def test_what_a_factory_makes_is_made_when_asked_for(submission: Open) -> None:
    loader = submission(
        {
            "a.py": """\
            def make_padder(side):
                def pad(rows):
                    for row in rows: pass
                    optimizer = None
                    return side
                return pad
            def make_trainer():
                def train(loss): loss.backward()
                return train
            pad_batch = make_padder("right")
            train_classifier = make_trainer()
            """
        }
    )
    assert value(loader, "pad_batch")([1]) == "right"
    assert callable(value(loader, "train_classifier"))
    assert loader.notes == {}


def test_values_that_nothing_uses_are_not_made(submission: Open) -> None:
    loader = submission({"a.py": "def f(): return []\nunused = f()\n"})
    assert "unused" not in vars(loader.load("a.py"))
    assert loader.notes == {"a.py": ["line 2: statement skipped"]}
    assert loader.load("a.py").unused == []
    assert loader.notes == {}


def test_a_value_is_built_up_by_calls_and_bounded_loops(submission: Open) -> None:
    loader = submission(
        {
            "a.py": """\
            SPECIALS = [".pad"]
            SPECIALS.append(".start")
            SPECIALS += [".end"]
            ids = {}
            for i, word in enumerate(SPECIALS):
                ids[word] = i
            def encode(word): return ids[word]
            """
        }
    )
    assert value(loader, "encode")(".end") == 2
    assert loader.notes == {}


def test_monkeypatches_and_setattr_are_taken(submission: Open) -> None:
    loader = submission(
        {
            "a.py": """\
            class Elman: pass
            def forward(self, x): return x + 1
            Elman.forward = forward
            setattr(Elman, "again", forward)
            """
        }
    )
    elman = value(loader, "Elman")()
    assert (elman.forward(1), elman.again(2)) == (2, 3)


def test_seeds_and_the_default_dtype_are_set(submission: Open) -> None:
    loader = submission(
        {"a.py": "import torch\ntorch.manual_seed(3)\ntorch.set_default_dtype(torch.float64)\n"}
    )
    loader.load("a.py")
    assert torch.initial_seed() == 3
    assert torch.get_default_dtype() == torch.float64


def test_only_the_branch_that_holds_is_taken(submission: Open) -> None:
    loader = submission(
        {
            "a.py": """\
            import torch
            FAST = False
            if FAST:
                def cell(): return "fused"
            elif torch.cuda.is_available() or True:
                def cell(): return "plain"
            else:
                def cell(): return "none"
            """
        }
    )
    assert value(loader, "cell")() == "plain"


def test_a_test_that_cannot_be_made_gives_the_definitions_of_both_branches(
    submission: Open,
) -> None:
    loader = submission(
        {
            "a.py": """\
            if "google.colab" in str(get_ipython()):
                def one(): return 1
            else:
                def two(): return 2
            """
        }
    )
    assert (value(loader, "one")(), value(loader, "two")()) == (1, 2)


def test_try_runs_the_handler_that_fits(submission: Open, without: Callable[..., None]) -> None:
    without("wandb")
    loader = submission(
        {
            "a.py": """\
            try:
                import not_there as xp
                FAST = True
                def helper(): return "after the import"
            except (KeyError, ImportError) as problem:
                import numpy as xp
                FAST = False
            finally:
                DONE = True
            try:
                import wandb
            except ImportError:
                wandb = None
            def f(): return xp.__name__, FAST, DONE, wandb
            """
        }
    )
    assert value(loader, "f")() == ("numpy", False, True, None)
    assert value(loader, "helper")() == "after the import"
    assert loader.notes == {}


def test_a_try_whose_handler_only_prints_leaves_names_usable_in_annotations(
    submission: Open, without: Callable[..., None]
) -> None:
    without("torchtext")
    loader = submission(
        {
            "a.py": """\
            try:
                from torchtext.vocab import Vocab
            except ImportError:
                print("no torchtext")
            def f(vocab: Vocab): return 1
            """
        }
    )
    assert value(loader, "f")(None) == 1


def test_with_gives_only_definitions(submission: Open) -> None:
    loader = submission(
        {
            "a.py": """\
            import torch
            with torch.no_grad():
                total = 1 + 1
                def f(): return 1
            """
        }
    )
    assert value(loader, "f")() == 1
    assert loader.notes == {"a.py": ["line 3: statement skipped"]}


def test_the_main_guard_is_not_taken_but_gives_globals_that_functions_need(
    submission: Open,
) -> None:
    loader = submission(
        {
            "a.py": """\
            size = 1
            def f(): return size, device
            if __name__ == "__main__":
                size = 2
                device = "cpu"
                f = None
                unused = 4
                raise SystemExit
            """
        }
    )
    assert value(loader, "f")() == (1, "cpu")
    assert "unused" not in vars(loader.load("a.py"))
    assert loader.notes == {}


def test_definitions_under_the_main_guard_count_where_there_are_no_others(
    submission: Open,
) -> None:
    loader = submission(
        {
            "a.py": """\
            if __name__ == "__main__":
                import math
                def twice(x): return 2 * x
                class Net:
                    def area(self): return twice(math.e)
                def other(): return "guarded"
                raise SystemExit
            """,
            "b.py": "def other(): return 'plain'\n",
        }
    )
    assert value(loader, "Net")().area() == 2 * math.e
    assert value(loader, "other", part="a")() == "plain"


def test_the_last_definition_of_a_name_counts(submission: Open) -> None:
    loader = submission({"a.py": "def f(): return 1\ndef f(): return 2\n"})
    assert value(loader, "f")() == 2


def test_arguments_of_the_command_line_get_their_defaults(submission: Open) -> None:
    loader = submission(
        {
            "a.py": """\
            import argparse
            parser = argparse.ArgumentParser()
            parser.add_argument("--lr", type=float, default=0.5)
            args = parser.parse_args()
            def f(): return args.lr
            """
        }
    )
    assert value(loader, "f")() == 0.5


# What fails -------------------------------------------------------------------------------------


def test_a_default_from_a_skipped_load_does_not_cost_the_class(submission: Open) -> None:
    loader = submission(
        {
            "a.py": """\
            w2i = load_vocabulary()
            vocab_size = len(w2i)
            class Net:
                def __init__(self, vocab_size=vocab_size): self.size = vocab_size
            def rows(): return vocab_size + 1
            """
        }
    )
    assert value(loader, "Net")(5).size == 5
    assert loader.notes == {"a.py": ["lines 1-2: loading of data skipped"]}
    with pytest.raises(NameError, match=r"`vocab_size` cannot be used: a.py, line 2 failed on"):
        value(loader, "rows")()
    with pytest.raises(BrokenDefinition) as broken:
        loader.lookup("part", "w2i")
    assert str(broken.value.exception) == (
        "`w2i` cannot be used: a.py, line 1 was skipped on loading"
    )


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("import sys\n    sys.exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("x = [0] * 10**14", "MemoryError"),
        ("x = undefined", "NameError: name 'undefined' is not defined"),
        ("exec('(' * 50)", "SyntaxError: '(' was never closed (<string>, line 1)"),
    ],
)
def test_a_definition_that_fails_costs_only_itself(
    submission: Open, body: str, problem: str
) -> None:
    loader = submission({"a.py": f"class A:\n    {body}\ndef f(): return 1\n"})
    assert value(loader, "f")() == 1
    with pytest.raises(BrokenDefinition) as broken:
        loader.lookup("part", "A")
    assert (broken.value.name, broken.value.file) == ("A", "a.py")
    assert str(broken.value) == "`A` in a.py could not be loaded"
    assert loader.notes == {"a.py": [f"line 1: `A` could not be defined: {problem}"]}


def test_a_value_that_fails_is_noted(submission: Open) -> None:
    loader = submission({"a.py": "big = [0] * 10**14\nhalf = 1 / 0\ndef f(): return big, half\n"})
    loader.load("a.py")
    assert loader.notes["a.py"] == [
        "line 1: failed: MemoryError",
        "line 2: failed: ZeroDivisionError: division by zero",
    ]


def test_a_slow_value_is_given_up(submission: Open) -> None:
    loader = submission(
        {"a.py": "n = sum(1 for _ in iter(int, 1))\ndef f(): return 1 if n else 0\n"}
    )
    start = time.monotonic()
    assert callable(value(loader, "f"))
    assert time.monotonic() - start < 5
    assert loader.notes == {"a.py": ["line 1: took more than 1 s, skipped"]}


def test_recursion_without_end_is_noted(submission: Open) -> None:
    loader = submission({"a.py": "def f(): return f()\nx = f()\ndef g(): return x\n"})
    loader.load("a.py")
    assert loader.notes["a.py"][0].startswith("line 2: failed: RecursionError")


def test_what_cannot_be_compiled_alone_costs_only_itself(submission: Open) -> None:
    loader = submission(
        {"a.py": "def g():\n    nonlocal x\nclass B:\n    return 1\ndef f(): return 1"}
    )
    assert value(loader, "f")() == 1
    assert len(loader.notes["a.py"]) == 2


def test_deep_nesting_is_noted(submission: Open) -> None:
    text = "".join(" " * i + "if True:\n" for i in range(90)) + " " * 90 + "x = 1\n"
    chain = "if 0: pass\n" + "elif 0: pass\n" * 900 + "def f(): return 1\n"
    loader = submission({"a.py": text, "b.py": chain})
    assert value(loader, "x") == 1
    loader.load("b.py")
    assert any("nested too deeply" in note for note in loader.notes["b.py"])


def test_builtins_keep_their_meaning_when_a_skipped_loop_binds_them(submission: Open) -> None:
    loader = submission(
        {"a.py": "for sum in load():\n    sum.backward()\ndef f(): return sum([1, 2])\n"}
    )
    assert value(loader, "f")() == 3


def test_long_scripts_get_few_notes(submission: Open) -> None:
    text = "".join(f"def f{i}(): pass\ngo({i})\n" for i in range(100))
    loader = submission({"a.py": text})
    loader.load("a.py")
    assert len(loader.notes["a.py"]) == 30
    assert loader.notes["a.py"][-1] == "and 71 more notes"


# Imports ----------------------------------------------------------------------------------------


def test_a_missing_package_beside_needed_ones_costs_only_itself(
    submission: Open, without: Callable[..., None]
) -> None:
    without("wget", "torchtext")
    loader = submission(
        {
            "a.py": """\
            import torch, wget, math
            from torchtext.vocab import Vocab, build_vocab_from_iterator
            from torch import nn, no_such_thing
            from typing import Optional
            def f(vocab: Optional[Vocab], other: "Vocab" = Vocab.default, x: Vocab | None = None):
                return nn.Identity()(math.pi)
            def g(): return wget.download("x")
            class Mine(Vocab): pass
            """
        }
    )
    assert value(loader, "f")(None) == pytest.approx(3.14159, abs=1e-5)
    with pytest.raises(ModuleNotFoundError) as missing:
        value(loader, "g")()
    assert str(missing.value) == "`wget` is not installed here: `wget.download` cannot be used"
    with pytest.raises(BrokenDefinition) as broken:
        loader.lookup("part", "Mine")
    assert isinstance(broken.value.exception, ModuleNotFoundError)
    assert loader.notes["a.py"][:3] == [
        "line 1: `wget` is not installed here",
        "line 2: `torchtext` is not installed here",
        "line 3: `no_such_thing` cannot be imported from `torch`",
    ]


def test_cosmetic_packages_that_are_missing_do_nothing(
    submission: Open, without: Callable[..., None]
) -> None:
    without("wandb", "torch.utils.tensorboard", "google.colab", "torchsummary", "IPython")
    loader = submission(
        {
            "a.py": """\
            import wandb
            from torch.utils.tensorboard import SummaryWriter
            from google.colab import drive
            def train():
                from torchsummary import summary
                import IPython.display as display
                wandb.init(project="x").config.lr = 3
                writer = SummaryWriter()
                writer.add_scalar("loss", 1)
                drive.mount("/content")
                display.clear_output()
                with wandb.run as run:
                    summary(run)
                return "trained"
            """
        }
    )
    assert value(loader, "train")() == "trained"
    assert loader.notes == {
        "a.py": [
            "line 1: `wandb` is not installed here",
            "line 2: `torch.utils.tensorboard` is not installed here",
            "line 3: `google.colab` is not installed here",
        ]
    }


def test_notebook_progress_bars_work_without_a_notebook(submission: Open) -> None:
    loader = submission(
        {"a.py": "from tqdm.notebook import tqdm, trange\ndef f(): return list(tqdm(range(3)))\n"}
    )
    assert value(loader, "f")() == [0, 1, 2]


def test_decorators_of_missing_packages_are_left_out(submission: Open) -> None:
    loader = submission(
        {"a.py": "import beartype_x\n@beartype_x.check(3)\ndef f(): return 1\n"},
    )
    assert value(loader, "f")() == 1
    assert loader.notes["a.py"] == [
        "line 1: `beartype_x` is not installed here",
        "line 3: a decorator that is not available here was left out",
    ]


def test_decorators_of_missing_packages_are_left_out_of_classes(submission: Open) -> None:
    loader = submission(
        {
            "a.py": """\
            from beartype_x import beartype
            class Net:
                @beartype
                def f(self): return 1
                @property
                def g(self): return 2
            """
        },
    )
    net = value(loader, "Net")()
    assert (net.f(), net.g) == (1, 2)
    assert loader.notes["a.py"][1] == (
        "line 2: a decorator that is not available here was left out"
    )


def test_defaults_made_from_skipped_data_are_left_open(submission: Open) -> None:
    loader = submission(
        {
            "a.py": """\
            from data_rnn_x import load_imdb
            (x, y), i2w = load_imdb()
            class Net:
                width = 2 * len(x)
                def __init__(self, vocab=len(i2w), *, classes=max(y) + 1, emb=300):
                    self.sizes = vocab, classes, emb
            """
        },
    )
    net = value(loader, "Net")
    assert net(5, classes=2).sizes == (5, 2, 300)
    with pytest.raises(NameError, match=r"`i2w` cannot be used: a\.py, line 2"):
        int(net(classes=2).sizes[0])
    assert loader.notes["a.py"][-1] == "line 3: a value that is not available here was left unset"


def test_helper_modules_are_imported_from_the_submission(submission: Open) -> None:
    loader = submission(
        {
            "src/models/elman.py": """\
            from .cell import step
            from ..tools import padding as p
            from src.tools.padding import width
            import src.tools.padding
            from models import *
            def f(): return step(), p.width, width, src.tools.padding.width, NAME
            """,
            "src/models/cell.py": "def step(): return 'step'\n",
            "src/models/__init__.py": "NAME = 'models'\n",
            "src/tools/padding.py": "width = 4\n",
        }
    )
    assert value(loader, "f")() == ("step", 4, 4, 4, "models")
    assert loader.notes == {}


def test_a_loose_file_imports_its_neighbour_relatively(submission: Open) -> None:
    loader = submission(
        {
            "elman.py": "from . import padding\nfrom .. import padding as p\nfrom .gone import x\n",
            "padding.py": "width = 4\n",
        }
    )
    module = loader.load("elman.py")
    assert module.padding is module.p is loader.load("padding.py")
    assert loader.notes == {"elman.py": ["line 3: `.gone` is not in the submission"]}


def test_folders_that_were_not_handed_in_are_not_needed(submission: Open) -> None:
    loader = submission(
        {
            "elman.py": "from project.src.cell import step\nfrom .helper import g\n",
            "cell.py": "def step(): return 1\n",
            "deep/helper.py": "def g(): return 2\n",
        }
    )
    assert (value(loader, "step")(), value(loader, "g")()) == (1, 2)


def test_modules_of_one_name_in_two_folders_are_two_modules(submission: Open) -> None:
    loader = submission(
        {
            "q1/run.py": "from models import f\ndef q1(): return f()\n",
            "q1/models.py": "def f(): return 1\n",
            "q2/run.py": "import models\ndef q2(): return models.f()\n",
            "q2/models.py": "def f(): return 2\n",
        }
    )
    assert (value(loader, "q1")(), value(loader, "q2")()) == (1, 2)


def test_a_library_wins_over_a_file_of_its_name(submission: Open) -> None:
    loader = submission(
        {
            "torch.py": "nn = None\n",
            "random.py": "def randint(): return 4\n",
            "elman.py": "import torch, random\nfrom torch import nn\nclass Elman(nn.Module): pass\n",
        }
    )
    assert issubclass(value(loader, "Elman"), nn.Module)
    assert sys.modules["torch"] is torch
    assert loader.notes == {
        "random.py": ["has the same name as a library (random), which is imported instead"],
        "torch.py": ["has the same name as a library (torch), which is imported instead"],
    }


def test_names_that_the_library_lacks_come_from_the_file(submission: Open) -> None:
    loader = submission(
        {
            "code.py": "def attend(): return 1\n",
            "test.py": "def check(): return 2\n",
            "a.py": "from code import attend\nimport test\ndef f(): return attend(), test.check()\n",
        }
    )
    assert value(loader, "f")() == (1, 2)


@pytest.mark.parametrize("first", ["a.py", "b.py"])
def test_import_cycles_end(submission: Open, first: str) -> None:
    loader = submission(
        {
            "a.py": "from b import g\nimport b\ndef f(): return 'f'\ndef h(): return b.g()\n",
            "b.py": "from a import f\ndef g(): return f() + 'g'\n",
        }
    )
    loader.load(first)
    assert value(loader, "h")() == "fg"
    assert loader.notes == {}


def test_a_module_can_be_imported_by_its_name_as_text(submission: Open) -> None:
    loader = submission(
        {
            "a.py": "import importlib\ndef f(): return importlib.import_module('deep.b').x\n",
            "deep/b.py": "x = 3\n",
        }
    )
    with pytest.raises(ModuleNotFoundError):
        __import__("deep.b")  # others do not find the submission
    assert value(loader, "f")() == 3
    loader.close()
    assert not {"deep", "deep.b"} & set(sys.modules)


def test_names_of_another_file_are_made_when_it_is_asked(submission: Open) -> None:
    loader = submission(
        {
            "config.py": "def build(): return 3\nsize = build()\nother = build()\n",
            "a.py": "from config import size\nimport config\ndef f(): return size + config.other\n",
        }
    )
    assert value(loader, "f")() == 6


def test_what_a_given_file_leaves_to_the_student_does_not_count(submission: Open) -> None:
    given = {
        "words.py": b"class Words(list): pass\ndef count(words): raise NotImplementedError('yours')\n"
    }
    cell = "from words import Words\ndef first(words): return Words(words)[0]"
    loader = submission({"answer.ipynb": notebook(cell)}, given)
    assert value(loader, "first")(["a", "b"]) == "a"
    with pytest.raises(Missing, match="no file of the submission has `count`"):
        value(loader, "count")


def test_the_given_file_is_used_only_where_the_submission_has_none(submission: Open) -> None:
    given = {"data.py": b"PAD = 7\n"}
    text = "from data import PAD\ndef f(): return PAD\n"
    assert value(submission({"a.py": text}, given), "f")() == 7
    assert value(submission({"a.py": text, "src/data.py": "PAD = 8\n"}, given), "f")() == 8


# Which file -------------------------------------------------------------------------------------


def test_files_are_ranked_by_part_and_age(submission: Open) -> None:
    text = "def f(): return 1\n"
    files = [
        "elman.py",
        "src/elman.py",
        "q3_elman.py",
        "model.py",
        "deep/model.py",
        "test_elman.py",
        "backup/elman.py",
        "Elman_old.py",
    ]
    loader = submission({file: text for file in reversed(files)})
    assert loader.locate("elman", "f") == files


@pytest.mark.parametrize(
    "old",
    [
        "elman (1).py",
        "elman copy.py",
        "Copy of elman.ipynb",
        "old/elman.py",
        "Models_backup/elman.py",
        "elman_v1.py",
        "elman(workingv1).py",
        ".ipynb_checkpoints/elman-checkpoint.ipynb",
        "elman-checkpoint.ipynb",
        ".elman.py",
        "__MACOSX/elman.py",
        "elman.bak.py",
    ],
)
def test_an_older_wrong_copy_does_not_win(submission: Open, old: str) -> None:
    wrong: str | bytes = "def f(): return 'wrong'\n"
    if old.endswith(".ipynb"):
        wrong = notebook(str(wrong))
    loader = submission({old: wrong, "zz.py": "def f(): return 'right'\n"})
    assert value(loader, "f", "elman")() == "right"


def test_a_notebook_named_for_its_question_serves(submission: Open) -> None:
    loader = submission({"q3.ipynb": notebook("class Elman:\n    pass")})
    assert loader.locate("elman", "Elman") == ["q3.ipynb"]
    assert value(loader, "Elman", "elman").__name__ == "Elman"


@pytest.mark.parametrize(
    "stub",
    [
        "class Elman:\n    def forward(self):\n        'Text.'\n        raise NotImplementedError",
        "class Elman:\n    def __init__(self): self.a = 1\n    def forward(self, x): pass",
        "class Elman:\n    def forward(self):\n        n = 1\n        raise NotImplementedError('')",
        "class Elman:\n    ...",
        "def Elman():\n    pass",
        "from template import Elman",
    ],
)
def test_an_untouched_template_beside_a_solved_notebook_does_not_win(
    submission: Open, stub: str
) -> None:
    solved = "class Elman:\n    def forward(self, x):\n        return 'solved'"
    loader = submission(
        {
            "elman.py": stub,
            "template.py": "def Elman(): raise NotImplementedError",
            "old/q3.ipynb": notebook(solved),
        }
    )
    assert loader.locate("elman", "Elman")[0] == "old/q3.ipynb"
    assert value(loader, "Elman", "elman")().forward(1) == "solved"


def test_an_import_of_a_library_is_no_answer(submission: Open) -> None:
    loader = submission({"a.py": "from torch.nn import RNN\n"})
    with pytest.raises(Missing):
        loader.lookup("rnn_cell", "RNN")


def test_a_renamed_import_of_an_own_file_is_one(submission: Open) -> None:
    loader = submission(
        {"elman.py": "from .cells import Mine as Elman\n", "cells.py": "class Mine: pass\n"}
    )
    assert value(loader, "Elman").__name__ == "Mine"


def test_a_broken_file_gives_way_to_a_sound_one_but_not_to_a_stub(submission: Open) -> None:
    broken = "class Elman(undefined): pass\n"
    sound = submission({"elman.py": broken, "b.py": "class Elman:\n    x = 1\n"})
    assert value(sound, "Elman", "elman").x == 1
    stub = submission({"elman.py": broken, "b.py": "def Elman(): raise NotImplementedError\n"})
    with pytest.raises(BrokenDefinition):
        stub.lookup("elman", "Elman")


def test_a_missing_name_comes_with_the_nearest(submission: Open) -> None:
    loader = submission({"a.py": "class ElmanRnn: pass\ndef elman_net(): pass\nx = 1\n"})
    with pytest.raises(Missing) as missing:
        loader.lookup("elman", "ElmanRNN")
    assert missing.value.nearest == ["ElmanRnn", "elman_net"]
    assert str(missing.value) == (
        "no file of the submission has `ElmanRNN`; nearest: `ElmanRnn`, `elman_net`"
    )
    assert loader.nearest("qqqqq") == []


# Sources ----------------------------------------------------------------------------------------


def test_a_syntax_error_costs_only_its_file(submission: Open) -> None:
    loader = submission({"a.py": "def f(:\n", "b.py": "import a\ndef g(): return 1\n"})
    assert value(loader, "g")() == 1
    assert loader.notes == {"a.py": ["syntax error in line 1: invalid syntax"]}


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (
            b"x = 1\n<<<<<<< HEAD\nx = 2\n=======\nx = 3\n>>>>>>> b\n",
            "syntax error in line 2: a merge conflict was left here (<<<<<<<)",
        ),
        (
            b"x = 1\nprint 'x'\n",
            "syntax error in line 2: Missing parentheses in call to 'print'. Did you mean "
            "print(...)? (this is Python 2)",
        ),
        (b"x = '\0'\n", "not read: contains NUL bytes, so it is not Python source"),
        (
            "x = 1\n".encode("utf-16"),
            "not read: saved as UTF-16, which Python cannot read; save it as UTF-8",
        ),
        (b"x = " + b"-" * 100_000 + b"1", "not read: nested too deeply"),
        (b"#" * 5_000_001, "not read: larger than 5,000,000 bytes"),
        (b"x = '\xe9'\n", "is not UTF-8 as Python expects; read as latin-1"),
        (
            "x = 1\n# \u202e\n".encode(),
            "line 2: contains bidirectional control characters: it may not do what it seems to do",
        ),
    ],
)
def test_what_is_wrong_with_a_source_is_said(submission: Open, content: bytes, note: str) -> None:
    assert submission({"a.py": content}).notes == {"a.py": [note]}


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfx = '\xc3\xa9'\n",
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        b"\r\nx = '\xc3\xa9'\r\n",
        b"x = '\xe9'\n",
        b"y = '\\d'\nx = '\xc3\xa9'\rz = 1 is 1\n",
    ],
)
def test_encodings_and_line_ends_are_read_as_python_does(submission: Open, content: bytes) -> None:
    assert value(submission({"a.py": content}), "x") == "é"


# Notebooks --------------------------------------------------------------------------------------


def test_magics_are_left_out_line_by_line(submission: Open) -> None:
    loader = submission(
        {
            "a.ipynb": notebook(
                "%matplotlib inline\nimport math\n!pip install x \\\n  y\nmath?",
                "%%time\ndef f(a, b):\n    return (a\n % b)",
                "%%bash\nrm -rf /",
                "files = !ls\nif True:\n    %cd x\n    g = 3",
                "await go()",
                "def broken(",
            )
        }
    )
    assert value(loader, "f")(7, 4) == 3
    assert value(loader, "g") == 3
    assert loader.notes == {
        "a.ipynb": [
            "cell 1, line 1: magic skipped",
            "cells 1-2: magic skipped",
            "cells 3-4: magic skipped",
            "cell 5, line 1: statement skipped",
            "cell 6: syntax error in line 1: '(' was never closed",
        ]
    }


def test_functions_of_a_notebook_may_display(submission: Open) -> None:
    loader = submission({"a.ipynb": notebook("def f():\n    display(3)\n    return 1")})
    assert value(loader, "f")() == 1


def test_a_cell_that_writes_a_module_is_that_module(submission: Open) -> None:
    loader = submission(
        {
            "q/a.ipynb": notebook(
                "%%writefile tool.py\ndef f(): return 1", "from tool import f\ndef g(): return f()"
            )
        }
    )
    assert value(loader, "g")() == 1


def test_magics_of_an_exported_notebook_are_left_out(submission: Open) -> None:
    loader = submission({"a.py": "!pip install torch\nget_ipython().system('ls')\nx = 1\n"})
    assert value(loader, "x") == 1


def test_old_notebook_formats_are_read(submission: Open) -> None:
    cell = {"cell_type": "code", "input": ["x = 3"], "language": "python", "outputs": []}
    document = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {},
        "worksheets": [{"cells": [cell]}],
    }
    assert value(submission({"a.ipynb": json.dumps(document)}), "x") == 3


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"", "not read: it is not a notebook (not JSON)"),
        (b"\xff\xfe", "not read: it is not a notebook (not JSON)"),
        (b"[1]", "not read: it is not a notebook (not a JSON object)"),
        (b"{}", "not read: it is not a notebook (no list of cells)"),
        (b'{"cells": {"a": 1}}', "not read: it is not a notebook (no list of cells)"),
        (b"[" * 1_000_000, "not read: it is nested too deeply"),
        (b'{"cells": [3]}', "cell 1: not read: its source is not text"),
        (
            b'{"cells": [{"cell_type": "code", "source": [3]}]}',
            "cell 1: not read: its source is not text",
        ),
        (b'{"worksheets": 3}', "not read: it has an old format and is damaged"),
        (b" " * 20_000_001, "not read: larger than 20,000,000 bytes"),
    ],
)
def test_damaged_notebooks_are_said_to_be(submission: Open, content: bytes, note: str) -> None:
    assert submission({"a.ipynb": content}).notes == {"a.ipynb": [note]}


def test_outputs_and_other_cells_are_ignored(submission: Open) -> None:
    cells = [
        {"cell_type": "markdown", "source": "x = 1"},
        {"cell_type": "code", "source": "x = 2", "outputs": 3, "metadata": None},
        {"cell_type": "raw", "source": "x = 4"},
    ]
    loader = submission({"a.ipynb": json.dumps({"cells": cells})})
    assert value(loader, "x") == 2


def test_a_notebook_of_5000_cells_is_quick(submission: Open) -> None:
    cells = [f"def f{i}(x):\n    return x + {i}\ny{i} = f{i}({i})" for i in range(5000)]
    start = time.monotonic()
    loader = submission({"a.ipynb": notebook(*cells)})
    assert value(loader, "f4999")(1) == 5000
    assert time.monotonic() - start < 15


# Around it --------------------------------------------------------------------------------------


def test_tracebacks_and_inspect_show_the_students_lines(submission: Open) -> None:
    loader = submission(
        {
            "q.ipynb": notebook("x = 1", "def f():\n    return 1 / 0\nclass A:\n    y = 2"),
            "net.py": """\
            import torch
            from torch import nn
            class Net(nn.Module):
                def forward(self, x: torch.Tensor):
                    return x + 1
            """,
        }
    )
    with pytest.raises(ZeroDivisionError) as problem:
        value(loader, "f")()
    last = problem.traceback[-1]
    assert str(last.frame.code.raw.co_filename) == "q.ipynb, cell 2"
    assert loader.owns("q.ipynb, cell 2") and not loader.owns(__file__)
    assert inspect.getsource(value(loader, "f")) == "def f():\n    return 1 / 0\n"
    assert inspect.getsource(value(loader, "A")) == "class A:\n    y = 2\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit is on its way out, but students use it
        assert torch.jit.script(value(loader, "Net")())(torch.tensor(1.0)) == 2


def test_nothing_is_executed_before_it_is_asked_for(submission: Open) -> None:
    loader = submission({"a.py": "import sys\nclass A:\n    sys.was_here = True\n"})
    assert loader.locate("a", "A") == ["a.py"]
    assert loader.nearest("A") == ["A"]
    assert not hasattr(sys, "was_here")


def test_closing_leaves_nothing_behind() -> None:
    modules, finders = set(sys.modules), list(sys.meta_path)
    loader = Loader({"a.py": b"import b\n", "b.py": b"x = 1\n"})
    loader.load("a.py")
    loader.close()
    loader.close()
    assert set(sys.modules) == modules
    assert sys.meta_path == finders
    assert "a.py" not in linecache.cache
