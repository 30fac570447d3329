"""What is sent: the lines of exchanges.txt. Knows neither cloud."""

import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))


class Exchange:
    """One line: WHO METHOD PATH [Header: value]… BODY -> NAME=KEY.KEY…"""

    def __init__(self, number, line):
        self.number, self.line = number, line
        line, _, captures = line.partition(" -> ")
        self.text = line.strip()
        self.captures = [capture.split("=") for capture in captures.split()]
        self.who, self.method, self.path, *rest = self.text.split(" ", 3)
        rest = rest[0] if rest else ""
        self.headers = {}
        while found := re.match(r"\[([A-Za-z][\w-]*): ([^\]]*)\] ?", rest):
            self.headers[found[1].title()] = found[2]
            rest = rest[found.end():]
        self.body = rest

    def __str__(self):
        return self.text


def exchanges():
    with open(os.path.join(HERE, "exchanges.txt"), encoding="utf-8") as file:
        lines = [(number, line.strip()) for number, line in enumerate(file, 1)]
    return [Exchange(number, line) for number, line in lines if line and not line.startswith("#")]
