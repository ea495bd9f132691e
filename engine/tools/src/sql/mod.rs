//! Databases, to be read.
