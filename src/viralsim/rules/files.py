"""The module to which functions of rule files belong: numba looks it up when it loads what it has compiled of them.

It is empty. A file of rules is no module that could be imported, and in another process it may not even be there.
"""
