"""Files of materials (材料): sealed at rest, brought by callers in pieces, swept away where nobody uses them."""
