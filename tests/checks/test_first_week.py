"""What happens to everybody in the first week: it costs nothing, or the message says the remedy."""

import json

import pytest

from graders.paths import ROOT
from graders.validation import soundness

RIGHT = (ROOT / "reference" / "padding.py").read_text(encoding="utf-8")
BODY = "    B, T = len(rows)"
SIGNATURE = "def length_mask(lengths: Sequence[int], max_len: int | None = None) -> torch.Tensor:"
PADS = "test_pads_on_the_right"
MASK = "test_mask_is_true_on_tokens"


@pytest.fixture(scope="module")
def bench():
    bench = soundness.Bench()
    yield bench
    bench.close()


def edited(old, new):
    assert RIGHT.count(old) == 1
    return RIGHT.replace(old, new)


def notebook(*cells):
    made = [{"cell_type": "code", "source": s, "metadata": {}, "outputs": []} for s in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.parametrize(
    "files",
    [
        {"my_padding_final (2).py": RIGHT},
        {"Padding.PY": RIGHT},
        {"src/lab/padding.py": RIGHT},
        {"padding.py": RIGHT + "\nwhile True:\n    pass\n"},
        {"padding.py": "many = int(input('How many? '))\n" + RIGHT},
        {"padding.py": RIGHT + "\nexit()\n"},
        {"padding.py": "import no_such_package\n" + RIGHT},
        {"padding.py": RIGHT, "torch.py": "print('mine')\n"},
        {"padding.py": RIGHT, "broken.py": "def f(:\n"},
        {"padding.py": RIGHT.replace("\n", "\r\n")},
        {"padding.py": "\ufeff" + RIGHT},
        {
            "lab.ipynb": notebook(
                "%matplotlib inline\n!pip install torch\nimport torch",
                "from collections.abc import Iterable, Iterator, Sequence\n\n"
                + RIGHT.partition("import torch\n")[2],
                "%%time\nfor epoch in range(10**9): pass",
                "data = open('/no/such/file').read()",
            )
        },
    ],
    ids=lambda files: next(iter(files)) + f" of {len(''.join(files.values()))}",
)
def test_it_costs_nothing(files, bench):
    found, own = bench.run({n: t.encode() for n, t in files.items()}, "padding", 1, (PADS, MASK))
    assert own == []
    assert {finding.outcome: finding.message for finding in found.values()} == {"passed": ""}


@pytest.mark.parametrize(
    ("text", "check", "outcome", "words"),
    [
        (
            RIGHT[:-1000] + "(",
            MASK,
            "not_run",
            "because padding.py could not be read: syntax error in",
        ),
        (
            edited(BODY, "\tB, T = len(rows)"),
            MASK,
            "not_run",
            "inconsistent use of tabs and spaces",
        ),
        (edited(SIGNATURE, SIGNATURE[:-1]), MASK, "not_run", "expected ':'"),
        (
            edited("def length_mask", "def lenght_mask"),
            MASK,
            "not_begun",
            "Did you mean `lenght_mask`?",
        ),
        (
            "",
            MASK,
            "not_begun",
            "`length_mask` is not in the submission: neither padding.py",
        ),
        (
            edited("torch.full(", "torch.ful("),
            PADS,
            "error",
            "module 'torch' has no attribute 'ful'",
        ),
        (
            edited(BODY, "    input('?')\n" + BODY),
            PADS,
            "error",
            "input() does not work here: take",
        ),
        (edited(BODY, "    exit()\n" + BODY), PADS, "error", "It raised SystemExit"),
        (
            edited(BODY, "    import os; os._exit(0)\n" + BODY),
            PADS,
            "crash",
            "look for exit(), quit()",
        ),
        (edited(BODY, "    return\n" + BODY), PADS, "failed", "The result is not a tensor."),
        (
            edited(BODY, "    while 1: print('x' * 999)\n" + BODY),
            PADS,
            "crash",
            "It printed more than",
        ),
        (edited(BODY, "    import no_such\n" + BODY), PADS, "error", "No module named 'no_such'"),
        (
            edited(", max_len: int | None = None) -> torch.T", ") -> torch.T"),
            MASK,
            "error",
            "max_len",
        ),
    ],
    ids=lambda value: value if len(value) < 99 else "",
)
def test_the_message_says_what_to_look_at(text, check, outcome, words, bench):
    found, own = bench.run({"padding.py": text.encode()}, "padding", 1, (check,))
    finding = found[check]
    assert own == []
    assert finding.outcome == outcome, finding.message
    assert words in f"{finding.message} {finding.hint}"
