"""OpenAPI 3.1 and the pages for people, made from the table of routes."""
