"""Selection of a file's top-level statements: imports, definitions, cheap or needed values."""

import ast
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from types import CodeType

from .cost import Judge
from .names import BUILDERS, SETTINGS, STATEMENT
from .notes import Place
from .sources import Piece
from .syntax import (
    Definition,
    Import,
    binds,
    blocks,
    called,
    executed,
    is_main_guard,
    root,
    uses,
)

_ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)
_PARTS_OF_CHEAP_LOOPS = (
    *_ASSIGNMENTS,
    ast.For,
    ast.If,
    ast.Expr,
    ast.Pass,
    ast.Continue,
    ast.Break,
)


class Choice(Enum):
    """The decision on a statement."""

    TAKE = "executed"
    IF_NEEDED = "executed when something that is taken uses what it binds"
    SKIP = "never executed"


@dataclass(frozen=True, eq=False)
class LoadStep:
    """A simple statement and the decision on it.

    Args:
        number: its place among all simple statements of the file.
        kind: its name in a note if it is not executed; empty: no note.
        spare: it is under `if __name__ == "__main__":`, so it counts only for names that
            nothing else binds.
    """

    number: int
    piece: Piece
    statement: ast.stmt
    choice: Choice
    kind: str
    binds: frozenset[str]
    uses: frozenset[str]
    spare: bool = False

    @property
    def place(self) -> Place:
        return self.piece.place(self.statement)

    @property
    def start(self) -> Place:
        line = self.statement.lineno
        return Place(self.piece.cell, line, line)


class Plan:
    """The steps of one file, and the dependencies between them."""

    def __init__(self, pieces: Sequence[Piece], judge: Judge) -> None:
        self._judge = judge
        self.steps: dict[ast.stmt, LoadStep] = {}
        self._tests: set[str] = set()
        self._unsure: set[str] = set()
        for piece in pieces:
            for statement in piece.body:
                self._add(piece, statement, only_definitions=False, spare=False)
        self._binders: dict[str, list[LoadStep]] = {}
        for step in self.steps.values():
            for name in step.binds:
                self._binders.setdefault(name, []).append(step)

    def wanted(self) -> set[LoadStep]:
        """Return the steps that loading executes."""
        taken = [s for s in self.steps.values() if s.choice is Choice.TAKE and not s.spare]
        names = {name for step in taken for name in step.uses}
        return {*taken, *self.needed_for(names | self._tests)}

    def needed_for(self, names: Iterable[str]) -> set[LoadStep]:
        """Return the steps that bind `names`, with their dependencies."""
        needed: set[LoadStep] = set()
        open_names = list(names)
        seen = set(open_names)
        while open_names:
            for step in self._binding(open_names.pop()):
                if step not in needed:
                    needed.add(step)
                    open_names += step.uses - seen
                    seen |= step.uses
        return needed

    def steps_within(self, statement: ast.stmt) -> Iterator[LoadStep]:
        """Yield the steps of a compound statement."""
        stack = [statement]
        while stack:
            here = stack.pop()
            if here in self.steps:
                yield self.steps[here]
            else:
                stack += [part for block in blocks(here) or [] for part in block]

    def _binding(self, name: str) -> list[LoadStep]:
        steps = [s for s in self._binders.get(name, []) if s.choice is not Choice.SKIP]
        return [s for s in steps if not s.spare] or steps

    def _add(self, piece: Piece, statement: ast.stmt, only_definitions: bool, spare: bool) -> None:
        inner = blocks(statement)
        if inner is None:
            self.steps[statement] = self._step(piece, statement, only_definitions, spare)
            return
        if isinstance(statement, ast.If):
            test = ast.copy_location(ast.Expr(statement.test), statement.test)
            self._tests |= uses(compiled(piece, test))
        only_definitions |= isinstance(statement, ast.With)
        for index, block in enumerate(inner):
            guarded = spare or (index == 0 and is_main_guard(statement))
            for part in block:
                self._add(piece, part, only_definitions, guarded)

    def _step(
        self, piece: Piece, statement: ast.stmt, only_definitions: bool, spare: bool
    ) -> LoadStep:
        names = binds(statement) | self._changed(statement)
        read = uses(compiled(piece, statement))
        choice, kind = self._choice(piece, statement)
        if only_definitions and not isinstance(statement, Definition | Import):
            choice, kind = Choice.SKIP, self._judge.heavy(statement) or STATEMENT
        is_value = choice is Choice.TAKE and isinstance(statement, _ASSIGNMENTS)
        if is_value and not self._unsure.isdisjoint(read | names):
            choice = Choice.IF_NEEDED  # cheap itself, but made from values that may be expensive
        if choice is not Choice.TAKE:
            self._unsure |= names
        return LoadStep(len(self.steps), piece, statement, choice, kind, names, read, spare)

    def _choice(self, piece: Piece, statement: ast.stmt) -> tuple[Choice, str]:
        if isinstance(statement, Definition | Import):
            return Choice.TAKE, STATEMENT
        heavy = self._judge.heavy(statement)
        if isinstance(statement, _ASSIGNMENTS):
            cheap = not heavy and self._judge.cheap(statement)
            choice = Choice.SKIP if heavy else Choice.IF_NEEDED
            return Choice.TAKE if cheap else choice, heavy or STATEMENT
        if isinstance(statement, ast.Expr):
            return self._choice_of_expression(statement.value, heavy)
        if isinstance(statement, ast.For) and not heavy and _is_simple(statement):
            return Choice.IF_NEEDED, STATEMENT
        if isinstance(statement, ast.Pass) and statement.lineno in piece.magics:
            return Choice.SKIP, "magic"
        silent = isinstance(statement, ast.Pass | ast.Assert | ast.Delete | ast.Global)
        return Choice.SKIP, "" if silent else heavy or STATEMENT

    def _choice_of_expression(self, value: ast.expr, heavy: str) -> tuple[Choice, str]:
        if isinstance(value, ast.NamedExpr) and not heavy:
            return Choice.IF_NEEDED, STATEMENT
        if heavy or not isinstance(value, ast.Call):
            return Choice.SKIP, heavy
        meaning = self._judge.meaning(value.func)
        if meaning in SETTINGS or (meaning == "setattr" and self._judge.cheap(value)):
            return Choice.TAKE, STATEMENT
        if self._changed(ast.Expr(value)):
            return Choice.IF_NEEDED, STATEMENT
        silent = meaning in ("print", "display") or meaning.startswith("sys.path.")
        return Choice.SKIP, "" if silent else STATEMENT

    def _changed(self, statement: ast.stmt) -> frozenset[str]:
        """Return the name that a call such as `words.append(x)` or `setattr(Net, …)` changes."""
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
            return frozenset()
        call = statement.value
        if called(call) == "setattr" and isinstance(call.func, ast.Name) and call.args:
            return frozenset({root(call.args[0])} - {""})
        builds = isinstance(call.func, ast.Attribute) and call.func.attr in BUILDERS
        if not builds or self._judge.in_library(call.func):
            return frozenset()
        return frozenset({root(call.func)} - {""})


def compiled(piece: Piece, statement: ast.stmt) -> CodeType:
    """Compile one statement with the line numbers and flags of its piece.

    Invalid statements (`return` outside a function) compile to nothing here; the error is raised
    when they are executed.
    """
    try:
        return compile_alone(piece, statement)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return compile("", piece.title, "exec", dont_inherit=True)


def compile_alone(piece: Piece, statement: ast.stmt) -> CodeType:
    """Compile one statement; raises as `compile` does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = ast.Module([statement], [])
        code: CodeType = compile(module, piece.title, "exec", piece.flags, dont_inherit=True)
        return code


def _is_simple(loop: ast.For) -> bool:
    return all(
        isinstance(node, _PARTS_OF_CHEAP_LOOPS)
        for node in executed(loop)
        if isinstance(node, ast.stmt)
    )
