"""Evidence: what the log says beside exchanges, and that it goes on where it was."""
