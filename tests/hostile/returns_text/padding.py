def pad_batch(rows, pad, side="right", max_len=None):
    return '\ud800<script>' * 20_000_000
