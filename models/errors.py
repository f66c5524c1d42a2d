"""Errors a person can act on: the command line prints their message without a traceback."""


class UserError(Exception):
    """A mistake in what was asked for: a wrong path, key, or file. The message says what to do next."""


class ConfigError(UserError):
    """A configuration that does not validate; names the key."""


class CheckpointError(UserError):
    """A checkpoint that cannot be read, or that belongs to another configuration."""


class DataError(UserError):
    """A data folder that cannot be used; names the file or folder."""


class TrainingError(UserError):
    """Training that cannot go on, such as gradients that are not finite; names the step and the tensor."""
