"""What is listed in differences.txt."""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


class Listed:
    """One listed difference: REQUEST :: PLACE :: REAL => SANDBOX, `*` for any text."""

    def __init__(self, number, line, reason):
        self.number, self.line, self.reason, self.count = number, line, reason, 0
        request, place, values = line.split(" :: ")
        real, sandbox = values.split(" => ")
        self.patterns = [re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)
                         for text in (request, place, real, sandbox)]

    def matches(self, *texts):
        return all(pattern.fullmatch(text) for pattern, text in zip(self.patterns, texts))


def listed():
    """Indented lines are differences, the lines before them their reason."""
    found, reason, fresh = [], "", True
    with open(os.path.join(HERE, "differences.txt"), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.startswith("#") or not line.strip():
                continue
            if line.startswith(" "):
                if not reason:
                    sys.exit(f"differences.txt:{number}: no reason stands before it")
                found.append(Listed(number, line.strip(), reason))
                fresh = True
            else:
                reason = line.strip() if fresh else f"{reason} {line.strip()}"
                fresh = False
    return found
