"""Each way in which two folders stop being twins is named."""

import shutil
from pathlib import Path

import pytest

from graders.validation.consistency.twins import twin_problems

ROOT = Path(__file__).parents[2]

REFERENCE = '''"""Elman network."""

import torch
from torch import nn

WIDTH = 300


class Elman(nn.Module):
    """Map a sequence to a sequence."""

    bias = True

    def __init__(self, hsize: int = WIDTH):
        """Make the layers."""
        super().__init__()
        self.lin1 = nn.Linear(hsize, hsize)

    @torch.no_grad()
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run over time."""
        return self.lin1(x)


def given(x: int) -> int:
    """Double a number."""
    return 2 * x
'''

TEMPLATE = '''"""Elman network."""

import torch
from torch import nn

WIDTH = 300


class Elman(nn.Module):
    """Map a sequence to a sequence."""

    bias = True

    def __init__(self, hsize: int = WIDTH):
        """Make the layers."""
        raise NotImplementedError("elman.Elman.__init__ is not implemented yet")

    @torch.no_grad()
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run over time."""
        # Comments and layout are free.
        raise NotImplementedError(
            "elman.Elman.forward is not implemented yet"
        )


def given(x: int) -> int:
    """Double a number."""
    return 2 * x
'''

FORWARD_STUB = """
        raise NotImplementedError(
            "elman.Elman.forward is not implemented yet"
        )
"""


@pytest.fixture
def twins(tmp_path):
    """Two folders that are twins: both have elman.py, and student_template has data.py."""
    reference, template = tmp_path / "reference", tmp_path / "student_template"
    for folder, elman in ((reference, REFERENCE), (template, TEMPLATE)):
        folder.mkdir()
        (folder / "elman.py").write_text(elman)
        (folder / "README.md").write_text(f"What {folder.name} is for is not compared.\n")
    (template / "data.py").write_text("PAD = 0\nSTART = 1\n")
    return reference, template


def test_the_folders_of_the_repository_are_twins():
    assert twin_problems(ROOT / "reference", ROOT / "student_template") == []


def test_twins_have_no_problems(twins):
    assert twin_problems(*twins) == []


BREAKS = {
    "a definition is missing": (
        TEMPLATE[TEMPLATE.index("\n\ndef given") :],
        "",
        ["1: elman: `given` is missing, take it from reference/elman.py"],
    ),
    "a method is missing": (
        '''    @torch.no_grad()
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run over time."""
        # Comments and layout are free.'''
        + FORWARD_STUB,
        "",
        ["9: Elman: `forward` is missing, take it from reference/elman.py"],
    ),
    "a definition is added": (
        "def given",
        "def helper():\n    pass\n\n\ndef given",
        ["27: elman: `helper` is not in reference/elman.py, delete it"],
    ),
    "a method is written twice": (
        "\n\ndef given",
        "\n    def forward(self): ...\n\n\ndef given",
        ["26: Elman: `forward (again)` is not in reference/elman.py, delete it"],
    ),
    "a method has left its class": (
        "    @torch.no_grad()\n    def forward(self, x: torch.Tensor) -> torch.Tensor:",
        "@torch.no_grad()\ndef forward(self, x: torch.Tensor) -> torch.Tensor:",
        [
            "19: elman: `forward` is not in reference/elman.py, delete it",
            "9: Elman: `forward` is missing, take it from reference/elman.py",
        ],
    ),
    "an argument is renamed": (
        "given(x: int)",
        "given(y: int)",
        [
            "27: given: signature is `def given(y: int) -> int:`, "
            "make it `def given(x: int) -> int:`"
        ],
    ),
    "a default is changed": (
        "hsize: int = WIDTH",
        "hsize: int = 300",
        [
            "14: Elman.__init__: signature is `def __init__(self, hsize: int=300):`, "
            "make it `def __init__(self, hsize: int=WIDTH):`"
        ],
    ),
    "an annotation is lost": (
        "given(x: int) -> int",
        "given(x: int)",
        ["27: given: signature is `def given(x: int):`, make it `def given(x: int) -> int:`"],
    ),
    "a decorator is lost": (
        "    @torch.no_grad()\n",
        "",
        [
            "18: Elman.forward: signature is "
            "`def forward(self, x: torch.Tensor) -> torch.Tensor:`, make it "
            "`@torch.no_grad() def forward(self, x: torch.Tensor) -> torch.Tensor:`"
        ],
    ),
    "a base class is changed": (
        "class Elman(nn.Module):",
        "class Elman:",
        ["9: Elman: signature is `class Elman:`, make it `class Elman(nn.Module):`"],
    ),
    "a class became a function": (
        'def given(x: int) -> int:\n    """Double a number."""\n    return 2 * x',
        "class given: ...",
        ["27: given: signature is `class given:`, make it `def given(x: int) -> int:`"],
    ),
    "a module's docstring is changed": (
        '"""Elman network."""',
        '"""An Elman network."""',
        ["1: elman: docstring differs, copy it from reference/elman.py"],
    ),
    "a class's docstring is lost": (
        '    """Map a sequence to a sequence."""\n',
        "",
        ["9: Elman: docstring differs, copy it from reference/elman.py"],
    ),
    "a function's docstring is changed": (
        "Run over time.",
        "Run.",
        ["19: Elman.forward: docstring differs, copy it from reference/elman.py"],
    ),
    "an import is lost": (
        "import torch\n",
        "",
        ["1: elman: `import torch` is missing, take it from reference/elman.py"],
    ),
    "a constant is changed": (
        "WIDTH = 300",
        "WIDTH = 100",
        [
            "1: elman: `WIDTH = 300` is missing, take it from reference/elman.py",
            "6: elman: `WIDTH = 100` is not in reference/elman.py, delete it",
        ],
    ),
    "a class attribute is changed": (
        "bias = True",
        "bias = False",
        [
            "9: Elman: `bias = True` is missing, take it from reference/elman.py",
            "12: Elman: `bias = False` is not in reference/elman.py, delete it",
        ],
    ),
    "a long statement is shown by its first line": (
        "WIDTH = 300",
        "WIDTH = 300\nif WIDTH:\n    print(WIDTH)",
        ["7: elman: `if WIDTH: …` is not in reference/elman.py, delete it"],
    ),
    "the order is another": (
        "import torch\nfrom torch import nn\n",
        "from torch import nn\nimport torch\n",
        ["3: elman: `from torch import nn` comes before `import torch`, swap them"],
    ),
    "half of a solution is left in a body": (
        FORWARD_STUB,
        "\n        return x\n",
        [
            "19: Elman.forward: the body is not the reference's: not a stub, write "
            '`raise NotImplementedError("elman.Elman.forward is not implemented yet")`'
        ],
    ),
    "a stub does more than raise": (
        FORWARD_STUB,
        FORWARD_STUB + "        return x\n",
        [
            "19: Elman.forward: the body is not the reference's: not a stub, write "
            '`raise NotImplementedError("elman.Elman.forward is not implemented yet")`'
        ],
    ),
    "a given body is changed": (
        "return 2 * x",
        "return x + x",
        [
            "27: given: the body is not the reference's: not a stub, write "
            '`raise NotImplementedError("elman.given is not implemented yet")`'
        ],
    ),
    "a stub names another function": (
        "elman.Elman.forward is",
        "elman.forward is",
        [
            "19: Elman.forward: the body is not the reference's: the stub has another text, "
            'write `raise NotImplementedError("elman.Elman.forward is not implemented yet")`'
        ],
    ),
    "a stub has no text": (
        '("elman.Elman.__init__ is not implemented yet")',
        "",
        [
            "14: Elman.__init__: the body is not the reference's: the stub has another text, "
            'write `raise NotImplementedError("elman.Elman.__init__ is not implemented yet")`'
        ],
    ),
    "nothing is left to write": (
        TEMPLATE,
        REFERENCE,
        ["1: elman: no body is a stub, take out what students are to write"],
    ),
    "the module is no Python": (
        "import torch\n",
        "class\n",
        ["3: elman: this file is not valid Python (invalid syntax), repair it"],
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_skeleton_is_reported(twins, name):
    old, new, expected = BREAKS[name]
    assert TEMPLATE.count(old) == 1
    (twins[1] / "elman.py").write_text(TEMPLATE.replace(old, new))
    assert twin_problems(*twins) == [f"student_template/elman.py:{line}" for line in expected]


def test_a_reference_that_is_no_python_is_named(twins):
    (twins[0] / "elman.py").write_text("x = 1\nclass\n")
    assert twin_problems(*twins) == [
        "student_template/elman.py:2: elman: reference/elman.py is not valid Python (invalid syntax), "
        "repair it"
    ]


def test_a_missing_module_is_reported(twins):
    (twins[1] / "elman.py").unlink()
    assert twin_problems(*twins) == [
        "student_template/elman.py:1: elman: the module is missing, make it from reference/elman.py"
    ]


def test_a_module_without_reference_is_reported(twins):
    (twins[1] / "lstm.py").write_text("")
    assert twin_problems(*twins) == [
        "student_template/lstm.py:1: lstm: there is no reference/lstm.py, "
        "delete this module or write that one"
    ]


@pytest.mark.parametrize("move", [shutil.copy, shutil.move])
def test_a_given_module_elsewhere_is_reported(twins, move):
    move(twins[1] / "data.py", twins[0] / "data.py")
    assert twin_problems(*twins) == [
        "student_template/data.py:1: data: the module is given and kept here alone, "
        "not as reference/data.py"
    ]


def test_all_problems_of_all_modules_are_listed(twins):
    (twins[0] / "data.py").write_text("")
    (twins[1] / "elman.py").write_text(TEMPLATE.replace("2 * x", "x").replace("bias = True", ""))
    assert len(twin_problems(*twins)) == 3


def test_an_empty_reference_is_reported(twins):
    (twins[0] / "elman.py").unlink()
    assert twin_problems(*twins) == [
        "reference: no modules here, name the folder with the reference"
    ]
