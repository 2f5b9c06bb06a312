from reference.padding import pad_batch
