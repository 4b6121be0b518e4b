"""Auth schemes: small pure functions with published vectors."""
