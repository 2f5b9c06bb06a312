"""Known wrong answers to rnn_layer.py: the layer, the model, the count and the two extensions."""

from graders.mistakes.rnn_layer import layer, model, padding, truncation

MISTAKES = layer.MISTAKES + model.MISTAKES + padding.MISTAKES + truncation.MISTAKES

MAY_LOSE = {"tutorial_code": ("test_runs_on_any_device",)}
