"""The commands of `goodfit`, one module each: `add_arguments(parser)` and `run(arguments)`."""

from __future__ import annotations

from .result import Result

__all__ = ["COMMANDS", "Result"]

COMMANDS: dict[str, str] = {
    "audit": "say what is wrong with a table before anything is trained on it",
    "fit": "find a config that fits, one change at a time, and test it once",
    "ledger": "tell how the config of a study came about",
    "tune": "search around the config of a run, and train the best",
    "train": "train, diagnose, evaluate, save and report a model",
    "test": "open the sealed test rows of a run and evaluate on them",
    "more-data": "say how many more rows a goal needs, or that more will not help",
    "predict": "answer for every row of a table",
    "generate": "write on with a language model",
    "report": "write the one-page report of a run again",
    "board": "look at trainings in TensorBoard while they run and afterwards",
    "diagnose": "find what is wrong with a training from the history it left",
    "watch": "run any Keras script and say what is wrong with its trainings",
    "check": "say what is wrong with a Keras script before it trains",
    "export": "write a model for ONNX, LiteRT or TensorFlow Serving",
    "eject": "write one standalone Keras script that trains the model of a run again",
    "attention": "draw who looks at whom in a model with attention",
    "example": "list made data to try things on, or write one set",
    "models": "list the models that can be built",
    "guide": "print the rules, and where each is carried out",
    "why": "say why a run has the settings it has",
    "doctor": "check this installation and this machine",
}
