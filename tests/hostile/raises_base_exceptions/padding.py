def pad_batch(rows, pad, side="right", max_len=None):
    raise BaseExceptionGroup("all", [KeyboardInterrupt(), GeneratorExit(), SystemExit(0)])
