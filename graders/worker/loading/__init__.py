"""From files to definitions: which statements of a submission run and which are skipped."""
