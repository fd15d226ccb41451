"""The daily report: rendering, reading and checking the contract's Markdown, publishing."""
