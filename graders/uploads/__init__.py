"""From an archive or folder to submissions with their owners."""
