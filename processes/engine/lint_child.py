"""Room lint: the child process that checks a stranger's drawing: JSON in, problems as objects out."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from processes.engine.lint import check
from processes.house_contracts import contract_of


def main() -> None:
    """Read the drawing from standard input, write its problems to standard output."""
    asked = json.load(sys.stdin)
    decisions = {name: text.encode("latin-1") for name, text in asked["decisions"].items()}
    bpmn = asked["bpmn"].encode("latin-1")
    problems = check(bpmn, decisions, asked["form_keys"], asked["tests"], contract_of)
    json.dump([asdict(problem) for problem in problems], sys.stdout)


if __name__ == "__main__":
    main()
