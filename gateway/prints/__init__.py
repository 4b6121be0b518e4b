"""Prints (打印件) as HTML for paper: the receipt for the applicant, the list that goes with the papers."""
