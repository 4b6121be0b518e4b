"""tongban guide: the public elements of an item."""
