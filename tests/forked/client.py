"""Has a command run by the server and ends as it ends. It imports next to nothing: it is started for every one."""

import json
import os
import signal
import socket
import sys


def main(address: str, words: list[str]) -> int:
    asked = {"words": words, "folder": os.getcwd(), "environment": dict(os.environ)}
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(address)
        socket.send_fds(line, [b"\0"], [0, 1, 2])
        line.sendall(json.dumps(asked).encode() + b"\n")
        told = line.makefile("r")
        pid = int(told.readline())
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda number, _: os.kill(pid, number))
        return int(told.readline())


if __name__ == "__main__":
    status = main(sys.argv[1], sys.argv[2:])
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)
