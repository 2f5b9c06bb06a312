"""Replacements of statements and expressions: small errors that a student could make."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

OPERATORS: dict[type[ast.AST], tuple[Any, ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
NAMES = {  # easily confused
    "amax": ("amin", "mean"),
    "argmax": ("argmin",),
    "max": ("min",),
    "min": ("max",),
    "sum": ("mean",),
    "mean": ("sum",),
    "zeros": ("ones",),
    "new_zeros": ("new_ones",),
    "zeros_like": ("ones_like",),
    "eval": ("train",),
    "train": ("eval",),
    "stack": ("cat",),
    "cat": ("stack",),
    "tanh": ("sigmoid", "relu"),
    "sigmoid": ("tanh", "relu"),
    "relu": ("tanh", "sigmoid"),
    "softmax": ("sigmoid", "log_softmax"),
    "log_softmax": ("softmax",),
    "LogSoftmax": ("Softmax",),
    "RNN": ("LSTM",),
    "long": ("float",),
    "float32": ("float16",),
    "append": ("extend",),
    "sorted": ("list",),
    "reversed": ("list",),
    "deepcopy": ("copy",),
    "backward": ("detach",),
}


def other_statements(node: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the replacements of a statement."""
    match node:
        case ast.FunctionDef():
            return
        case ast.If(test=test):
            for other in (ast.UnaryOp(ast.Not(), test), ast.Constant(True), ast.Constant(False)):
                yield ast.If(other, node.body, node.orelse)
        case ast.For(target=target, iter=values):
            yield from (ast.For(target, it, node.body, node.orelse) for it in _shorter(values))
        case ast.While(test=test):
            yield ast.While(ast.UnaryOp(ast.Not(), test), node.body, [])
        case ast.With():
            yield ast.If(ast.Constant(True), node.body, [])  # only its body
            return
        case ast.AugAssign(target=target, value=value):
            yield ast.Assign([target], value)
            for operator in OPERATORS.get(type(node.op), ()):
                yield ast.AugAssign(target, operator(), value)
    yield ast.Pass()


def others(node: Any, variables: Mapping[str, int], attributes: Sequence[str]) -> Iterator[ast.AST]:
    """Yield the replacements of an expression.

    Args:
        node: the expression.
        variables: of this function, each with the line after which it exists.
        attributes: of the object of this method.
    """
    match node:
        case ast.Constant(value=value):
            yield from map(ast.Constant, _other_values(value))
        case ast.Name(id=name, ctx=ast.Load()) if name in variables:
            known = [v for v, line in variables.items() if line < node.lineno]
            yield from (ast.Name(v, ast.Load()) for v in known if v != name)
        case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name) if name in NAMES:
            yield from (_renamed(node, other) for other in NAMES[name])
        case ast.Attribute(value=owner, attr=name, ctx=ast.Load()) if is_self(owner):
            names = attributes if name in attributes else ()
            yield from (_renamed(node, other) for other in names if other != name)
        case ast.BinOp(left=left, op=op, right=right):
            yield from (ast.BinOp(left, other(), right) for other in OPERATORS.get(type(op), ()))
            yield from (left, right)
            if not isinstance(op, (ast.Add, ast.Mult)):
                yield ast.BinOp(right, op, left)
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(OPERATORS[type(op)][0](), values)
            yield from (
                v if len(values) == 2 else ast.BoolOp(op, values[:i] + values[i + 1 :])
                for i, v in enumerate(reversed(values))
            )
        case ast.Compare(left=left, ops=[op], comparators=right):
            yield from (ast.Compare(left, [other()], right) for other in OPERATORS[type(op)])
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case _:
            yield from _other_structures(node, variables)


def _other_structures(node: Any, variables: Mapping[str, int]) -> Iterator[ast.AST]:
    """Yield the replacements of a subscript, a slice, a sequence, a call or a comprehension."""
    match node:
        case ast.Subscript(value=value, slice=index, ctx=ast.Load()):
            yield value
            yield from (ast.Subscript(value, other, ast.Load()) for other in _shifted(index))
        case ast.Slice(lower=lower, upper=upper):
            yield ast.Slice(_plus(lower, 1) if lower else ast.Constant(1), upper)
            yield ast.Slice(lower, _plus(upper, -1) if upper else ast.Constant(-1))
            yield from ([ast.Slice(None, upper)] if lower else [])
            yield from ([ast.Slice(lower, None)] if upper else [])
        case ast.Tuple(elts=items) | ast.List(elts=items):
            for i in range(len(items) - 1):
                yield type(node)([*items[:i], items[i + 1], items[i], *items[i + 2 :]], node.ctx)
        case ast.Call():
            yield from _other_calls(node, variables)
        case ast.comprehension(target=target, iter=values, ifs=ifs):
            yield from (ast.comprehension(target, other, ifs, 0) for other in _shorter(values))
            yield from (
                ast.comprehension(target, values, ifs[:i] + ifs[i + 1 :], 0)
                for i in range(len(ifs))
            )


def _other_calls(node: ast.Call, variables: Mapping[str, int]) -> Iterator[ast.expr]:
    """Drop a call or one of its arguments, or swap two neighbours."""
    inputs, named = node.args, node.keywords
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    if owner is not None and (not isinstance(owner, ast.Name) or owner.id in variables):
        yield owner
    if inputs and not isinstance(inputs[0], ast.Starred):
        yield inputs[0]
    yield from (ast.Call(node.func, inputs, named[:i] + named[i + 1 :]) for i in range(len(named)))
    yield from (
        ast.Call(node.func, inputs[:i] + inputs[i + 1 :], named)
        for i in range(len(inputs))
        if len(inputs) > 1
    )
    for i in range(len(inputs) - 1):
        swapped = [*inputs[:i], inputs[i + 1], inputs[i], *inputs[i + 2 :]]
        yield ast.Call(node.func, swapped, named)
    if isinstance(node.func, ast.Name) and node.func.id == "range":
        yield from _shorter(node)


def _other_values(value: object) -> list[Any]:
    match value:
        case bool():
            return [not value]
        case int():
            return [v for v in dict.fromkeys((value + 1, value - 1, -value)) if v != value]
        case float():
            return [value * 2, 0.0, value + 1]
    return []


def _shifted(index: ast.expr) -> list[ast.expr]:
    """Shift an index by one; constants and slices are changed elsewhere."""
    whole = isinstance(index, (ast.Constant, ast.Slice, ast.Tuple, ast.UnaryOp))
    return [] if whole else [_plus(index, 1), _plus(index, -1)]


def _plus(node: ast.expr, number: int) -> ast.expr:
    return ast.BinOp(node, ast.Add() if number > 0 else ast.Sub(), ast.Constant(abs(number)))


def _shorter(values: ast.expr) -> Iterator[ast.expr]:
    """Leave out the first or the last of several values."""
    whole = ast.Call(ast.Name("list", ast.Load()), [values], [])
    for cut in (ast.Slice(ast.Constant(1), None), ast.Slice(None, ast.Constant(-1))):
        yield ast.Subscript(whole, cut, ast.Load())


def _renamed(node: ast.Name | ast.Attribute, name: str) -> ast.expr:
    if isinstance(node, ast.Name):
        return ast.Name(name, node.ctx)
    return ast.Attribute(node.value, name, node.ctx)


def is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"
