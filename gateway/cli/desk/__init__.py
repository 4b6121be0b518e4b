"""tongban desk: the work of a window, from the command line."""
