"""The field-by-field sheet (字段对照表) that both sides of an interface read and sign."""
