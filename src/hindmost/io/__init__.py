"""Files that people write and files that hindmost leaves behind: cards, policies, audits, heads, predictions."""
