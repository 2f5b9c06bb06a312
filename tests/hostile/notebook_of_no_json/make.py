def make():
    return b"{" * 1000
