"""Frames: what is sent arrives, and nothing that is no frame gets through."""

import contextlib
import io
import json
import struct

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.worker import wire
from graders.worker.wire import BadFrame, pack, read


def frame(text: bytes, blob: bytes = b"") -> io.BytesIO:
    return io.BytesIO(wire.HEAD.pack(wire.MAGIC, len(text), len(blob)) + text + blob)


def safetensors(header: object, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def test_a_frame_arrives_as_it_was_sent():
    tensors = {"a": torch.arange(6).reshape(2, 3), "b": torch.zeros(0, 4), "c": torch.tensor(True)}
    message, found = read(io.BytesIO(pack({"do": "x", "π": [1, 2.5, None, "ü"]}, tensors)))
    assert message == {"do": "x", "π": [1, 2.5, None, "ü"]}
    assert all(torch.equal(found[name], tensors[name]) for name in tensors)
    assert all(found[name].dtype == tensors[name].dtype for name in tensors)


def test_the_end_of_the_stream_is_no_frame():
    assert read(io.BytesIO(b"")) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": -Infinity}', "-Infinity is not JSON"),
        (b'{"a": 1e999}', "1e999 is out of range"),
        (b'{"a": 1, "a": 2}', "a key appears twice"),
        (b"[1]", "the frame's JSON is not an object"),
        (b"{", "the frame's JSON is refused"),
        (b"\xff", "the frame's JSON is refused"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "the frame's JSON is refused"),
        (b'{"a": ' + b"9" * 5000 + b"}", "the frame's JSON is refused"),
        (b'{"a": "\\ud800"}', "the frame's JSON is refused"),
        (b'{"\\uDFFF": 1}', "the frame's JSON is refused"),
    ],
)
def test_loose_json_is_refused(text, reason):
    with pytest.raises(BadFrame, match=reason):
        read(frame(text))


@pytest.mark.parametrize(
    ("blob", "reason"),
    [
        (struct.pack("<Q", 2**60), "too many tensors"),
        (safetensors(b" " * (wire.TENSOR_HEAD_CAP + 1)), "too many tensors"),
        (
            safetensors({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 4]}}, b"1234"),
            "refused",
        ),
        (
            safetensors({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, b"1234"),
            "refused",
        ),
        (
            safetensors({"a": {"dtype": "X", "shape": [1], "data_offsets": [0, 4]}}, b"1234"),
            "refused",
        ),
        (
            safetensors({"a": {"dtype": "F8_E5M2", "shape": [1], "data_offsets": [0, 1]}}, b"1"),
            "a tensor of dtype float8_e5m2 cannot be returned",
        ),
        (
            safetensors({"a": {"dtype": "U16", "shape": [1], "data_offsets": [0, 2]}}, b"12"),
            "a tensor of dtype uint16 cannot be returned",
        ),
        (
            safetensors({"a": {"dtype": "U8", "shape": [1] * 33, "data_offsets": [0, 1]}}, b"1"),
            "a tensor of 33 axes cannot be returned",
        ),
        (
            safetensors({"a": {"dtype": "U8", "shape": [2**40, 0], "data_offsets": [0, 0]}}),
            "an empty tensor of shape",
        ),
        (b"short", "refused|too many tensors"),
    ],
)
def test_lying_tensors_are_refused(blob, reason):
    with pytest.raises(BadFrame, match=reason):
        read(frame(b"{}", blob))


def test_whole_characters_and_escaped_backslashes_travel():
    for text in ("\U0001f600", "a\\ud800", "\x00\x1f\u2028"):
        assert read(io.BytesIO(pack({"a": text}, {}))) == ({"a": text}, {})
    assert read(frame(rb'{"a": "\ud83d\ude00 \\ud800"}')) == ({"a": "\U0001f600 \\ud800"}, {})
    assert read(io.BytesIO(pack({"a": "\ud800"}, {}))) == ({"a": "?"}, {})


def test_caps_and_magic_are_checked_before_anything_is_read():
    with pytest.raises(BadFrame, match="larger than the cap"):
        read(io.BytesIO(wire.HEAD.pack(wire.MAGIC, wire.JSON_CAP + 1, 0)))
    with pytest.raises(BadFrame, match="larger than the cap"):
        read(io.BytesIO(wire.HEAD.pack(wire.MAGIC, 2, wire.TENSOR_CAP + 1)))
    with pytest.raises(BadFrame, match="not a frame"):
        read(io.BytesIO(b"HTTP/1.1 200 OK\r\n\r\n"))
    with pytest.raises(BadFrame, match="ended inside a frame"):
        read(io.BytesIO(pack({"a": 1}, {})[:-1]))
    with pytest.raises(BadFrame, match="ended inside a frame"):
        read(io.BytesIO(wire.MAGIC))


def test_what_cannot_travel_is_said_on_sending():
    with pytest.raises(BadFrame, match="cannot be sent"):
        pack({"a": float("nan")}, {})
    with pytest.raises(BadFrame, match="more than the cap allows"):
        pack({}, {"a": torch.zeros(wire.TENSOR_CAP + 1, dtype=torch.uint8)})


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_give_a_frame_or_a_refusal(text, blob):
    for stream in (frame(text, blob), io.BytesIO(text + blob), frame(b"{}", blob)):
        with contextlib.suppress(BadFrame):
            assert isinstance(read(stream), tuple | None)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 400), st.integers(0, 255))
def test_a_changed_byte_gives_a_frame_or_a_refusal(place, byte):
    whole = bytearray(pack({"do": "call", "number": 3}, {"t0": torch.arange(5.0)}))
    whole[place % len(whole)] = byte
    with contextlib.suppress(BadFrame):
        read(io.BytesIO(bytes(whole)))
