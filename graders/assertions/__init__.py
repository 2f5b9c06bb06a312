"""What every check uses: comparisons, random inputs, figures, properties of answers."""
