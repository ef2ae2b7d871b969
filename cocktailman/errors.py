"""The one error that is the user's to mend."""


class InputError(ValueError):
    """What the user gave cannot be used; the message is one sentence that says what is wrong and how to mend it.

    Pages show the message; the command line prints it and exits with status 2.
    """
