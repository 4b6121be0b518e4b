"""Faults: a process that dies at every statement, a wire that breaks at every byte, a disk that is full."""
