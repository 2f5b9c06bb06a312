"""A class: uploads in, results and pages out."""
