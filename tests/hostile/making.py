"""Archives as attackers pack them: what zipfile and tarfile would not write by themselves."""

import io
import json
import tarfile
import zipfile

ANSWER = """import torch


def pad_batch(rows, pad, side="right", max_len=None):
    rows = [torch.as_tensor(row, dtype=torch.long)[:max_len] for row in rows]
    width = max(map(len, rows), default=0)
    batch = torch.full((len(rows), width), pad, dtype=torch.long)
    for place, row in enumerate(rows):
        first = width - len(row) if side == "left" else 0
        batch[place, first : first + len(row)] = row
    return batch


def length_mask(lengths, max_len=None):
    lengths = torch.as_tensor(lengths)
    width = int(lengths.max()) if max_len is None else max_len
    return torch.arange(width) < lengths[:, None]
"""

WRONG = """def pad_batch(rows, pad, side="right", max_len=None):
    return rows
"""


def zipped(*files, mode=0o644, method=zipfile.ZIP_DEFLATED):
    """Pack pairs of name and content, also where a name is there twice."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name)
            entry.compress_type, entry.external_attr = method, mode << 16
            entry.create_system = 3
            archive.writestr(entry, content)
    return buffer.getvalue()


def tarred(*entries, mode="w:gz"):
    """Pack pairs of tarfile.TarInfo and content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for entry, content in entries:
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def link(name, target, kind=tarfile.SYMTYPE):
    """Make a tar's entry that is a link or a device."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


def patched(data, where, offset, new):
    """Overwrite bytes at an offset from the first place of a signature."""
    at = data.index(where) + offset
    return data[:at] + new + data[at + len(new) :]


def notebook(*sources, **more):
    """Write a notebook of code cells."""
    cells = [{"cell_type": "code", "source": source, **more} for source in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
