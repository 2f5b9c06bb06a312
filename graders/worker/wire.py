"""Frames between grader and worker: strict JSON beside safetensors, both length-capped.

A frame is a 16-byte head (magic, length of the JSON, length of the tensors), then both. Nothing here
can execute code: no pickle, no torch.load, no npz. Either side may be hostile to the other.
"""

import json
import math
import re
import struct
from collections.abc import Mapping
from typing import Any, NoReturn, Protocol

import torch
from safetensors import TensorSpec, serialize
from safetensors.torch import load as load_tensors

HEAD = struct.Struct(">4sIQ")
MAGIC = b"UNR1"
JSON_CAP = 8 * 2**20  # bytes
TENSOR_CAP = 64 * 2**20  # bytes; a submission's files fit in
TENSOR_HEAD_CAP = 2**20  # bytes; bounds the number of tensors and the length of their names
AXES_CAP = 32  # beyond some thousand, torch's own tolist() ends the process
ROWS_CAP = 2**20  # of a tensor without elements, which could have any number of rows
# Dtypes that every operation of torch supports: no float8, no uint16.
DTYPES: dict[torch.dtype, str] = {
    getattr(torch, name): name
    for name in (
        *("bool", "uint8", "int8", "int16", "int32", "int64"),
        *("float16", "bfloat16", "float32", "float64", "complex64"),
    )
}

MARK = b"\n\x00unroll: end of output\x00\n"  # written where the output of one check ends

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")  # how JSON spells one half of a surrogate pair

Tensors = dict[str, torch.Tensor]


class Readable(Protocol):
    """A source of frames."""

    def read(self, count: int, /) -> bytes:
        """Return at most `count` bytes, none only at the end."""


class BadFrame(Exception):
    """The received bytes are not a frame of this protocol."""


def pack(message: Mapping[str, Any], tensors: Mapping[str, torch.Tensor]) -> bytes:
    """Return the bytes of one frame.

    Raises:
        BadFrame: the message exceeds the caps or contains a number that JSON cannot represent.
    """
    try:
        text = _ENCODER.encode(message).encode("utf-8", "replace")
        blob = _serialized(tensors) if tensors else b""
    except (KeyError, ValueError, TypeError, RecursionError, RuntimeError) as problem:
        raise BadFrame(f"cannot be sent: {problem}") from problem
    if len(text) > JSON_CAP or len(blob) > TENSOR_CAP:
        raise too_large(max(len(text), len(blob)))
    return HEAD.pack(MAGIC, len(text), len(blob)) + text + blob


def too_large(size: int) -> BadFrame:
    """Return the error for too many bytes."""
    return BadFrame(f"cannot be sent: {size / 2**20:.0f} MB are more than the cap allows")


def _serialized(tensors: Mapping[str, torch.Tensor]) -> bytes:
    """Return the same as `safetensors.torch.save`, in a sixth of its time."""
    kept = {name: tensor.contiguous() for name, tensor in tensors.items()}
    return serialize(
        {
            name: TensorSpec(
                dtype=DTYPES[tensor.dtype],
                shape=tensor.shape,
                data_ptr=tensor.data_ptr(),
                data_len=tensor.nbytes,
            )
            for name, tensor in kept.items()
        }
    )


def read(stream: Readable) -> tuple[dict[str, Any], Tensors] | None:
    """Return the next frame, or None if the stream ends cleanly.

    Raises:
        BadFrame: anything other than a frame arrived.
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
    """Parse strict JSON: an object, no NaN, no infinity, no duplicate key, no lone surrogate.

    Raises:
        BadFrame: it is not strict JSON.
    """
    try:
        message = _DECODER.decode(text.decode("utf-8"))
        if _HALF.search(text):  # a lone surrogate, perhaps: no file could contain it
            json.dumps(message, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as problem:
        raise BadFrame(f"the frame's JSON is refused: {problem}") from problem
    if type(message) is not dict:
        raise BadFrame("the frame's JSON is not an object")
    return message


def parse_tensors(blob: bytes) -> Tensors:
    """Parse safetensors under a cap on its own header.

    Raises:
        BadFrame: the header is wrong, has overlaps, or names an unsupported dtype.
    """
    if not blob:
        return {}
    if int.from_bytes(blob[:8], "little") > TENSOR_HEAD_CAP:
        raise BadFrame("the frame holds too many tensors")
    try:
        tensors = load_tensors(blob)
    except Exception as problem:  # the parser's own errors share no base class
        raise BadFrame(f"the frame's tensors are refused: {problem}") from problem
    for tensor in tensors.values():
        if reason := why_not_sent(tensor):
            raise BadFrame(f"the frame's tensors are refused: {reason}")
    return tensors


def why_not_sent(tensor: torch.Tensor) -> str:
    """Return what keeps a tensor from travelling, or ""."""
    if tensor.dtype not in DTYPES:
        return f"a tensor of dtype {str(tensor.dtype).removeprefix('torch.')} cannot be returned"
    if tensor.dim() > AXES_CAP:
        return f"a tensor of {tensor.dim():,} axes cannot be returned"
    if tensor.numel() == 0 and math.prod(max(1, size) for size in tensor.shape) > ROWS_CAP:
        return f"an empty tensor of shape {tuple(tensor.shape)} cannot be returned"
    return ""


def _exactly(stream: Readable, size: int) -> bytes:
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


# Made once: making them takes as long as using them.
_ENCODER = json.JSONEncoder(allow_nan=False, ensure_ascii=False)
_DECODER = json.JSONDecoder(
    parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_no_duplicates
)
