"""The pages for students."""
