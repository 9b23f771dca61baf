"""Logs of made trainings, written as `TensorBoardWriter` writes them."""

import math

HOSTILE = "<script>window.broken=1</script><img src=x onerror=window.broken=1>'\"&\u202e"


def made_logs(epochs=5):
    """Return the logs of a made training, whose last loss is no number."""
    return [
        {
            "loss": math.nan if epoch == epochs - 1 else 1.0 / (epoch + 1) + 0.012345678,
            "accuracy": 0.5 + 0.09 * epoch,
            "val_loss": 1.5 / (epoch + 1) + 0.0234567,
            "val_accuracy": 0.4 + 0.1 * epoch,
            "learning_rate": 0.01 / (epoch + 1),
        }
        for epoch in range(epochs)
    ]


def write_logs(folder, logs, *, findings=(), ended=True, answers=False, **settings):
    """Write a training as `TensorBoardWriter` would, without a model."""
    import numpy as np
    from goodfit.callbacks import TensorBoardWriter

    names = ("no", HOSTILE)
    writer = TensorBoardWriter(folder, findings=findings, names=names, **settings)
    writer.set_model(None)
    writer.set_params({"epochs": len(logs)})
    writer.on_train_begin()
    for epoch, figures in enumerate(logs):
        writer.on_epoch_end(epoch, figures)
    if ended:
        writer.on_train_end()
    if answers:
        writer.write_answers(np.array([0, 1, 1, 0]), np.array([[0.1], [0.8], [0.4], [0.2]]))
    return folder
