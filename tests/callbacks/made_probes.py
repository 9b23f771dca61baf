"""Evidence made by hand: probes with the figures that a test is about, and healthy ones besides."""

from dataclasses import replace

from goodfit.callbacks import Evidence, History, LayerProbe, ModelFacts, ProbeFacts

KINDS = (("a", "relu"), ("b", "relu"), ("c", "relu"), ("head", "softmax"))


def layer(name, activation="relu", kind="Dense", **figures):
    """A healthy layer, but for these figures."""
    healthy = {
        "spread": 0.3,
        "gradient_norm": 0.2,
        "weight_norm": 5.0,
        "moved": 0.05,
        "hidden": name != "head",
        "size": 1000,
    }
    return LayerProbe(name, kind, activation, **{**healthy, **figures})


def probe(epoch, changes=None, **figures):
    """A healthy probe, but for the figures of these layers and of the whole."""
    changes = changes or {}
    layers = tuple(layer(name, act, **changes.get(name, {})) for name, act in KINDS)
    healthy = {
        "loss": 1.1 * 0.8**epoch,
        "output_spread": (0.2,),
        "class_shares": (0.4, 0.3, 0.3),
        "label_shares": (0.34, 0.33, 0.33),
        "steps": 100 if epoch else 0,
    }
    made = ProbeFacts(epoch, layers, **{**healthy, **figures})
    if epoch == 0:
        made = replace(made, layers=tuple(replace(x, moved=float("nan")) for x in layers))
    return made


def evidence(probes, accuracy=None, loss=None, **facts):
    """Evidence of a training: falling loss and rising accuracy, unless said otherwise."""
    last = max(1, probes[-1].epoch)
    columns = {
        "loss": loss or [1.1 * 0.8**e for e in range(last)],
        "accuracy": accuracy or [max(0.5, 0.97 - 0.1 * max(0, last - e - 3)) for e in range(last)],
    }
    columns |= {f"val_{name}": values for name, values in list(columns.items())}
    return Evidence(
        History(columns),
        {"majority": {"accuracy": 0.34}},
        (),
        ModelFacts(optimizer="adam", learning_rate=0.001, **facts),
        None,
        tuple(probes),
    )


def stuck(probes, **facts):
    """Evidence of a training that learns nothing."""
    last = max(1, probes[-1].epoch)
    return evidence(probes, [0.34] * last, [1.1] * last, **facts)
