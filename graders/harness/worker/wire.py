"""Frames between grader and worker: strict JSON beside safetensors, both length-capped.

A frame is a 16-byte head (magic, length of the JSON, length of the tensors), then both. Nothing here
can execute code: no pickle, no torch.load, no npz. Either side may be hostile to the other.
"""

import json
import math
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO, NoReturn

import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

HEAD = struct.Struct(">4sIQ")
MAGIC = b"UNR1"
JSON_CAP = 16 * 2**20  # bytes
TENSOR_CAP = 128 * 2**20  # bytes
TENSOR_HEAD_CAP = 2**20  # bytes; bounds the number of tensors and the length of their names

MARK = b"\n\x00unroll: end of output\x00\n"  # written where the output of one check ends

Tensors = dict[str, torch.Tensor]


class BadFrame(Exception):
    """What arrived is not a frame of this protocol."""


def pack(message: Mapping[str, Any], tensors: Mapping[str, torch.Tensor]) -> bytes:
    """Make the bytes of one frame.

    Raises:
        BadFrame: the message is larger than the caps or holds a number that JSON cannot carry.
    """
    try:
        text = json.dumps(message, allow_nan=False, ensure_ascii=True).encode()
        blob = save_tensors(dict(tensors)) if tensors else b""
    except (ValueError, TypeError, RecursionError, RuntimeError) as problem:
        raise BadFrame(f"cannot be sent: {problem}") from problem
    if len(text) > JSON_CAP or len(blob) > TENSOR_CAP:
        size = max(len(text), len(blob)) / 2**20
        raise BadFrame(f"cannot be sent: {size:.0f} MB are more than the cap allows")
    return HEAD.pack(MAGIC, len(text), len(blob)) + text + blob


def read(stream: BinaryIO) -> tuple[dict[str, Any], Tensors] | None:
    """Read one frame, or None where the stream ends cleanly.

    Raises:
        BadFrame: anything else than a frame arrived.
    """
    head = _exactly(stream, HEAD.size)
    if not head:
        return None
    if len(head) < HEAD.size:
        raise BadFrame("the stream ended inside a frame")
    magic, text_size, blob_size = HEAD.unpack(head)
    if magic != MAGIC:
        raise BadFrame("the bytes are not a frame")
    if text_size > JSON_CAP or blob_size > TENSOR_CAP:
        raise BadFrame("the frame is larger than the cap")
    text, blob = _exactly(stream, text_size), _exactly(stream, blob_size)
    if len(text) < text_size or len(blob) < blob_size:
        raise BadFrame("the stream ended inside a frame")
    return parse_message(text), parse_tensors(blob)


def parse_message(text: bytes) -> dict[str, Any]:
    """Parse strict JSON: an object, no NaN, no infinity, no duplicate key, no bottomless nesting.

    Raises:
        BadFrame: it is not.
    """
    try:
        message = json.loads(
            text.decode("utf-8"),
            parse_constant=_refuse,
            parse_float=_finite,
            object_pairs_hook=_no_duplicates,
        )
    except (ValueError, RecursionError) as problem:
        raise BadFrame(f"the frame's JSON is refused: {problem}") from problem
    if type(message) is not dict:
        raise BadFrame("the frame's JSON is not an object")
    return message


def parse_tensors(blob: bytes) -> Tensors:
    """Parse safetensors under a cap on its own header.

    Raises:
        BadFrame: the header lies, overlaps, or names what torch cannot hold.
    """
    if not blob:
        return {}
    if int.from_bytes(blob[:8], "little") > TENSOR_HEAD_CAP:
        raise BadFrame("the frame holds too many tensors")
    try:
        return load_tensors(blob)
    except Exception as problem:  # the parser's own errors share no base class
        raise BadFrame(f"the frame's tensors are refused: {problem}") from problem


def _exactly(stream: BinaryIO, size: int) -> bytes:
    parts = []
    while size > 0:
        part = stream.read(min(size, 2**20))
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:20]} is out of range")
    return value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key appears twice")
    return dict(pairs)
