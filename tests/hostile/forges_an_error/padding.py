import os

from forging import frame


def pad_batch(rows, pad, side="right", max_len=None):
    frame(
        '"error": {"kind": "error", "type": "%s", "text": "%s", "frames": [], "file": null}'
        % ("X" * 500_000, "<script>alert(1)</script>" * 100_000)
    )
    os._exit(0)
