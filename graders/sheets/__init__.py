"""An assignment as data: questions, points, limits, deadline."""
