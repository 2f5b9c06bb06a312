"""Executes the chosen statements of a file, each on its own: a failure costs only itself."""

import ast
import builtins
import sys
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any

from .cost import Judge
from .names import STATEMENT
from .notes import Notes, Place
from .placeholders import Placeholder, Skipped, fault_of, missing, skipped
from .repair import with_values_put_off, without_decorators
from .select import Choice, LoadStep, Plan, compile_alone
from .sources import Piece
from .syntax import Definition, Import, blocks, bound_by, is_main_guard
from .time_limit import DEFINITION_SECONDS, VALUE_SECONDS, TooLong, limited


class _Failed(Exception):
    """A step inside `try` raised: the student's handlers run first."""

    def __init__(self, step: LoadStep, problem: BaseException) -> None:
        super().__init__(step, problem)
        self.step, self.problem = step, problem


class Execution:
    """One file's module while and after its statements are executed.

    Args:
        failures: exceptions raised by definitions, by name.
        in_try: whether a statement of a `try` runs, so that missing packages must raise.
    """

    def __init__(
        self, module: ModuleType, pieces: Sequence[Piece], judge: Judge, notes: Notes
    ) -> None:
        self.module = module
        self.failures: dict[str, BaseException] = {}
        self.in_try = False
        self._names = vars(module)
        self._pieces = pieces
        self._judge = judge
        self._notes = notes
        self._plan = Plan(pieces, judge)
        self._started: set[LoadStep] = set()
        self._branches: dict[ast.stmt, list[list[ast.stmt]]] = {}
        self._wanted: set[LoadStep] = set()
        self._complete = True

    def run(self) -> None:
        """Execute the statements chosen for loading."""
        self._go(self._plan.wanted(), complete=True)

    def demand(self, name: str) -> None:
        """Execute the remaining statements that bind `name`, with their dependencies."""
        steps = self._plan.needed_for([name]) - self._started
        if steps:
            self._go(steps, complete=False)

    def demand_all(self) -> None:
        """Execute all that can be executed, for `from … import *`."""
        for name in sorted({name for step in self._plan.steps.values() for name in step.binds}):
            self.demand(name)

    def _go(self, steps: set[LoadStep], complete: bool) -> None:
        before = self._wanted, self._complete, self.in_try, sys.argv
        self._wanted, self._complete, self.in_try = steps, complete, False
        sys.argv = [str(self.module.__file__)]  # `parse_args()` then returns the defaults
        try:
            for piece in self._pieces:
                self._sequence(piece, piece.body)
        except (
            RecursionError
        ):  # from our recursion over hundreds of nested blocks, not from a statement
            self._notes.say(Place(), "loaded only in part: nested too deeply")
        finally:
            self._wanted, self._complete, self.in_try, sys.argv = before

    def _sequence(self, piece: Piece, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            if statement in self._plan.steps:
                self._step(self._plan.steps[statement])
            elif any(
                step in self._wanted or (self._complete and not step.spare)
                for step in self._plan.steps_within(statement)
            ):
                self._compound(piece, statement)

    def _compound(self, piece: Piece, statement: ast.stmt) -> None:
        chosen = self._branches.get(statement)
        if chosen is None and isinstance(statement, ast.Try | ast.TryStar):
            self._branches[statement] = [statement.body]
            self._try(piece, statement)
            return
        if chosen is None:
            chosen = self._branches[statement] = self._chosen(piece, statement)
        for block in chosen:
            self._sequence(piece, block)

    def _chosen(self, piece: Piece, statement: ast.stmt) -> list[list[ast.stmt]]:
        inner = blocks(statement) or []
        if not isinstance(statement, ast.If) or is_main_guard(statement):
            return inner  # under the guard only spare steps are executed
        try:
            if self._judge.heavy(statement.test):
                return inner
            with limited(VALUE_SECONDS):
                value = self._evaluate(piece, statement.test)
                known = not isinstance(value, Placeholder)
                return [inner[0] if value else inner[1]] if known else inner
        except BaseException:  # unknown here: definitions of both branches are taken
            return inner

    def _evaluate(self, piece: Piece, expression: ast.expr) -> Any:
        code = compile(
            ast.Expression(expression), piece.title, "eval", piece.flags, dont_inherit=True
        )
        return eval(code, self._names)

    def _try(self, piece: Piece, statement: ast.Try | ast.TryStar) -> None:
        outside, failed = self.in_try, None
        self.in_try = True
        try:
            self._sequence(piece, statement.body)
        except _Failed as problem:
            failed = problem
        finally:
            self.in_try = outside
        handled = statement.orelse
        if failed:
            handler = self._handler(piece, statement, failed.problem)
            if handler is None and outside:
                raise failed
            handled = handler.body if handler else []
        rest = self._branches[statement] = [handled, statement.body, statement.finalbody]
        self._sequence(piece, handled)
        if failed:
            self._keep_handled(failed, statement)
        for block in rest[1:]:
            self._sequence(piece, block)

    def _keep_handled(self, failed: _Failed, statement: ast.Try | ast.TryStar) -> None:
        """After a handler has run, bind only names of its `try` that are still unbound."""
        step = failed.step
        if isinstance(step.statement, Import):
            unbound = [a for a in step.statement.names if bound_by(a) not in self._names]
            self._import_one_by_one(step, step.statement, unbound)
        elif any(name not in self._names for name in step.binds):
            self._give_up(step, failed.problem)
        for part in statement.body:
            for step in self._plan.steps_within(part):
                if any(name in self._names for name in step.binds):
                    self._started.add(step)

    def _handler(
        self, piece: Piece, statement: ast.Try | ast.TryStar, problem: BaseException
    ) -> ast.ExceptHandler | None:
        for handler in statement.handlers:
            try:
                kind = self._evaluate(piece, handler.type) if handler.type else BaseException
                if isinstance(problem, kind):
                    if handler.name:
                        self._names[handler.name] = problem
                    return handler
            except BaseException:
                continue  # an exception of a package that is not installed
        return None

    def _step(self, step: LoadStep) -> None:
        if step in self._started:
            return
        if step in self._wanted:
            self._started.add(step)
            self._notes.drop(step.number)
            self._execute(step)
        elif self._complete and not step.spare:
            self._notes.skip(step.number, step.place, step.kind)
            if step.choice is Choice.SKIP:
                self._started.add(step)
                self._stand_in(step, "was skipped on loading")

    def _execute(self, step: LoadStep) -> None:
        is_definition = isinstance(step.statement, Definition)
        try:
            if isinstance(step.statement, Import):
                self._exec(step.piece, step.statement)
                self._tell_missing(step)
            else:
                with limited(DEFINITION_SECONDS if is_definition else VALUE_SECONDS):
                    self._define(step) if is_definition else self._exec(step.piece, step.statement)
            for name in step.binds:
                self.failures.pop(name, None)
        except BaseException as problem:  # SystemExit and KeyboardInterrupt too
            if self.in_try and not isinstance(problem, TooLong):
                raise _Failed(step, problem) from None
            self._give_up(step, problem)

    def _exec(self, piece: Piece, statement: ast.stmt) -> None:
        exec(compile_alone(piece, statement), self._names)

    def _give_up(self, step: LoadStep, problem: BaseException) -> None:
        statement = step.statement
        if isinstance(statement, Import):
            self._import_one_by_one(step, statement, statement.names)
        elif isinstance(statement, Definition):
            self.failures[statement.name] = problem
            text = f"`{statement.name}` could not be defined: {summary(problem)}"
            self._notes.say(step.start, text)
        else:
            if isinstance(problem, Skipped):
                self._notes.skip(step.number, step.place, STATEMENT)
            elif isinstance(problem, TooLong):
                self._notes.say(step.start, f"{problem}, skipped")
            else:
                self._notes.say(step.start, f"failed: {summary(problem)}")
            self._stand_in(step, f"failed on loading ({summary(problem)})")

    def _stand_in(self, step: LoadStep, fate: str) -> None:
        reason = f"{step.piece.title}, line {step.statement.lineno} {fate}"
        for name in sorted(step.binds):
            if not hasattr(builtins, name):  # functions continue to use the builtin `sum`
                self._names.setdefault(name, skipped(name, reason))

    def _import_one_by_one(
        self, step: LoadStep, statement: Import, aliases: Iterable[ast.alias]
    ) -> None:
        for alias in aliases:
            if isinstance(statement, ast.ImportFrom):
                part: Import = ast.ImportFrom(statement.module, [alias], statement.level)
            else:
                part = ast.Import([alias])
            try:
                self._exec(step.piece, ast.copy_location(part, statement))
            except BaseException as problem:
                reason = _import_fault(part, problem)
                self._notes.say(step.start, reason)
                self._bind_missing(part, alias, reason)

    def _bind_missing(self, part: Import, alias: ast.alias, reason: str) -> None:
        name = bound_by(alias)
        library = sys.modules.get(name)
        if isinstance(part, ast.Import) and not alias.asname and library is not None:
            self._names[name] = library  # `import torch.new`: torch itself exists
        elif name != "*":
            label = alias.name if alias.asname else name
            if isinstance(part, ast.ImportFrom) and part.module:
                label = f"{part.module}.{alias.name}"
            self._names.setdefault(name, missing(label, reason))

    def _tell_missing(self, step: LoadStep) -> None:
        """Note missing packages that are replaced by placeholders."""
        for name in sorted(step.binds):
            value = self._names.get(name)
            fault = fault_of(value) if isinstance(value, Placeholder) else None
            if isinstance(fault, ModuleNotFoundError):
                self._notes.say(step.start, str(fault).partition(":")[0])

    def _define(self, step: LoadStep) -> None:
        """Execute a definition without unavailable decorators, defaults and attributes."""
        statement = without_decorators(step.statement, self._is_unavailable)
        if statement is not step.statement:
            self._notes.say(step.start, "a decorator that is not available here was left out")
        try:
            self._exec(step.piece, statement)
        except (Skipped, ModuleNotFoundError):
            repaired = with_values_put_off(statement, self._is_unavailable)
            if repaired is None or self.in_try:
                raise
            self._exec(step.piece, repaired)
            self._notes.say(step.start, "a value that is not available here was left unset")

    def _is_unavailable(self, name: str) -> bool:
        return isinstance(self._names.get(name), Placeholder)


def summary(problem: BaseException) -> str:
    """Return an exception in one line."""
    try:
        text = str(problem).strip().split("\n")[0][:200]
    except BaseException:  # a student's own __str__
        text = ""
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__


def _import_fault(part: Import, problem: BaseException) -> str:
    names = [alias.name for alias in part.names]
    module = part.module or "." if isinstance(part, ast.ImportFrom) else names[0]
    if isinstance(part, ast.ImportFrom) and part.level and isinstance(problem, ImportError):
        return f"`{'.' * part.level}{part.module or names[0]}` is not in the submission"
    if isinstance(problem, ModuleNotFoundError):
        package = (problem.name or module).partition(".")[0]
        whole = sys.modules.get(package) is None  # otherwise only a part of it is missing
        return f"`{package if whole else problem.name}` is not installed here"
    if isinstance(part, ast.ImportFrom) and isinstance(problem, ImportError):
        return f"`{names[0]}` cannot be imported from `{module}`"
    return f"`{module}` cannot be imported: {summary(problem)}"
