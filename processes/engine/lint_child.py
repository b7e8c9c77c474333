"""Room lint: the child process that checks a stranger's drawing: JSON in, pairs of element and message out."""

from __future__ import annotations

import json
import sys

from processes.engine.lint import check


def main() -> None:
    """Read the drawing from standard input, write its problems to standard output."""
    asked = json.load(sys.stdin)
    decisions = {name: text.encode("latin-1") for name, text in asked["decisions"].items()}
    problems = check(asked["bpmn"].encode("latin-1"), decisions, asked["form_keys"])
    json.dump([[problem.element_id, problem.message] for problem in problems], sys.stdout)


if __name__ == "__main__":
    main()
