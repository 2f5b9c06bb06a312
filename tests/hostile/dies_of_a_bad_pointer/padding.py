import ctypes


def pad_batch(rows, pad, side="right", max_len=None):
    ctypes.string_at(0)
