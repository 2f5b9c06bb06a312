"""Wrong gated cells. Exchanging two sigmoid gates with all their weights is none: it is a new name."""

from graders.mistakes.gated import fused, gru, lstm, lstm_states

MISTAKES = gru.MISTAKES + lstm.MISTAKES + lstm_states.MISTAKES + fused.MISTAKES
