"""From files to definitions: what of a submission is run, and what is skipped, with a note."""
