"""Guides, their quizzes, and who learned by them: staff, volunteers and classes of villagers."""
