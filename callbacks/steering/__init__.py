"""What steers a training: the learning rate found and scheduled, time and memory kept."""
