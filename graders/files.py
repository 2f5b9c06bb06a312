"""Atomic writing of files, and reproducible zips."""

import contextlib
import io
import os
import tempfile
import zipfile
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from graders.errors import UsageError


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file atomically."""
    prefix = f".{path.name}.{os.getpid()}."
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


@contextlib.contextmanager
def on_disk(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise UsageError(
            f"Cannot write to {place}: {problem.strerror}. Finished results are kept; fix that "
            "and run the same command again."
        ) from problem


def write_file(path: Path, data: bytes) -> None:
    """Write a file atomically.

    Raises:
        UsageError: it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as problem:
        raise UsageError(f"Cannot write {path}: {problem.strerror}.") from problem


EPOCH = (1980, 1, 1, 0, 0, 0)


def packed(files: Mapping[str, bytes], programs: Container[str] = ()) -> bytes:
    """Pack files into a zip, in their order.

    Args:
        files: content by path.
        programs: which of them may be executed.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, also where this runs on Windows
            entry.external_attr = (0o100755 if name in programs else 0o100644) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
