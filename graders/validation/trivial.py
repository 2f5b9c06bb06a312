"""Trivial answers, made by rule from the reference: they compute nothing, and must earn nothing.

Each has the right names and shapes. A rule wraps every function and method of the reference, runs the
original on copies of the arguments, and replaces the numbers that come back.
"""

import ast
from collections.abc import Mapping

RULES: dict[str, str] = {
    "constants": "return torch.full_like(value, 1)",
    "zeros of every parameter": "return torch.zeros_like(value) + zero",
    "random numbers": "return torch.rand_like(value)",
    "the first argument": "return first if first.shape == value.shape else torch.zeros_like(value)",
}
"""What each rule returns for a tensor `value` of floating numbers that the original returned."""

WRAPPER = """
import copy as _copy
import functools as _functools
import numpy as np
import torch
from torch import nn


def _leaf(value, first, zero):
    {rule}


def _copied(value):
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, (list, tuple)):
        return type(value)(_copied(each) for each in value)
    return _copy.deepcopy(value)


def _made(value, first, zero):
    if isinstance(value, torch.Tensor):
        with torch.no_grad():
            whole = value.detach().float()
        return _leaf(whole, first, zero).to(value.dtype)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return ""
    if isinstance(value, (int, float)):
        return type(value)(0)
    if isinstance(value, (list, tuple)):
        return type(value)(_made(each, first, zero) for each in value)
    if isinstance(value, dict):
        return {{key: _made(each, first, zero) for key, each in value.items()}}
    if isinstance(value, np.ndarray):
        return _made(torch.from_numpy(value), first, zero).detach().numpy()
    if hasattr(value, "__next__"):
        return (_made(each, first, zero) for each in value)
    if hasattr(value, "__dict__") and not isinstance(value, (type, nn.Module)):
        for name, each in vars(value).items():
            object.__setattr__(value, name, _made(each, first, zero))
    return value


def _trivial(function):
    @_functools.wraps(function)
    def wrapper(*arguments, **named):
        tensors = [each for each in arguments if isinstance(each, torch.Tensor)]
        first = tensors[0].detach().float() if tensors else torch.zeros(())
        own = arguments[0] if arguments and isinstance(arguments[0], nn.Module) else None
        zero = sum((0 * p.sum() for p in own.parameters()), torch.zeros(())) if own else 0.0
        copies = [_copied(each) for each in arguments]
        others = {{key: _copied(each) for key, each in named.items()}}
        return _made(function(*copies, **others), first, zero)

    return wrapper

"""


def trivial_answers(reference: Mapping[str, bytes], part: str) -> dict[str, dict[str, bytes]]:
    """Return the trivial answers of a part, by the rule that made them.

    Args:
        reference: the right files of all parts.
    """
    modules = {name: text for name, text in reference.items() if name.endswith(".py")}
    source = modules[f"{part}.py"].decode()
    made = {rule: _wrapped(source, text) for rule, text in RULES.items()}
    made["names exchanged"] = _exchanged(source)
    return {rule: {**modules, f"{part}.py": text.encode()} for rule, text in made.items()}


def _wrapped(source: str, rule: str) -> str:
    """Put the wrapper around every public function and every method that computes."""
    tree = ast.parse(source)
    for node in tree.body:
        methods = node.body if isinstance(node, ast.ClassDef) else [node]
        for each in methods:
            if isinstance(each, ast.FunctionDef) and _computes(each):
                each.decorator_list.insert(0, ast.Name("_trivial", ast.Load()))
    start = 1 + max((i for i, node in enumerate(tree.body) if _is_head(node)), default=-1)
    tree.body[start:start] = ast.parse(WRAPPER.format(rule=rule)).body
    return ast.unparse(ast.fix_missing_locations(tree))


def _is_head(node: ast.stmt) -> bool:
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or isinstance(node, (ast.Import, ast.ImportFrom))


def _computes(function: ast.FunctionDef) -> bool:
    """Return whether a function is public, and no property or the like, which a wrapper breaks."""
    return not function.name.startswith("_") and not function.decorator_list


def _exchanged(source: str) -> str:
    """Put another answer under each name: classes trade names, and so do functions."""
    tree = ast.parse(source)
    for kind in (ast.ClassDef, ast.FunctionDef):
        found = [node for node in tree.body if isinstance(node, kind)]
        names = [node.name for node in found]
        others = [*names[1:], *names[:1]] if len(names) > 1 else ["_other"] * len(names)
        for node, name in zip(found, others, strict=True):
            node.name = name
    return ast.unparse(tree)
