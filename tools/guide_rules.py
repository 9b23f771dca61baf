"""Every rule of the guide by section and id, in the project's own words, and the glossary."""

from __future__ import annotations

__all__ = ["GLOSSARY", "SECTIONS"]

SECTIONS: dict[str, dict[str, str]] = {
    "Sequence models": {
        "SEQ-1": "Text, time series, audio and video are sequences: their order carries meaning.",
        "SEQ-2": "A plain recurrent network suits simple tasks on fewer than 50 steps.",
        "SEQ-3": "A plain recurrent network forgets after 50 to 100 steps, and cannot be trained "
        "in parallel along the sequence.",
        "SEQ-4": "LSTM, with its forget, input and output gates, is for long texts, long trends, "
        "speech, more than 1 M examples or very complex tasks.",
        "SEQ-5": "GRU, with its update and reset gates, is for fewer than 100 k examples, little "
        "memory, speed, and beginners.",
        "SEQ-6": "GRU has fewer parameters than LSTM, trains faster and scores about the same.",
        "SEQ-7": "A Transformer reads the whole sequence at once with 8 to 12 attention heads and "
        "no limit of distance; its memory grows with the length and it wants much data.",
        "SEQ-8": "Transformers come in three families: decoder (GPT), encoder (BERT) and "
        "encoder-decoder (T5, BART), for generation, understanding and translation.",
        "SEQ-9": "The attention matrix shows which position looks at which, so it can be drawn.",
        "SEQ-10": "The kinds of task have names, from sentiment and forecasting to translation, "
        "speech, question answering and action detection; each has its own recipe.",
        "SEQ-11": "The four architectures are compared by memory, speed, complexity and use.",
    },
    "Activations": {
        "ACT-1": "ReLU is the default of hidden layers; its units can die, stuck at zero.",
        "ACT-2": "Leaky ReLU takes over where many ReLU units are stuck at zero.",
        "ACT-3": "Sigmoid belongs on the output of a yes-or-no question, never in hidden layers, "
        "where it makes the gradient vanish.",
        "ACT-4": "Tanh lives in the gates of recurrent layers; elsewhere it is rare, and its "
        "gradient is weak too.",
        "ACT-5": "Softmax is the output of a choice among several classes.",
        "ACT-6": "GELU is the activation of Transformers.",
        "ACT-7": "Swish (SiLU) is a modern alternative to ReLU, used in vision.",
        "ACT-8": "Without a non-linearity a net of any depth is one linear map; only the output "
        "of a regression stays linear.",
        "ACT-9": "Each place in a net has its activation, and each misuse is a diagnosis.",
    },
    "Architecture": {
        "ARC-1": "Start with 2 or 3 layers; 1 or 2 for simple tasks, 20 to 100 for images, 12 to "
        "96 for complex language.",
        "ARC-2": "Start with 128 to 256 units; 32 to 64 are fast but limited, 512 to 2048 strong "
        "but slow; take fewer when there is little data.",
        "ARC-3": "Let layers narrow like a funnel (512, 256, 128, 64), or keep one width.",
        "ARC-4": "Begin small, and grow only when the score is not good enough.",
    },
    "Learning rate": {
        "LR-1": "The learning rate matters most: 0.1 is very high, 0.01 high (SGD), 0.001 the "
        "standard of Adam, 0.0001 for fine-tuning, 0.00001 very low.",
        "LR-2": "Too high: the loss swings wildly, becomes NaN or never falls. Divide by 10.",
        "LR-3": "Too low: the loss creeps down or sticks. Multiply by 2 to 5.",
    },
    "Batch size": {
        "BAT-1": "8 to 32 rows per batch generalize better and need little memory but are slow "
        "and noisy; 128 to 512 are fast and stable but may generalize worse.",
        "BAT-2": "Take the largest batch that fits the GPU: 32 to 64 rows in 8 GB, 64 to 128 in "
        "16 GB, 128 to 512 in 32 GB and more.",
    },
    "Epochs": {
        "EPO-1": "100 to 500 epochs below 10 k examples, 50 to 200 up to 100 k, 10 to 50 above "
        "1 M; always with early stopping.",
    },
    "Optimizers": {
        "OPT-1": "SGD alone is a baseline to learn from; it depends much on the learning rate.",
        "OPT-2": "SGD with momentum generalizes best, in vision, for those with time to tune it.",
        "OPT-3": "Adam with a learning rate of 0.001 is the default.",
        "OPT-4": "AdamW, whose weight decay is decoupled, is for Transformers, and for when Adam "
        "with L2 disappoints.",
        "OPT-5": "RMSprop is for recurrent networks and data that drift.",
        "OPT-6": "Model and task decide the optimizer.",
        "OPT-7": "Training walks down the landscape of the loss, against the gradient, and may "
        "rest in a local minimum.",
    },
    "Loss": {
        "LOSS-1": "Squared error is the standard of regression; it punishes large errors, and so "
        "listens to outliers.",
        "LOSS-2": "Absolute error is for data with outliers, and is easy to read.",
        "LOSS-3": "Huber stands between squared and absolute error.",
        "LOSS-4": "Two classes: binary cross-entropy on a sigmoid.",
        "LOSS-5": "Several classes: categorical cross-entropy on a softmax.",
        "LOSS-6": "Focal loss is for very unequal classes (1 % and 99 %): detection, anomalies.",
        "LOSS-7": "Task, outliers and balance of the classes decide the loss.",
    },
    "Metrics": {
        "MET-1": "The confusion matrix counts true and false, positive and negative answers.",
        "MET-2": "Accuracy misleads where one class dominates: always saying the commonest class "
        "already scores high, so it is never shown without that answer beside it.",
        "MET-3": "Precision counts when a false alarm is costly.",
        "MET-4": "Recall counts when a missed case is costly.",
        "MET-5": "F1 is the compromise between precision and recall.",
        "MET-6": "ROC AUC judges all thresholds at once: above 0.9 excellent, 0.5 a coin flip, "
        "below 0.5 the answers are reversed.",
        "MET-7": "Precision is bought with recall: the threshold is a choice by what errors cost.",
        "MET-8": "MAE, RMSE and R²: RMSE far above MAE means some large errors, R² below 0 is "
        "worse than always saying the mean.",
        "MET-9": "Task, balance and costs decide the metrics to look at.",
    },
    "Regularization": {
        "REG-1": "Early stopping watches the validation loss with a patience of 10 to 15 epochs "
        "and brings the best weights back.",
        "REG-2": "Dropout from 0.2 (light) to 0.5 (standard for large layers) follows large "
        "layers, not the first layer and not the output.",
        "REG-3": "L2 weighs 0.001 (light), 0.01 (moderate, the default) or 0.1 (strong).",
        "REG-4": "Images, in sets below 10 k: rotate by up to 20°, zoom, flip sideways, change "
        "brightness and contrast, as long as the picture stays realistic.",
        "REG-5": "Texts: put synonyms in, swap two words, insert words at random.",
        "REG-6": "Batch normalization is for more than 10 layers, vision, unstable training or "
        "faster convergence.",
        "REG-7": "Halve the learning rate after 5 to 10 epochs on a plateau, down to 1e-7.",
    },
    "Levels of regularization": {
        "LVL-1": "Level 1: early stopping with patience 15 to 20, augmentation of images, dropout "
        "0.2 to 0.3.",
        "LVL-2": "Level 2: dropout 0.4 to 0.5, L2 0.01, a learning rate that falls on plateaus.",
        "LVL-3": "Level 3: L2 0.05 to 0.1, dropout 0.6, more data.",
        "LVL-4": "Raise the level step by step, never everything at once.",
    },
    "The five phases": {
        "PH-1a": "Explore: draw the data, its distributions and its anomalies.",
        "PH-1b": "Clean: missing values, extreme outliers, mistakes.",
        "PH-1c": "Split into 70-80 % training, 10-15 % validation and 10-15 % test, stratified, "
        "or by time, or by group.",
        "PH-1d": "Prepare: scale numbers and encode categories, learned from training rows only "
        "and saved with the model.",
        "PH-2": "Baseline: 1 or 2 layers of 64 to 128 units, Adam 0.001, batches of 32, 50 to 100 "
        "epochs, nothing against overfitting but early stopping; is there signal, is there a gap?",
        "PH-3": "Underfitting: double the units, add 1 or 2 layers, more epochs, batch norm; a "
        "change is good when training rises and validation follows.",
        "PH-4": "Overfitting: patience, augmentation, dropout 0.3 to 0.5, L2, a learning rate "
        "that falls on plateaus, level by level.",
        "PH-5": "Fine-tune: learning rates, batch sizes, dropouts, optimizers.",
    },
    "Best practices": {
        "BP-1": "Start simple.",
        "BP-2": "Change one thing, measure what it did, and keep what helps.",
        "BP-3": "Draw the curves of loss and metrics, and the confusion matrix, all the time.",
        "BP-4": "Keep the model of the lowest validation loss, and regular checkpoints.",
    },
    "Checklists": {
        "CHK-1": "Before training: explored, cleaned, split, prepared, architecture, "
        "hyperparameters, early stopping, metrics.",
        "CHK-2": "During training: training beside validation, a falling loss, stability, saving.",
        "CHK-3": "After training: test rows, analysis of errors, all metrics, documented results, "
        "a saved model.",
    },
    "Common mistakes": {
        "MIS-1": "No split into training, validation and test.",
        "MIS-2": "Looking at the same held-out rows too often.",
        "MIS-3": "Inputs that were not scaled.",
        "MIS-4": "No early stopping.",
        "MIS-5": "Several changes at once.",
        "MIS-6": "A badly chosen learning rate.",
        "MIS-7": "Nothing drawn.",
        "MIS-8": "Errors that nobody looked at.",
    },
    "Quick diagnosis": {
        "DX-1": "The loss is NaN: the learning rate is too high; divide by 10.",
        "DX-2": "Nothing improves for 20 epochs: the learning rate is too low; multiply by 2 to 5.",
        "DX-3": "Training 100 %, validation 70 %: severe overfitting; dropout, L2, augmentation.",
        "DX-4": "Training 60 %, validation 58 %: underfitting; a stronger model.",
        "DX-5": "Every prediction is the same class: unequal classes or a learning rate too high; "
        "class weights and a lower rate.",
        "DX-6": "Training far above validation (98 against 75 %), or a training loss that falls "
        "while validation loss rises, is overfitting.",
    },
    "When to change what": {
        "WHEN-1": "Poor everywhere: more layers, more units.",
        "WHEN-2": "A large gap: more dropout, more L2.",
        "WHEN-3": "Unstable: a lower learning rate, batch norm.",
        "WHEN-4": "Too slow: a higher learning rate, larger batches.",
    },
    "Quick start": {
        "QS-1": "2 or 3 hidden layers of 128 to 256 units, ReLU, a softmax or sigmoid output.",
        "QS-2": "Adam 0.001, batches of 32 (by memory), 100 to 200 epochs.",
        "QS-3": "Early stopping with patience 15, dropout 0.3 to 0.5.",
    },
}

GLOSSARY: dict[str, str] = {
    "epoch": "One pass over all training rows.",
    "batch": "The rows that one update of the weights looks at.",
    "forward pass": "From the input through the layers to the answer.",
    "backward pass": "From the error back through the layers to a gradient for every weight.",
    "gradient": "How the loss would change if a weight were a little larger.",
    "learning rate": "How far one update moves the weights along the gradient.",
    "overfitting": "The model learned its training rows by heart and fails on new ones.",
    "underfitting": "The model is too simple and fails on training rows and new ones alike.",
}
