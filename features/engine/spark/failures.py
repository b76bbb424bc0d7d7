"""Why Spark stopped, in the product's own words: its messages may quote values of people."""

from typing import TYPE_CHECKING, Final

from features.errors import BadInput, Finding, RetentionError, Unavailable

if TYPE_CHECKING:
    from pyspark.errors import PySparkException

OTHER_VERSION: Final = "another version of the product"
_OTHER_PYTHON: Final = ("ModuleNotFoundError", "PackageNotFoundError", "PYTHON_VERSION_MISMATCH", OTHER_VERSION)
"""What the text of an executor's error holds: of its type, Spark hands on nothing else."""
_OF_DATA: Final = "22"
"""How the state of an error begins that a value has caused."""


class RejectedQueryError(RetentionError):
    """Spark cannot plan a query: the condition by Spark's own name."""


def without_product(error: Exception) -> Exception:
    """BadInput where an executor's Python is another one than the driver's; any other error stays what it is."""
    if not any(sign in str(error) for sign in _OTHER_PYTHON):
        return error
    rule = "Python on the executors lacks this product, or has another version of it or of Python"
    remedy = "Ship the environment of the driver to the executors (spark.archives; docs/scaling.md)."
    return BadInput(Finding(rule, "RETENTION_ENGINE", remedy=remedy))


def explained(error: "PySparkException") -> Exception:
    """BadInput for a value that a query cannot use, and for an executor without the product; else Unavailable."""
    from pyspark.errors import PythonException

    if isinstance(error, PythonException):
        return without_product(error)
    condition = condition_of(error)
    if (error.getSqlState() or "").startswith(_OF_DATA):
        rule = f"Spark stopped at a value that a query cannot use ({condition})"
        return BadInput(Finding(rule, "spark.tables", remedy="Write try_cast in the query, for example."))
    rule = f"Spark could not compute it ({condition})"
    return Unavailable(Finding(rule, "RETENTION_ENGINE", remedy="Spark's own log shows the reason. Run it again then."))


def condition_of(error: "PySparkException") -> str:
    """The name of what went wrong, which holds no value."""
    return error.getCondition() or type(error).__name__
