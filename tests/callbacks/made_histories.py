"""Made histories, healthy and faulty, from formulas: no training, any number of seeds."""

import numpy as np

NAN = float("nan")


def curve(epochs, first, last, speed, noise, random):
    """A loss that falls from `first` to `last`, `speed` epochs to each halving of the rest."""
    t = np.arange(epochs)
    values = last + (first - last) * 0.5 ** (t / speed)
    return np.abs(values * (1 + noise * random.normal(size=epochs)))


def rising(epochs, low, high, speed, noise, random):
    t = np.arange(epochs)
    values = high - (high - low) * 0.5 ** (t / speed)
    return np.clip(values + noise * random.normal(size=epochs), 0, 1)


def both(loss, val_loss, accuracy=None, val_accuracy=None, **known):
    columns = {"loss": loss, "val_loss": val_loss}
    if accuracy is not None:
        columns |= {"accuracy": accuracy, "val_accuracy": val_accuracy}
    return {name: list(map(float, values)) for name, values in columns.items()}, known


def healthy(seed):
    """Return {name: (columns, keyword arguments of diagnose)} of trainings without a fault."""
    r = np.random.default_rng(seed)
    c, a = (lambda *x: curve(*x, r)), (lambda *x: rising(*x, r))
    flat = np.full
    two = {"accuracy": 0.5, "loss": 0.6931}
    plateau = c(60, 1.1, 0.3, 3, 0.01)
    stopped = c(24, 1.0, 0.45, 2, 0.01)
    stopped[12:] *= 1 + 0.012 * np.arange(12)
    return {
        "textbook": both(c(50, 2.3, 0.1, 4, 0.01), c(50, 2.2, 0.15, 4, 0.02),
                         a(50, 0.2, 0.97, 4, 0.003), a(50, 0.25, 0.95, 4, 0.008)),
        "noisy validation": both(c(60, 0.7, 0.3, 4, 0.02), c(60, 0.7, 0.36, 4, 0.06),
                                 a(60, 0.55, 0.88, 4, 0.01), a(60, 0.55, 0.85, 4, 0.03)),
        "tiny validation set": both(c(40, 0.7, 0.25, 4, 0.02), c(40, 0.7, 0.3, 4, 0.08),
                                    a(40, 0.5, 0.9, 4, 0.01),
                                    np.round(a(40, 0.5, 0.9, 4, 0.02) * 20) / 20),
        "noisy labels": both(c(50, 0.72, 0.62, 4, 0.004), c(50, 0.72, 0.64, 4, 0.006),
                             a(50, 0.5, 0.68, 4, 0.008), a(50, 0.5, 0.65, 4, 0.015), baseline=two),
        "very noisy labels": both(c(60, 0.74, 0.672, 4, 0.003), c(60, 0.74, 0.678, 4, 0.004),
                                  a(60, 0.49, 0.6, 4, 0.006), a(60, 0.49, 0.585, 4, 0.012),
                                  baseline=two),
        "short": both(c(5, 0.9, 0.12, 0.6, 0.0), c(5, 0.5, 0.14, 0.6, 0.0),
                      a(5, 0.7, 0.97, 0.6, 0.0), a(5, 0.85, 0.96, 0.6, 0.0)),
        "one epoch": both([0.7], [0.6], [0.6], [0.66]),
        "slow but steady": both(c(200, 2.3, 0.3, 28, 0.005), c(200, 2.3, 0.35, 28, 0.01),
                                a(200, 0.1, 0.93, 28, 0.004), a(200, 0.1, 0.91, 28, 0.008)),
        "converged early": both(c(120, 1.0, 0.2, 1.2, 0.01), c(120, 0.9, 0.22, 1.2, 0.015),
                                a(120, 0.6, 0.94, 1.2, 0.003), a(120, 0.6, 0.93, 1.2, 0.006)),
        "already converged": both(c(30, 0.31, 0.3, 3, 0.003), c(30, 0.33, 0.325, 3, 0.004),
                                  a(30, 0.88, 0.885, 3, 0.002), a(30, 0.87, 0.875, 3, 0.004),
                                  baseline=two),
        "imbalanced": both(c(40, 0.25, 0.08, 4, 0.02), c(40, 0.2, 0.1, 4, 0.03),
                           a(40, 0.95, 0.975, 5, 0.001), a(40, 0.95, 0.97, 5, 0.002),
                           baseline={"accuracy": 0.95}),
        "large units": both(c(80, 2.2e11, 5e9, 5, 0.01), c(80, 1.9e11, 9e9, 5, 0.03)),
        "regression": both(c(60, 1.1, 0.25, 5, 0.01), c(60, 1.0, 0.35, 5, 0.03)),
        "loss below zero": both(c(60, 5, 0.3, 4, 0.0) - 4, c(60, 5, 0.5, 4, 0.0) - 4),
        "saturated": both(c(80, 1.5, 1e-4, 3, 0.02), c(80, 1.2, 0.05, 3, 0.03),
                          np.minimum(a(80, 0.6, 1.01, 3, 0.0), 1), a(80, 0.7, 0.985, 3, 0.001)),
        "dropout: validation better": both(c(60, 2.3, 0.4, 4, 0.02), c(60, 2.0, 0.25, 4, 0.02),
                                           a(60, 0.2, 0.86, 4, 0.01), a(60, 0.3, 0.92, 4, 0.008)),
        "mild gap": both(c(50, 0.7, 0.2, 4, 0.01), c(50, 0.7, 0.33, 4, 0.02),
                         a(50, 0.5, 0.92, 4, 0.005), a(50, 0.5, 0.87, 4, 0.01)),
        "stopped early and restored": both(c(24, 1.0, 0.3, 3, 0.01), stopped,
                                           a(24, 0.5, 0.88, 3, 0.004), a(24, 0.5, 0.84, 3, 0.006),
                                           restored_epoch=12),
        "small batches": both(c(40, 0.6, 0.3, 5, 0.04), c(40, 0.6, 0.33, 5, 0.05),
                              a(40, 0.7, 0.88, 5, 0.012), a(40, 0.7, 0.87, 5, 0.015)),
        "warm restarts": both(plateau + 0.02 * np.sin(np.arange(60) * 0.6), plateau * 1.1),
        "standing accuracy": both(c(50, 0.5, 0.1, 3, 0.01), c(50, 0.5, 0.12, 3, 0.01),
                                  np.r_[a(8, 0.5, 0.97, 1, 0), flat(42, 0.973)],
                                  np.r_[a(8, 0.5, 0.95, 1, 0), flat(42, 0.9667)]),
    }  # fmt: skip


def faulty(seed):
    """Return {name: (fault, columns, keyword arguments of diagnose)} of trainings gone wrong."""
    r = np.random.default_rng(seed)
    c, a = (lambda *x: curve(*x, r)), (lambda *x: rising(*x, r))
    two = {"accuracy": 0.62, "loss": 0.664}
    t = np.arange(60)
    over = c(60, 0.7, 0.45, 2, 0.01)
    over[8:] += 0.012 * np.arange(52)
    jumps = 0.5 + 0.25 * (-1.0) ** t * r.uniform(0.5, 1, 60)
    jumps[0] = 0.9
    stuck = 2.31 - 0.0005 * np.arange(30) + 1e-5 * r.normal(size=30)
    flat = 2.303 + 0.004 * r.normal(size=30)
    regression = c(80, 1.0, 0.6, 3, 0.01)
    regression[10:] += 0.006 * np.arange(70)
    still = 1.0
    chance = a(30, 0.1, 0.11, 5, 0.004)
    low = {"loss": stuck, "val_loss": stuck + 0.01, "accuracy": chance, "val_accuracy": chance}
    made = {
        "NaN": ("nan_loss", [0.9, 0.7, 3.0, NAN, NAN], [0.8, 0.9, 4.0, NAN, NAN]),
        "infinite": ("nan_loss", [10.0, 1e9, 1e30, float("inf")], [20.0, 1e10, 1e31, float("inf")]),
        "NaN in validation only": ("nan_loss", [0.9, 0.7, 0.6], [0.9, NAN, NAN]),
        "diverging": ("lr_too_high", 1.0 * 1.4 ** np.arange(15), 1.2 * 1.5 ** np.arange(15)),
        "breaks out late": (
            "lr_too_high", np.r_[c(20, 2.3, 0.3, 2, 0.01), 1.9 + 0.1 * r.random(20)],
            np.r_[c(20, 2.3, 0.4, 2, 0.01), 2.0 + 0.1 * r.random(20)],
        ),
        "oscillating": ("oscillating_loss", jumps, jumps[::-1] + 0.1),
        "stuck": ("lr_too_low", *low.values()),
        "flat": ("lr_too_low", flat, flat + 0.01),
        "crawling": ("lr_too_low", 2.3 - 0.009 * np.arange(50), 2.31 - 0.009 * np.arange(50)),
        "overfitting": ("overfitting", c(60, 0.7, 0.02, 4, 0.01), over,
                        a(60, 0.5, 0.995, 4, 0.002), a(60, 0.5, 0.74, 4, 0.008)),
        "overfitting regression": ("overfitting", c(80, 1.0, 0.05, 5, 0.01), regression),
        "overfitting, loss still": ("overfitting", c(60, 0.7, 0.05, 4, 0.01),
                                    c(60, 0.7, 0.5, 4, 0.01), a(60, 0.5, 0.99, 4, 0.002),
                                    a(60, 0.5, 0.7, 4, 0.01)),
        "underfitting": ("underfitting", c(60, 0.72, 0.66, 3, 0.002), c(60, 0.72, 0.665, 3, 0.003),
                         a(60, 0.5, 0.625, 3, 0.003), a(60, 0.5, 0.62, 3, 0.006),
                         {"baseline": two}),
        "too few epochs": ("too_few_epochs", c(10, 2.3, 0.2, 6, 0.0), c(10, 2.3, 0.25, 6, 0.0),
                           a(10, 0.1, 0.9, 6, 0.0), a(10, 0.1, 0.88, 6, 0.0)),
        "no validation": ("no_validation", c(40, 1.0, 0.1, 4, 0.01), None),
        "one class for all": ("class_collapse", c(30, 0.9, 0.6, 2, 0.002),
                              c(30, 0.9, 0.61, 2, 0.002), np.full(30, 0.6274), np.full(30, 0.6304),
                              {"baseline": {"accuracy": 0.63}}),
    }  # fmt: skip
    histories = {}
    for name, (fault, *parts) in made.items():
        known = parts.pop() if isinstance(parts[-1], dict) else {}
        if parts[1] is None:
            histories[name] = (fault, {"loss": list(map(float, still * parts[0]))}, known)
        else:
            histories[name] = (fault, both(*parts)[0], known)
    return histories
