"""For the submissions that answer in the worker's place: frames as the worker writes them."""

import os
import struct
import sys


def _number():
    frame = sys._getframe()
    while frame:
        if "request" in frame.f_locals:
            return frame.f_locals["request"]["number"]
        frame = frame.f_back


def _descriptor():
    here = [int(name) for name in os.listdir("/proc/self/fd")]
    return max(n for n in here if n > 2 and os.path.exists(f"/proc/self/fd/{n}"))


def raw(data):
    """Write bytes where answers leave."""
    while data:
        data = data[os.write(_descriptor(), data) :]


def frame(fields, ahead=0, tensors=b""):
    """Write a frame with these fields and the number of the request, or of a later one."""
    text = f'{{"number": {_number() + ahead}, {fields}}}'.encode()
    raw(struct.pack(">4sIQ", b"UNR1", len(text), len(tensors)) + text + tensors)


def answer(value, ahead=0, tensors=b""):
    """Answer a call with a value, given as the protocol's JSON."""
    frame(f'"value": {{"dict": [["value", {value}], ["mutated", false]]}}', ahead, tensors)
