"""Wrong cells, loops, stacks, classifiers and accuracies."""

from graders.mistakes.rnn_cell import accuracy, cell, classifier, loop

MISTAKES = cell.MISTAKES + loop.MISTAKES + classifier.MISTAKES + accuracy.MISTAKES
