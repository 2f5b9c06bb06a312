def pad_batch(rows, pad, side="right", max_len=None):
    raise ValueError("<script>alert(1)</script>\x1b[31m\u202e\ud800=1+1" * 2_000_000)
