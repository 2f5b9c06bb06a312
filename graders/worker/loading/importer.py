"""The `import` that a submission's modules see: libraries first, then the submission's own files.

Python's own machinery cannot do this: it has one module per name, while two folders of a submission
may each contain a `models.py`, and a finder does not know the importing file. So each module gets
its own `__import__`; a finder serves only `importlib.import_module`.
"""

import builtins
import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader as ModuleLoader
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path, PurePosixPath
from types import FrameType, ModuleType
from typing import Any

from .execute import Execution
from .names import PLAIN_MODULES
from .paths import Paths
from .placeholders import is_cosmetic, missing


class SubmissionModule(ModuleType):
    """A module made from a file or folder of a submission; missing attributes are requested."""

    __slots__ = ("_ask",)

    def __init__(self, name: str, ask: Callable[["SubmissionModule", str], Any]) -> None:
        super().__init__(name)
        self._ask = ask

    def __getattr__(self, name: str) -> Any:
        return self._ask(self, name)


class Modules(MetaPathFinder, ModuleLoader):
    """The modules of one submission, by path; folders end in a slash.

    Args:
        paths: the files and folders that can be imported.
        start: prepares the execution of a file in its new module.
        binds: returns whether a file binds a name at its top level.
        remark: adds a note on a file.
    """

    def __init__(
        self,
        paths: Paths,
        start: Callable[[str, ModuleType], Execution],
        binds: Callable[[str, str], bool],
        remark: Callable[[str, str], None],
    ) -> None:
        self._paths, self._start, self._binds, self._remark = paths, start, binds, remark
        self._modules: dict[str, SubmissionModule] = {}
        self._paths_by_name: dict[str, str] = {}
        self.runs: dict[str, Execution] = {}
        self._import = builtins.__import__
        self._prefix = "submission"
        while any(name.startswith(self._prefix + ".") for name in sys.modules):
            self._prefix += "_"  # another submission is open in this process
        sys.meta_path.append(self)

    def close(self) -> None:
        """Remove everything from Python's import machinery."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        for name, module in list(sys.modules.items()):
            if isinstance(module, SubmissionModule) and module in self._modules.values():
                del sys.modules[name]

    def get(self, path: str) -> SubmissionModule:
        """Return the module of a file or folder, executing a file on first use."""
        if path in self._modules:
            return self._modules[path]
        module = self._modules[path] = self._new(path)
        if not path.endswith("/"):
            run = self.runs[path] = self._start(path, module)
            run.run()
        return module

    def _new(self, path: str) -> SubmissionModule:
        is_package = path.endswith(("/", "__init__.py"))
        parts = _folder(path).parts if is_package else PurePosixPath(path).with_suffix("").parts
        name = ".".join([self._prefix, *parts])
        while name in sys.modules:
            name += "_"  # `elman.py` and `elman.ipynb`
        module = SubmissionModule(name, self._attribute)
        module.__file__ = path
        module.__package__ = name if is_package else name.rpartition(".")[0]
        module.__spec__ = ModuleSpec(name, None, origin=path)
        if is_package:
            module.__path__ = []
        own = {"__import__": self.import_module}
        if path.endswith(".ipynb"):
            own["display"] = _display
        vars(module)["__builtins__"] = {**vars(builtins), **own}
        sys.modules[name] = module
        self._paths_by_name[name] = path
        return module

    def _attribute(self, module: SubmissionModule, name: str) -> Any:
        path = self._paths_by_name[vars(module)["__name__"]]
        if not name.startswith("__"):
            if path in self.runs:
                self.runs[path].demand(name)
            if name in vars(module):
                return vars(module)[name]
            if "__path__" in vars(module):
                child = self._paths.child(_folder(path), [name])
                if child:
                    return self.get(child)
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

    def import_module(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """Replace `__import__` in a submission's modules."""
        importer = self._paths_by_name.get((globals or {}).get("__name__", ""), "")
        names = tuple(fromlist or ())
        if level:
            return self._given_out(self._relative(importer, level, name), name, names)
        path = self._own(name, names, importer)
        if path is None or (is_library(name.partition(".")[0]) and not self._is_plain(name)):
            return self._from_library(name, globals, locals, names, importer, path)
        return self._given_out(path, name, names)

    def _relative(self, importer: str, level: int, name: str) -> str:
        parts = name.split(".") if name else []
        path = self._paths.relative(importer, level, parts)
        if path is None and parts:
            path = next(iter(self._paths.find(parts, importer)), None)
        if path is None:
            raise ModuleNotFoundError(f"the submission has no module `{'.' * level}{name}`")
        return path

    def _own(self, name: str, names: Sequence[str], importer: str) -> str | None:
        parts = name.split(".")
        for path in self._paths.find(parts, importer):
            return path
        for path in self._paths.find_partly(parts, importer) if names else ():
            if all(self._binds(path, wanted) for wanted in names):
                return path
        return None

    def _is_plain(self, name: str) -> bool:
        return name.partition(".")[0] in PLAIN_MODULES

    def _from_library(
        self,
        name: str,
        globals: Mapping[str, Any] | None,
        locals: Mapping[str, Any] | None,
        names: Sequence[str],
        importer: str,
        own: str | None,
    ) -> Any:
        """Import from a library, or from the submission's `own` file if the library lacks it."""
        own_has_all = own and names and all(self._binds(own, wanted) for wanted in names)
        try:
            module = self._import(name, globals, locals, names, 0)
        except ModuleNotFoundError:
            if own and (own_has_all or "." in name):
                return self._given_out(own, name, names)
            cosmetic = any(is_cosmetic(label) for label in (name, *_below(name, names)))
            run = self.runs.get(importer)
            if not cosmetic or (run and run.in_try):
                raise
            label = name if names else name.partition(".")[0]
            return missing(label, f"`{name}` is not installed here")
        if own and own_has_all and not all(hasattr(module, wanted) for wanted in names):
            return self._given_out(own, name, names)
        if own and "." not in name and PurePosixPath(own).parent in _near(importer):
            text = f"has the same name as a library ({name}), which is imported instead"
            self._remark(own, text)
        _tame_progress_bars()
        return module

    def _given_out(self, path: str, name: str, names: Sequence[str]) -> ModuleType:
        module = self.get(path)
        if names:
            if "*" in names and path in self.runs:
                self.runs[path].demand_all()
            return module
        folder = _folder(path)
        if path.endswith(("/", "/__init__.py")):
            folder = folder.parent
        for part in reversed(name.split(".")[1:]):
            parent = self.get(self._paths.child(folder, []) or "/")
            vars(parent).setdefault(part, module)
            module, folder = parent, folder.parent
        return module

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Serve `importlib.import_module`, for the submission's own code only."""
        importer = self._paths_by_name.get(_calling_module(sys._getframe(1)))
        if importer is None or fullname.startswith(self._prefix + "."):
            return None
        found = self._own(fullname, (), importer)
        return ModuleSpec(fullname, self, origin=found) if found else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self.get(str(spec.origin))

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: the module was executed when it was made."""


def is_library(name: str) -> bool:
    """Return whether a top-level module is Python's own or installed, not a local file."""
    if name in sys.stdlib_module_names:
        return True
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return False
    if spec is None:
        return False
    places = [spec.origin] if spec.has_location else list(spec.submodule_search_locations or [])
    return any(place and not _lies_about(Path(place)) for place in places)


def _lies_about(place: Path) -> bool:
    if {"site-packages", "dist-packages"} & set(place.parts):
        return False
    return any(place.is_relative_to(folder) for folder in _own_folders())


def _own_folders() -> list[Path]:
    depth = len(__name__.split("."))  # of this module below the folder that holds the package
    folders = [Path(__file__).parents[depth - 1]]
    try:
        folders.append(Path.cwd())
    except OSError:  # a sandbox may have no working directory
        return folders
    return folders


def _calling_module(frame: FrameType | None) -> str:
    while frame is not None:
        file = frame.f_code.co_filename
        if not (file.startswith("<frozen importlib") or file == importlib.__file__):
            return str(frame.f_globals.get("__name__", ""))
        frame = frame.f_back
    return ""


def _folder(path: str) -> PurePosixPath:
    return PurePosixPath(path.rstrip("/")) if path.endswith("/") else PurePosixPath(path).parent


def _display(*values: object, **options: object) -> None:
    """Show nothing: in Jupyter, `display` exists without an import."""


def _near(importer: str) -> tuple[PurePosixPath, ...]:
    return PurePosixPath(importer).parent, PurePosixPath(".")


def _below(name: str, names: Sequence[str]) -> list[str]:
    return [f"{name}.{inner}" for inner in names]


def _tame_progress_bars() -> None:
    """Replace tqdm's notebook bars by plain ones if the notebook widgets are not installed."""
    notebook, plain = sys.modules.get("tqdm.notebook"), sys.modules.get("tqdm.std")
    if notebook is None or plain is None or getattr(notebook, "IProgress", None) is not None:
        return
    for name, source in (("tqdm", "tqdm"), ("tqdm_notebook", "tqdm"), ("trange", "trange")):
        setattr(notebook, name, getattr(plain, source))
    notebook.tnrange = plain.trange  # type: ignore[attr-defined]
