"""Wrong answers to mlp.py."""

from graders.mistakes.mlp import layers, module, pools

MISTAKES = pools.MISTAKES + layers.MISTAKES + module.MISTAKES
