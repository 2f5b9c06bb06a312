"""Reports: results as HTML pages and gradebook files. They know `Result`, and no grader."""
