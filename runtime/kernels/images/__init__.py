"""Which calls compute what slides over images: convolutions and poolings, a file for each way.

A function here is given the site where calls are added, and arrays; it gives the arrays that those
calls will write. Nothing is computed while calls are added, and no module is known here.
"""
