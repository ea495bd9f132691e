//! Who may use which tool, how often and with what; and the record of what was used.
//!
//! A policy stands between the code of a step and its tools, as an
//! [`Interceptor`](fumehood::Interceptor): what it does not allow is not called.

#![forbid(unsafe_code)]
