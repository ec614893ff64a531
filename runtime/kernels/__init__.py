"""Functions over arrays that compiled steps call: they write into what they are given."""
