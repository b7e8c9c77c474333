"""Room instance, faults: what the engine may raise becomes one fault with a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.exceptions import WorkflowException

from models.refusal import Refusal
from processes.engine.expression import ExpressionError

_FAILED = "流程执行失败："
# What an ExpressionError says of itself (processes/engine/expression_syntax.py, timer_value.py).
_EXPRESSION = (f"{_FAILED}表达式", f"{_FAILED}计时器的值")


class EngineFault(RuntimeError):  # noqa: N818  a fault of the drawing, not of the program
    """The engine could not go on; the instance in memory must be thrown away."""

    @property
    def sentence(self) -> str:
        """What went wrong, so ended that another sentence may follow."""
        return f"{str(self).rstrip('。')}。"

    @property
    def is_drawn(self) -> bool:
        """Whether an expression of the drawing is at fault: told from the words, which are all that a row keeps."""
        return str(self).startswith(_EXPRESSION)


def check_routing(data: Mapping[str, Any]) -> None:
    """The token carries scalars only: lists die at joins, and a key `typename` makes a state unloadable."""
    for name, value in data.items():
        if name == "typename" or not isinstance(value, bool | int | str):
            raise EngineFault(f"流程变量“{name}”的值不能保存。")


class engine_faults:  # noqa: N801  reads as a context, is used as one
    """Everything the engine may raise becomes an EngineFault; its own messages quote expressions."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if error is None or isinstance(error, EngineFault) or not isinstance(error, Exception):
            return
        if isinstance(error.__context__, ExpressionError | Refusal):
            raise EngineFault(f"{_FAILED}{error.__context__.message}") from error
        if isinstance(error, WorkflowTaskException | WorkflowException):
            raise EngineFault(f"{_FAILED}{error}") from error
        raise EngineFault(f"{_FAILED}{type(error).__name__}") from error
