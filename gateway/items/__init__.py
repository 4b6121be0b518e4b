"""Items (事项): their codes, the catalogue, and which item here is which item there (对码)."""
