"""What the office edits in the console: looked over, changed with a preview, kept for ever, published."""
