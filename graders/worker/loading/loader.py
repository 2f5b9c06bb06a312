"""A loaded submission: the files that bind a name, and its value there."""

import ast
import difflib
import linecache
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from types import ModuleType

from .cost import Costs, Judge
from .execute import Execution
from .importer import Modules
from .notebooks import read_notebook
from .notes import Notes, Place
from .paths import Paths, closeness, order, quality
from .placeholders import Placeholder, fault_of
from .sources import Source, is_source, read_script
from .syntax import (
    Definition,
    bound_by,
    defines,
    is_stub,
    patches,
    top_level,
    under_main_guard,
)


class Missing(Exception):
    """No file of the submission binds a name."""

    def __init__(self, name: str, nearest: list[str]) -> None:
        hint = f"; nearest: {', '.join(f'`{other}`' for other in nearest)}" if nearest else ""
        super().__init__(f"no file of the submission has `{name}`{hint}")
        self.name, self.nearest = name, nearest


class BrokenDefinition(Exception):
    """A name exists, but its definition failed when it was executed."""

    def __init__(self, name: str, file: str, exception: BaseException) -> None:
        super().__init__(f"`{name}` in {file} could not be loaded")
        self.name, self.file, self.exception = name, file, exception


class Loader:
    """The definitions of one submission. Nothing is executed before it is requested.

    Args:
        files: content by relative path; only `.py` and `.ipynb` are used.
        given: files of the course, used if the submission has no module of that name; stubs that
            students have to write do not count.
    """

    def __init__(
        self, files: Mapping[str, bytes], given: Mapping[str, bytes] | None = None
    ) -> None:
        os.environ["MPLBACKEND"] = "Agg"  # before a submission imports matplotlib
        self._own = {source.file: source for source in _read_all(files)}
        stems = {_stem(file) for file in self._own}
        rest = {file: text for file, text in (given or {}).items() if _stem(file) not in stems}
        self._sources = {**self._own, **{source.file: source for source in _read_all(rest)}}
        self._paths = Paths(self._sources)
        self._spare: set[tuple[str, str]] = set()  # files and names, under the main guard only
        self._index = {file: self._indexed(source) for file, source in self._sources.items()}
        for file in self._sources.keys() - self._own.keys():
            index = self._index[file]
            self._index[file] = {name: it for name, it in index.items() if not is_stub(it)}
        self._costs = Costs({file: _body(source) for file, source in self._sources.items()})
        self._notes = {file: _first_notes(source) for file, source in self._sources.items()}
        self._titles = set(_register(self._sources.values()))
        self._modules = Modules(self._paths, self._start, self._binds, self._remark)

    @property
    def own(self) -> list[Source]:
        """Return the submission's own files, without those of the course."""
        return list(self._own.values())

    @property
    def notes(self) -> dict[str, list[str]]:
        """Return the notes on skipped or failed statements, by file with notes."""
        lines = {file: self._notes[file].lines() for file in self._own}
        return {file: found for file, found in lines.items() if found}

    @property
    def remarks(self) -> int:
        """Return the number of changes of the notes so far."""
        return sum(notes.changes for notes in self._notes.values())

    def locate(self, part: str, name: str) -> list[str]:
        """Return the files that bind `name` at their top level, the best for `part` first."""

        def rank(file: str) -> tuple[object, ...]:
            given = file not in self._own
            fit = closeness(file, part)
            spare = (file, name) in self._spare
            return self._is_stub(file, name), given, spare, quality(file), fit, order(file)

        return sorted((file for file in self._sources if self._binds(file, name)), key=rank)

    def sources_of(self, part: str, name: str) -> list[Source]:
        """Return the files that bind a name, the best for `part` first."""
        return [self._sources[file] for file in self.locate(part, name)]

    def load(self, file: str) -> ModuleType:
        """Execute the chosen statements of a file, once, and return its module."""
        if file not in self._sources:
            raise KeyError(file)
        return self._modules.get(file)

    def lookup(self, part: str, name: str) -> object:
        """Return the value of `name` in the best file that has it.

        Raises:
            Missing: no file has it.
            BrokenDefinition: its definition failed.
        """
        broken: BrokenDefinition | None = None
        for file in self.locate(part, name):
            if broken and self._is_stub(file, name):
                break  # the student's own failure is more useful than an untouched template
            module = self.load(file)
            value = getattr(module, name, None)
            if name in vars(module) and not isinstance(value, Placeholder):
                return value
            problem = self._modules.runs[file].failures.get(name)
            if problem is None and isinstance(value, Placeholder):
                problem = fault_of(value)
            if problem is not None:
                broken = broken or BrokenDefinition(name, file, problem)
        raise broken or Missing(name, self.nearest(name))

    def nearest(self, name: str) -> list[str]:
        """Return up to three names of the submission that are similar to `name`."""
        known: dict[str, str] = {}
        for file in self._own:
            for other, statement in sorted(self._index[file].items()):
                if isinstance(statement, Definition) or not other.startswith("_"):
                    known.setdefault(other.casefold(), other)
        found = difflib.get_close_matches(name.casefold(), sorted(known))
        return [known[other] for other in found]

    def owns(self, filename: str) -> bool:
        """Return whether a file name in a traceback is one of the submission's."""
        return filename in self._titles

    def close(self) -> None:
        """Forget the submission: its modules, its finder, its source lines."""
        self._modules.close()
        for title in self._titles:
            linecache.cache.pop(title, None)

    def _start(self, file: str, module: ModuleType) -> Execution:
        pieces = self._sources[file].pieces
        first = pieces[0].body if pieces else ()
        module.__doc__ = ast.get_docstring(ast.Module(list(first), []), clean=False)
        judge, notes = Judge(file, self._costs), self._notes[file]
        try:
            return Execution(module, pieces, judge, notes)
        except RecursionError:
            notes.say(Place(), "not loaded: nested too deeply")
            return Execution(module, (), judge, notes)

    def _remark(self, file: str, text: str) -> None:
        if file in self._notes:
            self._notes[file].say(Place(), text)

    def _indexed(self, source: Source) -> dict[str, ast.stmt]:
        index: dict[str, ast.stmt] = {}
        for statement in top_level(_body(source)):
            for name in patches(statement) & index.keys():
                index[name] = statement  # `Elman.forward = forward` completes a stub
            if isinstance(statement, ast.ImportFrom) and self._is_own_import(source, statement):
                index.update((bound_by(a), statement) for a in statement.names if a.name != "*")
            index.update((name, statement) for name in defines(statement))
        for statement in under_main_guard(_body(source)):
            for name in defines(statement):
                if index.setdefault(name, statement) is statement:
                    self._spare.add((source.file, name))  # the whole script may be there
        return index

    def _is_own_import(self, source: Source, statement: ast.ImportFrom) -> bool:
        parts = (statement.module or "").split(".")
        return bool(statement.level) or bool(self._paths.find(parts, source.file))

    def _binds(self, file: str, name: str) -> bool:
        return name in self._index.get(file, {})

    def _is_stub(self, file: str, name: str, depth: int = 10) -> bool:
        statement = self._index.get(file, {}).get(name)
        if not isinstance(statement, ast.ImportFrom):
            return statement is not None and is_stub(statement)
        original = next((a.name for a in statement.names if bound_by(a) == name), name)
        parts = (statement.module or "").split(".")
        target = next(iter(self._paths.find(parts, file)), "")
        return depth > 0 and self._is_stub(target, original, depth - 1)


def _read_all(files: Mapping[str, bytes]) -> Iterator[Source]:
    written: dict[str, str] = {}
    for file in sorted(filter(is_source, files)):
        read = read_notebook if file.lower().endswith(".ipynb") else read_script
        source = read(file, bytes(files[file]))
        written.update(source.written)
        yield source
    for file, text in sorted(written.items()):
        if file not in files:
            yield read_script(file, text.encode("utf-8", "replace"))


def _stem(file: str) -> str:
    return PurePosixPath(file).stem.casefold()


def _body(source: Source) -> list[ast.stmt]:
    return [statement for piece in source.pieces for statement in piece.body]


def _first_notes(source: Source) -> Notes:
    notes = Notes()
    for place, text in source.remarks:
        notes.say(place, text)
    return notes


def _register(sources: Iterable[Source]) -> Iterator[str]:
    """Register the lines of every piece, and of each whole notebook, for tracebacks and `inspect`."""
    for source in sources:
        whole = "\n".join(piece.text for piece in source.pieces)
        for title, text in [(source.file, whole), *((p.title, p.text) for p in source.pieces)]:
            lines = (text + "\n").splitlines(keepends=True)
            linecache.cache[title] = (len(text), None, lines, title)
            yield title
