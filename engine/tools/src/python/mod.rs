//! Functions of a Python file, which runs in a sandbox of its own.
