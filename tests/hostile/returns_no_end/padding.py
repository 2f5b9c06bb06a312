from itertools import count


def pad_batch(rows, pad, side="right", max_len=None):
    return count()
