"""A training mirrored to MLflow; whatever breaks there, the training goes on."""
