"""Whose an upload is, as each LMS says it."""
