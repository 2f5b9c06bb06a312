"""Code that no network needs and that could tamper with its worker: for a person to look at.

None of it is forbidden, and none of it proves anything. What it could forge waits until somebody has
looked (see SECURITY.md).
"""

import ast
from collections.abc import Iterator

from ..loading.syntax import Definition, root
from .names import COMPUTED, READERS, Names, folded

REACHES = (  # names of libraries, with all that is below them
    *("sys._getframe", "sys._current_frames", "sys._current_exceptions", "sys.settrace"),
    *("sys.setprofile", "sys.monitoring", "sys.modules", "sys.meta_path", "sys.path_hooks"),
    *("gc.get_objects", "gc.get_referrers", "gc.get_referents", "gc.callbacks"),
    *("inspect.stack", "inspect.trace", "inspect.currentframe", "inspect.getouterframes"),
    *("inspect.getinnerframes", "inspect.getclosurevars", "threading.settrace"),
    *("threading.setprofile", "traceback.walk_stack", "traceback.walk_tb"),
    *("ctypes", "_ctypes", "cffi", "unittest.mock", "mock", "graders", "__main__"),
    *("types.CodeType", "types.FunctionType", "types.FrameType"),
    *("torch.overrides", "torch.library", "torch.utils.hooks", "torch.jit.CompilationUnit"),
    "torch.autograd.graph.register_multi_grad_hook",
    "torch.nn.modules.module.register_module",
    "torch.optim.optimizer.register_optimizer",
)
INNER = {  # attributes that lead from an object to what is behind it
    *("__globals__", "__closure__", "__code__", "__builtins__", "__subclasses__", "__loader__"),
    *("cell_contents", "f_back", "f_globals", "f_locals", "f_code", "tb_frame", "gi_frame"),
    *("gi_code", "cr_frame", "ag_frame", "co_consts", "__torch_function__", "__torch_dispatch__"),
    *("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks"),
    *("_post_accumulate_grad_hooks", "_make_subclass", "_make_wrapper_subclass", "as_subclass"),
    *("_optimizer_step_pre_hooks", "_global_forward_hooks", "__getattribute__"),
}
REPLACED = {  # attributes that are replaced on an object that somebody else made
    *("forward", "__call__", "__class__", "__bases__", "__module__", "__qualname__", "__dict__"),
    *("step", "zero_grad", "backward", "register_hook", "parameters", "named_parameters"),
}
ANSWERED = {"named_parameters", "parameters", "modules", "named_modules", "__deepcopy__"}
PATCHABLE = ("torch", "numpy", "sys", "builtins", "random", "math", "copy", "gc", "time", "inspect")
SETTINGS = (  # what programs may change
    *("torch.backends", "torch._dynamo", "torch._inductor", "sys.path", "sys.stdout"),
    *("sys.stderr", "sys.argv", "numpy.random"),
)
OFFERED = ("graders.student",)  # what a student's notebook imports to check itself
HIDES = ("base64", "binascii", "codecs", "zlib", "marshal")  # what makes text unreadable
RUNS = ("exec", "eval", "compile")

Found = tuple[int, int, str]  # cell, line and what it does


def findings(names: Names, own: frozenset[str]) -> Iterator[Found]:
    """Yield what a file does that could tamper with its worker.

    Args:
        own: names of the submission's own top-level definitions.
    """
    exempt = {
        id(side)
        for _, node in names.nodes
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn)
        for side in node.comparators  # `"google.colab" in sys.modules`
    }
    hidden = any(_hides(node, names) for _, node in names.nodes)
    for cell, node in names.nodes:  # an outer node comes before its parts
        if id(node) in exempt:
            continue
        for what in _of_node(node, names, own, hidden):
            if isinstance(node, ast.Attribute):
                exempt.add(id(node.value))
            yield cell, getattr(node, "lineno", 0), what


def _of_node(node: ast.AST, names: Names, own: frozenset[str], hidden: bool) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from _of_import(node, own)
    elif isinstance(node, ast.Attribute):
        yield from _of_attribute(node, names, own)
    elif isinstance(node, ast.Name):
        if _reaches(full := names.full(node)):
            yield f"uses {full}"
        elif node.id in INNER:
            yield f"uses {node.id}"
    elif isinstance(node, ast.Call):
        yield from _of_call(node, names, hidden)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and (node.value in INNER or node.value.startswith("/proc/")):
            yield f"uses {node.value[:60]}"
    elif isinstance(node, ast.ClassDef):
        yield from _of_class(node, names)
    elif (
        isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Store | ast.Del)
        and _may_not_change(names.full(node.value))
    ):
        yield f"changes {names.full(node.value)}"


def _of_import(node: ast.Import | ast.ImportFrom, own: frozenset[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    elif node.level:
        return
    else:
        modules = [f"{node.module}.{alias.name}" for alias in node.names]
    for module in modules:
        if _reaches(module) and module.partition(".")[0] not in own:
            yield f"imports {module}"


def _of_attribute(node: ast.Attribute, names: Names, own: frozenset[str]) -> Iterator[str]:
    full = names.full(node)
    if _reaches(full):
        yield f"uses {full}"
    elif node.attr in INNER:
        yield f"uses {node.attr}"
    elif isinstance(node.ctx, ast.Store | ast.Del):
        if _may_not_change(full):
            yield f"replaces {full}"
        elif node.attr in REPLACED and not _is_own(node, own):
            yield f"replaces {node.attr} of an object"


def _is_own(node: ast.Attribute, own: frozenset[str]) -> bool:
    """Return whether an attribute is set on `self` or on a class of the submission."""
    if not isinstance(node.value, ast.Name):
        return False
    plain = not node.attr.startswith("__")
    return node.value.id in own or (node.value.id == "self" and plain)


def _of_call(call: ast.Call, names: Names, hidden: bool) -> Iterator[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    first = call.args[0] if call.args else None
    if name in RUNS and first is not None and not _reads_a_file(first):
        yield f"runs text as code: {name}"
    elif name == "__import__" or names.full(call.func) == "importlib.import_module":
        module = folded(first) if first is not None else ""
        if not module or _reaches(module):
            yield f"imports {module or 'a module by a name that is computed'}"
    elif name in READERS and len(call.args) > 1:
        yield from _of_reader(name, call, names, hidden)
    elif name == "vars" and first is not None and _may_not_change(names.full(first)):
        yield f"uses vars({names.full(first)})"


def _of_reader(name: str, call: ast.Call, names: Names, hidden: bool) -> Iterator[str]:
    above, attribute = names.full(call.args[0]), folded(call.args[1])
    full = f"{above}.{attribute or COMPUTED}" if above else ""
    if name in ("setattr", "delattr") and _may_not_change(full):
        yield f"replaces {full}"
    elif attribute and _reaches(full):
        yield f"uses {full}"
    elif attribute in INNER:
        yield f"uses {attribute}"
    elif name == "setattr" and attribute in REPLACED:
        yield f"replaces {attribute} of an object"
    elif not attribute and (hidden or _is_put_together(call.args[1])):
        yield f"computes the name for {name}"
    elif not attribute and above.partition(".")[0] in ("sys", "gc", "inspect", "builtins"):
        yield f"computes the name for {name} on {above}"


def _is_put_together(node: ast.AST) -> bool:
    """Return whether a name is computed otherwise than from a plain word and a number or name."""
    if isinstance(node, ast.Name | ast.Constant | ast.Attribute | ast.Subscript):
        return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)
    if isinstance(node, ast.JoinedStr):
        first = folded(node.values[0]) if node.values else ""
        return first.startswith("__")
    if isinstance(node, ast.BinOp):
        left = node.left
        while isinstance(left, ast.BinOp):
            left = left.left
        return folded(left).startswith("__") or _is_put_together(left)
    return not isinstance(node, ast.IfExp | ast.Call) or _reverses(node)


def _reverses(node: ast.AST) -> bool:
    named = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return bool(named & {"reversed", "chr", "bytes", "bytearray", "map"})


def _hides(node: ast.AST, names: Names) -> bool:
    """Return whether a node turns something into text that nobody can read in the source."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id == "chr":
            return True
        full = names.full(node.func)
        return full.partition(".")[0] in HIDES or (
            isinstance(node.func, ast.Attribute) and node.func.attr == "fromhex"
        )
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return bool(folded(node.value))
    return False


def _reads_a_file(node: ast.AST) -> bool:
    """Return whether the code that runs is that of a file: `exec(open("rnn.py").read())`."""
    opened = [n for n in ast.walk(node) if isinstance(n, ast.Call) and root(n.func) == "open"]
    return any(call.args and folded(call.args[0]).endswith(".py") for call in opened)


def _of_class(node: ast.ClassDef, names: Names) -> Iterator[str]:
    bases = [names.full(base) for base in node.bases]
    for full in bases:
        if full in ("torch.Tensor", "torch.nn.Parameter", "torch.nn.parameter.Parameter"):
            yield f"makes a class of its own from {full}"
    if any(full.endswith("Module") for full in bases):
        for part in node.body:
            if isinstance(part, Definition) and part.name in ANSWERED:
                yield f"replaces {part.name} of its module"
    for part in node.body:
        if isinstance(part, Definition) and part.name in INNER | {"__instancecheck__"}:
            yield f"defines {part.name}"


def _may_not_change(full: str) -> bool:
    first = full.partition(".")[0]
    return first in PATCHABLE and not _below(full, SETTINGS)


def _reaches(full: str) -> bool:
    """Return whether a full name is one that no network needs, or one of torch's private parts."""
    first, *rest = full.split(".")
    private = first == "torch" and any(part[:1] == "_" and part[:2] != "__" for part in rest)
    allowed = _below(full, SETTINGS) or _below(full, OFFERED)
    return (private or _below(full, REACHES)) and not allowed


def _below(full: str, above: tuple[str, ...]) -> bool:
    """Return whether a full name is one of these, is below one, or begins with one."""
    return any(full == name or full.startswith((f"{name}.", f"{name}_")) for name in above)
