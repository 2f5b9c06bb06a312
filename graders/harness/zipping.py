"""Zips whose bytes depend on names and contents alone: no clock, no system."""

import io
import zipfile
from collections.abc import Container, Mapping

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
