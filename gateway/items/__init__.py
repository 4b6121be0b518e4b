"""Items (事项): their codes, the catalogue, and alignment (对码): which item here is which item there, and since when."""
