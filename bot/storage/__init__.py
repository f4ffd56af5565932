"""The tables, and what is done to them: the only part that speaks SQL."""
