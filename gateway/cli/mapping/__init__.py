"""tongban mapping: run, diff, sheet, words."""
