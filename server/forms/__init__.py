"""Applications as the office words them: forms read and checked, answers typed, rules, checklist and fees."""
