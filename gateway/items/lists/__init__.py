"""Lists of items (事项清单) come in: any format and charset, named columns, shown before they are applied."""
