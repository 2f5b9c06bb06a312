"""What a submission earned, as data and as files."""
