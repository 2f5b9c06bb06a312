"""The checks of each part: pytest functions in the sheet's order."""
