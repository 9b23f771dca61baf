"""What TensorBoard shows of a training beside its curves: settings, answers, embeddings."""
