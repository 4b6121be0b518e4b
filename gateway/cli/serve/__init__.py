"""tongban serve: one process, or several under one."""
