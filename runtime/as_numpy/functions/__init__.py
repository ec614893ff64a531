"""Functions that a written program carries with it: plain NumPy, copied into its text.

They are real code here, so that they are linted and tested, and read nothing of Gradwire. Modules
that are one line of NumPy have none; the rules (`runtime/as_numpy/`) call these for the others.
"""
