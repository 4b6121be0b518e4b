"""Accounts of people (账号): who may look at what at the console, and since when they are there."""
