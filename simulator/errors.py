"""The errors of this package. Each tells a student what happened and what to do."""


class SimulatorError(Exception):
    """Base of every error this package raises on purpose.

    Args:
        message: What happened, with the value that was given.
        advice: What to change, in one sentence; shown under the message.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class InvalidConfig(SimulatorError):
    """A setting is outside its range, or two settings do not go together."""


class InvalidUpload(SimulatorError):
    """An uploaded file cannot be used as data."""


class NotAvailable(SimulatorError):
    """Weights or data were asked for that are not available here."""


class DoesNotFit(SimulatorError):
    """The run would need more memory than this machine has left."""


class NotFinite(SimulatorError):
    """A number became infinite, or no number at all (NaN): nothing that follows from it would mean anything."""


class RunNotFound(SimulatorError):
    """No run has this id."""


class UnreadableRun(RunNotFound):
    """The stored run cannot be read: it is damaged, or of another version."""


class StorageFault(SimulatorError):
    """The disk or the database does not do what it should."""


class NotAllowed(SimulatorError):
    """The run's state does not allow this."""
