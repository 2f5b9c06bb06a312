"""Reports: results as HTML pages and gradebook files. They depend on `Result`, not on the grader."""
