"""The results of submissions, as data and as files."""
