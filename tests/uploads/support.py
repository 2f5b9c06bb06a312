"""What the tests of uploads share: folders and zips of given contents, and what is read of them."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from graders.errors import Unreadable
from graders.uploads.upload import Upload


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def laid(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def both(tmp_path: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Return the same content as a folder and as a zip."""
    folder = laid(tmp_path / "uploads", files)
    archive = tmp_path / "uploads.zip"
    archive.write_bytes(zipped(files))
    return [folder, archive]


def read(upload: Upload) -> dict[str, bytes] | str:
    try:
        return dict(upload.read()[1].files)
    except Unreadable as problem:
        return str(problem)


def code(text: str) -> bytes:
    return zipped({"elman.py": text.encode()})
